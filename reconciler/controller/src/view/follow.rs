//! A session's log as a stream of lines: the journal so far, and, when
//! followed, what is added to it until the session is over.

use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::{Stream, unfold};
use ordain_core::session::Session;
use ordain_store::rows::{EventRow, SessionRow};
use ordain_store::{SessionId, StoreError, TenantScope};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::lines::{self, Line};
use crate::controller::Controller;
use crate::drive::journal;
use crate::drive::news::Item;

struct Follower {
    controller: Arc<Controller>,
    scope: TenantScope,
    id: SessionId,
    news: Option<broadcast::Receiver<Item>>,
    session: Option<Session>,
    /// The next entry of the journal.
    next: u64,
    done: bool,
}

/// The lines of a session's log.
pub(crate) fn log(
    controller: Arc<Controller>,
    scope: TenantScope,
    row: SessionRow,
    follow: bool,
) -> impl Stream<Item = Result<Bytes, StoreError>> + Send {
    // Watching begins before reading, so that nothing falls between the two.
    let news = follow.then(|| controller.drive.news().watch());
    let follower =
        Follower { controller, scope, id: row.id, news, session: None, next: 1, done: false };
    unfold(follower, |mut follower| async move {
        if follower.done {
            return None;
        }
        let piece = follower.piece().await;
        follower.done |= piece.is_err();
        Some((piece, follower))
    })
}

impl Follower {
    /// The next lines; empty where there is nothing to say yet.
    async fn piece(&mut self) -> Result<Bytes, StoreError> {
        if self.next == 1 {
            return self.read().await;
        }
        let Some(news) = &mut self.news else {
            self.done = true;
            return Ok(Bytes::new());
        };
        if self.session.as_ref().is_none_or(|session| session.status().is_over()) {
            self.done = true;
            return Ok(Bytes::new());
        }
        tokio::select! {
            () = self.controller.closing.cancelled() => {
                self.done = true;
                Ok(Bytes::new())
            }
            item = news.recv() => match item {
                Ok(Item::Journaled(id)) if id == self.id => self.read().await,
                Ok(Item::Output { session, at, text }) if session == self.id => {
                    let line = self.session.as_ref().and_then(|session| lines::output(session, at, text));
                    write(&line.into_iter().collect::<Vec<_>>())
                }
                Ok(_) => Ok(Bytes::new()),
                Err(RecvError::Lagged(_)) => self.read().await,
                Err(RecvError::Closed) => {
                    self.done = true;
                    Ok(Bytes::new())
                }
            }
        }
    }

    /// What the journal has that was not told yet.
    async fn read(&mut self) -> Result<Bytes, StoreError> {
        let entries = self.controller.store.events(&self.scope, &self.id, self.next).await?;
        let mut told = Vec::new();
        for entry in entries {
            self.next = entry.seq + 1;
            told.extend(self.tell(&entry)?);
        }
        self.next = self.next.max(2);
        write(&told)
    }

    fn tell(&mut self, entry: &EventRow) -> Result<Vec<Line>, StoreError> {
        let Some(session) = &mut self.session else {
            let (created, asked) = journal::beginning(Some(&entry.event))?;
            let session = Session::new(created);
            let line = lines::first(&session, entry.at);
            self.session = Some(session);
            let emergency =
                asked.emergency.map(|message| Line::Emergency { at: entry.at, message });
            return Ok([line].into_iter().chain(emergency).collect());
        };
        Ok(lines::step(session, journal::read(&entry.event)?, entry.at))
    }
}

fn write(lines: &[Line]) -> Result<Bytes, StoreError> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)
            .map_err(|error| StoreError::Damaged(error.to_string()))?;
        text.push(b'\n');
    }
    Ok(text.into())
}
