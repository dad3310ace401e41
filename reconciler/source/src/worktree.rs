//! A snapshot of a plain folder on disk, as it would be if all of it were
//! committed now: the same paths, modes and blob ids that git would give.
//!
//! Also finds the folder that a person stands in ([`enclosing`]). Knows no
//! commits; those are `repository.rs`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ObjectType, Oid};
use ordain_schema::{Content, Entry, Mode, Snapshot};

use crate::id::blob_id;
use crate::tree::{good_name, limit};

/// Folders inside each other.
const MOST_DEPTH: usize = 64;

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Nothing is there.
    #[error("`{}` does not exist", path.display())]
    Missing {
        /// The folder asked for.
        path: PathBuf,
    },
    /// A file stands there.
    #[error("`{}` is not a folder", path.display())]
    NotFolder {
        /// The folder asked for.
        path: PathBuf,
    },
    /// No `ordain.yaml` here or in any folder above.
    #[error("no `ordain.yaml` in `{}` or any folder above it", path.display())]
    NoRepository {
        /// Where the search began.
        path: PathBuf,
    },
    /// Folders inside folders without end.
    #[error("`{}` lies deeper than {MOST_DEPTH} folders", path.display())]
    TooDeep {
        /// Where it was given up.
        path: PathBuf,
    },
    /// The system refused, mostly for want of permission.
    #[error("`{}` cannot be read", path.display())]
    Unreadable {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        #[source]
        source: io::Error,
    },
}

impl FolderError {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NoRepository { .. } => {
                Some("name the config repository's folder, or make one with `ordain init DIR`")
            }
            Self::Unreadable { .. } => Some("check who may read it"),
            Self::Missing { .. } | Self::NotFolder { .. } | Self::TooDeep { .. } => None,
        }
    }
}

/// The nearest folder, from `path` upwards, that holds an `ordain.yaml`.
pub fn enclosing(path: &Path) -> Result<PathBuf, FolderError> {
    let start = path.canonicalize().map_err(|error| unreadable(path, error))?;
    let mut above = start.ancestors();
    let found = above.find(|folder| folder.join("ordain.yaml").is_file());
    found.map(Path::to_owned).ok_or_else(|| FolderError::NoRepository { path: path.to_owned() })
}

/// Every file below `folder` but git's own. Sockets, pipes and devices are
/// left out, since git cannot hold them.
pub fn snapshot_of_folder(folder: &Path) -> Result<Snapshot, FolderError> {
    let about = fs::metadata(folder).map_err(|error| unreadable(folder, error))?;
    if !about.is_dir() {
        return Err(FolderError::NotFolder { path: folder.to_owned() });
    }
    let mut walk = Walk { entries: BTreeMap::new() };
    walk.folder(folder, "", true, 0)?;
    Ok(Snapshot { revision: None, entries: walk.entries })
}

struct Walk {
    entries: BTreeMap<String, Entry>,
}

impl Walk {
    fn folder(
        &mut self,
        folder: &Path,
        prefix: &str,
        good: bool,
        depth: usize,
    ) -> Result<(), FolderError> {
        if depth > MOST_DEPTH {
            return Err(FolderError::TooDeep { path: folder.to_owned() });
        }
        let list = fs::read_dir(folder).map_err(|error| unreadable(folder, error))?;
        for entry in list {
            let entry = entry.map_err(|error| unreadable(folder, error))?;
            if entry.file_name() != OsStr::new(".git") {
                self.one(&entry, prefix, good, depth)?;
            }
        }
        Ok(())
    }

    fn one(
        &mut self,
        entry: &DirEntry,
        prefix: &str,
        good: bool,
        depth: usize,
    ) -> Result<(), FolderError> {
        let place = entry.path();
        let about = match fs::symlink_metadata(&place) {
            Ok(about) => about,
            // Gone since the folder was listed: as if it never was.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(unreadable(&place, error)),
        };
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        let good = good && name.to_str().is_some_and(good_name);
        let path = format!("{prefix}{shown}");
        let read = if about.is_dir() {
            if !place.join(".git").exists() {
                return self.folder(&place, &format!("{path}/"), good, depth + 1);
            }
            submodule(&place)
        } else if about.is_symlink() {
            link(&place)?
        } else if about.is_file() {
            file(&place, &path, &about)?
        } else {
            return Ok(());
        };
        let good = good && !self.entries.contains_key(&path);
        let content = if good { read.content } else { Content::BadName };
        self.entries.insert(path, Entry { content, ..read });
        Ok(())
    }
}

fn file(place: &Path, path: &str, about: &Metadata) -> Result<Entry, FolderError> {
    let (id, content) = if about.len() > limit(path) {
        let id = Oid::hash_file(ObjectType::Blob, place)
            .map_err(|error| unreadable(place, io::Error::other(error)))?;
        (id.to_string(), Content::TooLarge(about.len()))
    } else {
        let bytes = fs::read(place).map_err(|error| unreadable(place, error))?;
        (blob_id(&bytes), Content::Bytes(Arc::from(bytes)))
    };
    let mode = if executable(about) { Mode::Executable } else { Mode::File };
    Ok(Entry { mode, id, content })
}

fn link(place: &Path) -> Result<Entry, FolderError> {
    let target = fs::read_link(place).map_err(|error| unreadable(place, error))?;
    let bytes = target.as_os_str().as_encoded_bytes();
    Ok(Entry { mode: Mode::Symlink, id: blob_id(bytes), content: Content::Bytes(Arc::from(bytes)) })
}

/// A repository inside the folder; git would commit its head's id alone.
fn submodule(place: &Path) -> Entry {
    crate::git::prepare();
    let head = git2::Repository::open(place)
        .and_then(|git| Ok(git.head()?.peel_to_commit()?.id()))
        .unwrap_or(Oid::ZERO_SHA1);
    Entry { mode: Mode::Submodule, id: head.to_string(), content: Content::Withheld }
}

#[cfg(unix)]
fn executable(about: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn executable(_about: &Metadata) -> bool {
    false
}

fn unreadable(path: &Path, source: io::Error) -> FolderError {
    let path = path.to_owned();
    if source.kind() == io::ErrorKind::NotFound {
        FolderError::Missing { path }
    } else {
        FolderError::Unreadable { path, source }
    }
}
