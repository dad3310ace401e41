//! The way to the repository: git blocks, so it runs on threads that may.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ordain_source::head::HeadError;
use ordain_source::id::CommitIdError;
use ordain_source::{
    Access, CommitId, FetchError, Location, Movement, OpenError, ReadError, Repository, Snapshot,
    Source, SourceError, Watch,
};

use crate::aside::spawn_blocking;

/// The repository, for one fetch and one read at a time.
pub(crate) struct Git {
    source: Arc<Mutex<Source>>,
    /// The same objects through a handle of their own, so that no reader waits for a fetch.
    objects: Arc<Mutex<Repository>>,
}

/// Why git could not do it.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// Opening.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Opening a second time.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// Fetching.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Reading.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// Comparing heads.
    #[error(transparent)]
    Head(#[from] HeadError),
    /// What the store says is no commit id.
    #[error(transparent)]
    Id(#[from] CommitIdError),
    /// A defect of this program; the log has more.
    #[error("reading the repository failed unexpectedly")]
    Panicked,
}

impl GitError {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Source(error) => error.hint().map(str::to_owned),
            Self::Open(error) => error.hint().map(str::to_owned),
            Self::Fetch(error) => error.hint().map(str::to_owned),
            Self::Read(error) => error.hint(),
            Self::Head(_) | Self::Id(_) | Self::Panicked => None,
        }
    }
}

impl Git {
    /// Opens the repository or its mirror. Nothing is fetched yet.
    pub(crate) async fn open(
        location: Location,
        data: &Path,
        access: Access,
    ) -> Result<Self, GitError> {
        let data = data.to_owned();
        blocking(move || {
            let source = Source::open(&location, &data, access)?;
            let objects = Repository::open(source.repository().place())?;
            Ok(Self {
                source: Arc::new(Mutex::new(source)),
                objects: Arc::new(Mutex::new(objects)),
            })
        })
        .await
    }

    /// Signals that the refs may have changed.
    pub(crate) fn watch(&self, interval: Duration) -> Watch {
        self.source.lock().unwrap_or_else(PoisonError::into_inner).watch(interval)
    }

    /// Brings a mirror up to date.
    pub(crate) async fn refresh(&self) -> Result<(), GitError> {
        let source = self.source.clone();
        blocking(move || {
            source.lock().unwrap_or_else(PoisonError::into_inner).refresh()?;
            Ok(())
        })
        .await
    }

    /// A branch's head.
    pub(crate) async fn head(&self, branch: &str) -> Result<CommitId, GitError> {
        let branch = branch.to_owned();
        self.read(move |objects| Ok(objects.branch(&branch)?)).await
    }

    /// How a head stands to the commit accepted last.
    pub(crate) async fn movement(
        &self,
        accepted: Option<&str>,
        head: CommitId,
    ) -> Result<Movement, GitError> {
        let accepted = accepted.map(str::parse).transpose()?;
        self.read(move |objects| Ok(Movement::between(objects, accepted, head)?)).await
    }

    /// All files at a commit, where the snapshot of another one saves reading what is the same.
    pub(crate) async fn snapshot(
        &self,
        revision: &str,
        before: Option<Snapshot>,
    ) -> Result<Snapshot, GitError> {
        let commit: CommitId = revision.parse()?;
        self.read(move |objects| {
            Ok(match before {
                Some(before) => objects.snapshot_after(before, commit)?,
                None => objects.snapshot_at(commit)?,
            })
        })
        .await
    }

    /// A blob's bytes.
    pub(crate) async fn blob(&self, id: &str) -> Result<Vec<u8>, GitError> {
        let id = id.to_owned();
        self.read(move |objects| Ok(objects.blob(&id)?)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Repository) -> Result<T, GitError> + Send + 'static,
    ) -> Result<T, GitError> {
        let objects = self.objects.clone();
        blocking(move || read(&objects.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, GitError> + Send + 'static,
) -> Result<T, GitError> {
    spawn_blocking(work).await.unwrap_or(Err(GitError::Panicked))
}
