//! The daemon's one handle on the configuration repository, local or remote.

use std::path::Path;
use std::time::Duration;

use crate::access::Access;
use crate::id::{CommitId, blob_id};
use crate::location::Location;
use crate::mirror::{FetchError, Fetched, Mirror, MirrorError};
use crate::repository::{OpenError, ReadError, Repository};
use crate::watch::Watch;

/// Holds the commit in force of a local repository.
const IN_FORCE: &str = "refs/ordain/in-force";

/// A configuration repository to read, fetch and watch.
pub struct Source {
    body: Body,
    access: Access,
}

enum Body {
    Folder(Repository),
    Remote(Mirror),
}

/// Why a source could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The local repository.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The mirror of a remote one.
    #[error(transparent)]
    Mirror(#[from] MirrorError),
}

impl SourceError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Open(error) | Self::Mirror(MirrorError::Open(error)) => error.hint(),
            Self::Mirror(MirrorError::Busy { .. }) => {
                Some("stop the other `ordain serve`, or give this one another --data")
            }
            Self::Mirror(MirrorError::Write { .. } | MirrorError::Git(_)) => None,
        }
    }
}

impl Source {
    /// Opens a local repository where it stands, or the mirror of a remote
    /// one below `data`. Nothing is fetched yet.
    pub fn open(location: &Location, data: &Path, access: Access) -> Result<Self, SourceError> {
        let body = match location {
            Location::Folder(path) => Body::Folder(Repository::open(path)?),
            Location::Remote(remote) => {
                // One folder for each remote, so that another URL starts afresh.
                let name = blob_id(remote.to_string().as_bytes());
                let folder = data.join("mirrors").join(format!("{}.git", &name[..16]));
                Body::Remote(Mirror::open(&folder, remote.clone())?)
            }
        };
        Ok(Self { body, access })
    }

    /// Brings a mirror up to date; a local repository always is. Blocks.
    pub fn refresh(&self) -> Result<Fetched, FetchError> {
        match &self.body {
            Body::Folder(_) => Ok(Fetched { moved: false, objects: 0, bytes: 0 }),
            Body::Remote(mirror) => mirror.fetch(&self.access),
        }
    }

    /// Keeps a commit readable for as long as it is in force, whatever happens
    /// to the branch: a local repository gets the ref `refs/ordain/in-force`,
    /// so that `git gc` spares the commit; a mirror keeps everything anyway.
    /// Fails where the repository may not be written.
    pub fn keep(&self, commit: CommitId) -> Result<(), ReadError> {
        if let Body::Folder(repository) = &self.body {
            let why = "ordain: the commit in force";
            repository.git.reference(IN_FORCE, commit.0, true, why)?;
        }
        Ok(())
    }

    /// The repository to read from.
    pub fn repository(&self) -> &Repository {
        match &self.body {
            Body::Folder(repository) => repository,
            Body::Remote(mirror) => mirror.repository(),
        }
    }

    /// Signals that the refs may have changed. Needs no runtime to be made.
    pub fn watch(&self, interval: Duration) -> Watch {
        match &self.body {
            Body::Folder(repository) => Watch::local(repository, interval),
            Body::Remote(_) => Watch::remote(interval),
        }
    }
}
