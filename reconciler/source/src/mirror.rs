//! A bare copy of a remote repository in the daemon's data folder.
//!
//! Owns the copy's making, its lock, and fetching into it. It follows the
//! remote's branches wherever they go, also backwards; whether a branch may
//! be followed is `head.rs`. Objects that the remote dropped stay here, so
//! that the commit in force can always be read.

mod packs;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use git2::{AutotagOption, FetchOptions, FetchPrune, Oid, RemoteCallbacks};

use crate::access::Access;
use crate::git;
use crate::location::Remote;
use crate::repository::{OpenError, Repository};
pub use crate::transport::Fault;
use crate::transport::{Errand, URL};

/// What is copied: branches, tags and Ordain's own refs.
const REFS: [&str; 3] =
    ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*", "+refs/ordain/*:refs/ordain/*"];

/// The copy, held by this process alone.
pub struct Mirror {
    repository: Repository,
    remote: Remote,
    /// Locked as long as this lives.
    lock: File,
}

/// What a fetch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// Whether any ref was made, moved or removed.
    pub moved: bool,
    /// Objects that came.
    pub objects: usize,
    /// Bytes that came.
    pub bytes: usize,
}

/// Why a mirror could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// Another process holds it.
    #[error("`{}` is in use by another process", path.display())]
    Busy {
        /// The mirror's folder.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("`{}` cannot be written", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
    /// The folder holds something that is no repository.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// git refused to make it.
    #[error("git could not make the mirror")]
    Git(#[from] git2::Error),
}

/// Why a fetch failed. The mirror is as it was, or nearer to the remote.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The way to the remote failed.
    #[error("cannot fetch {remote}")]
    Remote {
        /// The remote, without credentials.
        remote: String,
        /// What the transport found.
        #[source]
        source: Fault,
    },
    /// git failed, on either side.
    #[error("cannot fetch {remote}")]
    Git {
        /// The remote, without credentials.
        remote: String,
        /// git's reason.
        #[source]
        source: git2::Error,
    },
}

impl FetchError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Remote { source, .. } => source.hint(),
            Self::Git { .. } => None,
        }
    }
}

impl Mirror {
    /// Opens the mirror in `folder`, or makes an empty one there.
    pub fn open(folder: &Path, remote: Remote) -> Result<Self, MirrorError> {
        git::prepare();
        let write = |source| MirrorError::Write { path: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(write)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join("ordain.lock"))
            .map_err(write)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(MirrorError::Busy { path: folder.to_owned() });
            }
            Err(TryLockError::Error(error)) => return Err(write(error)),
        }
        if folder.join("HEAD").exists() {
            sweep(folder).map_err(write)?;
        } else {
            let mut options = git2::RepositoryInitOptions::new();
            options.bare(true).initial_head("main").external_template(false);
            git2::Repository::init_opts(folder, &options)?;
        }
        let repository = Repository::open(folder)?;
        Ok(Self { repository, remote, lock })
    }

    /// The copy, for reading.
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Makes the copy equal to the remote. Blocks; patience is bounded by
    /// `access.patience` of silence, not by the amount of data.
    pub fn fetch(&self, access: &Access) -> Result<Fetched, FetchError> {
        let errand = Errand::new(self.remote.clone(), access.clone());
        let fetched = errand.run(|| self.exchange()).map_err(|source| {
            let remote = self.remote.to_string();
            // libgit2 hears of it in the protocol, so no transport can tell.
            let sha256 = source.message().contains("object format 'sha256'");
            match errand.fault().or(sha256.then_some(Fault::Sha256)) {
                Some(source) => FetchError::Remote { remote, source },
                None => FetchError::Git { remote, source },
            }
        })?;
        if let Err(error) = packs::merge(&self.repository.git) {
            tracing::warn!(%error, "the mirror's packs could not be merged");
        }
        Ok(fetched)
    }

    fn exchange(&self) -> Result<Fetched, git2::Error> {
        let git = &self.repository.git;
        let before = refs(git)?;
        let mut remote = git.remote_anonymous(URL)?;
        let mut options = FetchOptions::new();
        options
            .prune(FetchPrune::On)
            .download_tags(AutotagOption::None)
            .update_fetchhead(false)
            .remote_callbacks(RemoteCallbacks::new());
        remote.fetch(&REFS, Some(&mut options), None)?;
        let (objects, bytes) = {
            let stats = remote.stats();
            (stats.received_objects(), stats.received_bytes())
        };
        if let Ok(branch) = remote.default_branch() {
            git.set_head(&String::from_utf8_lossy(&branch))?;
        }
        let moved = refs(git)? != before;
        Ok(Fetched { moved, objects, bytes })
    }
}

impl Drop for Mirror {
    /// A child process that is just being started shares the open file, so
    /// closing it would not be enough. The system unlocks it in any case.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

fn refs(git: &git2::Repository) -> Result<BTreeMap<Vec<u8>, Option<Oid>>, git2::Error> {
    let mut all = BTreeMap::new();
    for reference in git.references()? {
        let reference = reference?;
        all.insert(reference.name_bytes().to_vec(), reference.target());
    }
    Ok(all)
}

/// Removes what a killed process left behind; we hold the only lock.
fn sweep(folder: &Path) -> io::Result<()> {
    let stale = |path: &Path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let lock = path.extension().is_some_and(|e| e == "lock") && name != "ordain.lock";
        lock || name.starts_with("pack_git2_") || name.starts_with("tmp_")
    };
    let mut folders = vec![folder.join("refs"), folder.join("objects/pack"), folder.to_owned()];
    while let Some(next) = folders.pop() {
        let deep = next.starts_with(folder.join("refs"));
        let list = match fs::read_dir(&next) {
            Ok(list) => list,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        for entry in list {
            let path = entry?.path();
            if path.is_dir() {
                folders.extend(deep.then_some(path));
            } else if stale(&path) {
                fs::remove_file(&path)?;
            }
        }
    }
    Ok(())
}
