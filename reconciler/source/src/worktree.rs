//! A snapshot of a plain folder on disk, as it would be if all of it were
//! committed now: the same paths, modes and blob ids that git would give. Ids
//! of documents are left out: nothing asks for a document by its id.
//!
//! Also finds the folder that a person stands in ([`enclosing`]). Knows no
//! commits; those are `repository.rs`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ObjectType, Oid};
use ordain_schema::{Content, Entry, Mode, Snapshot};

use crate::id::blob_id;
use crate::tree::{good_name, is_document, limit};

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
    walk.folder(&Place { folder, prefix: "", good: true, depth: 0 })?;
    Ok(Snapshot { revision: None, entries: walk.entries })
}

struct Walk {
    entries: BTreeMap<String, Entry>,
}

/// A folder while descending.
struct Place<'a> {
    folder: &'a Path,
    /// Its path from the root; empty, or ending in `/`.
    prefix: &'a str,
    /// Whether every name so far was a good one.
    good: bool,
    depth: usize,
}

impl Walk {
    fn folder(&mut self, at: &Place<'_>) -> Result<(), FolderError> {
        if at.depth > MOST_DEPTH {
            return Err(FolderError::TooDeep { path: at.folder.to_owned() });
        }
        let refused = |error| unreadable(at.folder, error);
        let list = fs::read_dir(at.folder).map_err(refused)?;
        let entries = list.collect::<Result<Vec<_>, _>>().map_err(refused)?;
        let is_gits = |entry: &DirEntry| entry.file_name() == OsStr::new(".git");
        if at.depth > 0 && entries.iter().any(is_gits) {
            let path = at.prefix.trim_end_matches('/').to_owned();
            self.enter(path, at.good, submodule(at.folder));
            return Ok(());
        }
        let mut others = entries.iter().filter(|entry| !is_gits(entry));
        others.try_for_each(|entry| self.one(entry, at))
    }

    fn one(&mut self, entry: &DirEntry, at: &Place<'_>) -> Result<(), FolderError> {
        let (place, name) = (entry.path(), entry.file_name());
        let good = at.good && name.to_str().is_some_and(good_name);
        let path = format!("{}{}", at.prefix, name.to_string_lossy());
        let refused = |error| unreadable(&place, error);
        let kind = entry.file_type().map_err(refused)?;
        let read = if kind.is_dir() {
            let (prefix, depth) = (&*format!("{path}/"), at.depth + 1);
            return self.folder(&Place { folder: &place, prefix, good, depth });
        } else if kind.is_symlink() {
            link(&place)
        } else if kind.is_file() {
            file(&place, &path)
        } else {
            return Ok(());
        };
        match read {
            Ok(read) => self.enter(path, good, read),
            // Gone since the folder was listed: as if it never was.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(refused(error)),
        }
        Ok(())
    }

    fn enter(&mut self, path: String, good: bool, read: Entry) {
        let good = good && !self.entries.contains_key(&path);
        let content = if good { read.content } else { Content::BadName };
        self.entries.insert(path, Entry { content, ..read });
    }
}

fn file(place: &Path, path: &str) -> io::Result<Entry> {
    let mut file = File::open(place)?;
    let about = file.metadata()?;
    let (id, content) = if about.len() > limit(path) {
        let id = Oid::hash_file(ObjectType::Blob, place).map_err(io::Error::other)?;
        (Some(id.to_string().into()), Content::TooLarge(about.len()))
    } else {
        let bytes = whole(&mut file, about.len())?;
        let id = (!is_document(path)).then(|| blob_id(&bytes).into());
        (id, Content::Bytes(bytes))
    };
    let mode = if executable(&about) { Mode::Executable } else { Mode::File };
    Ok(Entry { mode, id, content })
}

/// Everything in a file that was so long when it was opened.
fn whole(file: &mut File, length: u64) -> io::Result<Arc<[u8]>> {
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // Bounded, so that nobody asks for the length, or for the end, once more.
    file.take(length).read_to_end(&mut bytes)?;
    Ok(Arc::from(bytes))
}

fn link(place: &Path) -> io::Result<Entry> {
    let target = fs::read_link(place)?;
    let bytes = target.as_os_str().as_encoded_bytes();
    let id = Some(blob_id(bytes).into());
    Ok(Entry { mode: Mode::Symlink, id, content: Content::Bytes(Arc::from(bytes)) })
}

/// A repository inside the folder; git would commit its head's id alone.
fn submodule(place: &Path) -> Entry {
    crate::git::prepare();
    let head = git2::Repository::open(place)
        .and_then(|git| Ok(git.head()?.peel_to_commit()?.id()))
        .unwrap_or(Oid::ZERO_SHA1);
    Entry { mode: Mode::Submodule, id: Some(head.to_string().into()), content: Content::Withheld }
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
