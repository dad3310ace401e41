//! The one writer: takes what has gathered, commits it together, then answers.
//!
//! Each piece of work runs in a savepoint of its own, so that one that fails
//! takes nothing of the others with it. Nobody is answered before the commit
//! has reached the disk. The writer has a thread of its own: each statement of
//! a batch waits for the one before it, and would stand behind whatever else
//! the program is at. [`super::fate`] is where a simulation says that one fails.

use std::thread::Builder;

use futures_util::future::BoxFuture;
use sqlx::{Connection as _, SqliteConnection, raw_sql};
use tokio::runtime;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::fate::{Fate, Fates};
use crate::StoreError;

/// How many pieces of work share a commit.
const BATCH: usize = 256;

/// Answers somebody once the commit is done, or has failed.
type Answer = Box<dyn FnOnce(Result<(), StoreError>) + Send>;
type Work = Box<dyn for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Answer> + Send>;

/// Where a writer runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// On a thread of its own.
    Apart,
    /// Among the tasks of whoever opens the database: a simulation sees all that
    /// moves, and who dies takes the writer along.
    #[cfg(feature = "simulation")]
    Within,
}

pub(super) struct Writer {
    queue: Mutex<Option<mpsc::Sender<Work>>>,
    ended: Mutex<Option<oneshot::Receiver<()>>>,
    /// Dropped with the store: whatever still hangs in the thread hangs no longer.
    _left: oneshot::Sender<()>,
}

impl Writer {
    pub(super) fn start(
        connection: SqliteConnection,
        fates: Fates,
        place: Place,
    ) -> Result<Self, StoreError> {
        let (queue, works) = mpsc::channel(BATCH);
        let (end, ended) = oneshot::channel();
        let (left, leaving) = oneshot::channel();
        let all = async move {
            tokio::select! {
                biased;
                () = write_all(connection, works, fates) => {}
                _gone = leaving => {}
            }
            // Nobody waits for it where the store was dropped.
            let _heard = end.send(());
        };
        match place {
            Place::Apart => {
                let runtime = runtime::Builder::new_current_thread().build();
                let runtime = runtime.map_err(StoreError::Thread)?;
                let thread = Builder::new().name("ordain-writer".to_owned());
                thread.spawn(move || runtime.block_on(all)).map_err(StoreError::Thread)?;
            }
            #[cfg(feature = "simulation")]
            Place::Within => {
                tokio::spawn(all);
            }
        }
        let (queue, ended) = (Mutex::new(Some(queue)), Mutex::new(Some(ended)));
        Ok(Self { queue, ended, _left: left })
    }

    /// Runs the work within the next commit; ready when that is on the disk.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>>
            + Send
            + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().await.clone().ok_or(StoreError::Closed)?;
        let boxed: Work =
            Box::new(move |connection| Box::pin(in_savepoint(connection, work, reply)));
        queue.send(boxed).await.map_err(|_| StoreError::Closed)?;
        drop(queue);
        answer.await.map_err(|_| StoreError::NotCommitted)?
    }

    /// Takes no more work, and waits until the rest is done.
    pub(super) async fn close(&self) {
        self.queue.lock().await.take();
        if let Some(ended) = self.ended.lock().await.take()
            && ended.await.is_err()
        {
            tracing::error!("the writer of the database failed");
        }
    }
}

/// Runs one piece of work in the savepoint that is open; gives what answers its sender after the commit.
async fn in_savepoint<T, F>(
    connection: &mut SqliteConnection,
    work: F,
    reply: oneshot::Sender<Result<T, StoreError>>,
) -> Answer
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send,
{
    let result = async {
        let result = work(&mut *connection).await;
        if result.is_err() {
            raw_sql("ROLLBACK TO work").execute(&mut *connection).await?;
        }
        result
    }
    .await;
    Box::new(move |committed: Result<(), StoreError>| {
        // A sender that has gone away does not want to know.
        let _gone = reply.send(committed.and(result));
    })
}

async fn write_all(
    mut connection: SqliteConnection,
    mut works: mpsc::Receiver<Work>,
    fates: Fates,
) {
    let mut batch = Vec::with_capacity(BATCH);
    while works.recv_many(&mut batch, BATCH).await > 0 {
        let mut answers = Vec::with_capacity(batch.len());
        let committed = commit_together(&mut connection, &mut batch, &mut answers, &fates).await;
        if let Err(error) = &committed {
            tracing::error!(%error, "the database did not commit");
        }
        let failed = committed.is_err();
        batch.clear();
        for answer in answers {
            answer(if failed { Err(StoreError::NotCommitted) } else { Ok(()) });
        }
    }
    if let Err(error) = connection.close().await {
        tracing::error!(%error, "the database did not close");
    }
}

async fn commit_together(
    connection: &mut SqliteConnection,
    batch: &mut Vec<Work>,
    answers: &mut Vec<Answer>,
    fates: &Fates,
) -> Result<(), StoreError> {
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let mut next = "SAVEPOINT work";
    for work in batch.drain(..) {
        raw_sql(next).execute(&mut *transaction).await?;
        answers.push(work(&mut transaction).await);
        next = "RELEASE work; SAVEPOINT work";
    }
    match fates.next() {
        Fate::Made => transaction.commit().await?,
        #[cfg(feature = "simulation")]
        Fate::Refused => {
            transaction.rollback().await?;
            return Err(StoreError::NotCommitted);
        }
        #[cfg(feature = "simulation")]
        Fate::DiesBefore => match fates.die().await {},
        #[cfg(feature = "simulation")]
        Fate::DiesBehind => {
            transaction.commit().await?;
            match fates.die().await {}
        }
    }
    Ok(())
}
