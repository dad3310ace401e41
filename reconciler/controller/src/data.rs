//! The data folder: who holds it, and the files that stand beside the database.
//!
//! Files are written whole: into a temporary one, to the disk, renamed, and
//! the folder to the disk. What is secret can be read by its owner only.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// A data folder, held by this process alone.
#[derive(Debug)]
pub struct DataFolder {
    root: PathBuf,
    /// Locked as long as this lives.
    _lock: File,
}

/// Why the data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// Another controller runs on it.
    #[error("another controller uses the data folder {}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("cannot use {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl DataError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "stop the other `ordain serve`, or give this one another --data",
            Self::Disk { .. } => {
                "check that the folder exists, has room and belongs to the user that runs `ordain serve`"
            }
        }
    }
}

/// The names of the files.
pub mod names {
    /// The database.
    pub const DATABASE: &str = "ordain.db";
    /// The administrator's token.
    pub const ADMIN_TOKEN: &str = "admin.token";
    /// The authority's certificate in PEM.
    pub const CA_CERTIFICATE: &str = "ca.pem";
    /// The authority's private key in PEM.
    pub const CA_KEY: &str = "ca.key";
    /// Who was enrolled, apart from the database.
    pub const ENROLMENTS: &str = "enrolments.jsonl";
    /// Where the running controller answers, as JSON `{"url", "pin"}`.
    pub const ENDPOINT: &str = "endpoint.json";
    pub(super) const LOCK: &str = "ordain.lock";
}

impl DataFolder {
    /// Takes hold of a folder, making it where it is missing.
    pub fn open(root: &Path) -> Result<Self, DataError> {
        let disk = |source| DataError::Disk { path: root.to_owned(), source };
        if !root.exists() {
            fs::create_dir_all(root).map_err(disk)?;
            fs::set_permissions(root, fs::Permissions::from_mode(0o700)).map_err(disk)?;
        }
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.join(names::LOCK))
            .map_err(disk)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { root: root.to_owned(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(DataError::Busy { path: root.to_owned() }),
            Err(TryLockError::Error(source)) => Err(disk(source)),
        }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file stands.
    pub fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// A file's text; none where it is missing.
    pub fn read(&self, name: &str) -> Result<Option<String>, DataError> {
        let path = self.path(name);
        match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(DataError::Disk { path, source }),
        }
    }

    /// Writes a file that everybody on the computer may read.
    pub fn write(&self, name: &str, text: &str) -> Result<(), DataError> {
        self.replace(name, text, 0o644)
    }

    /// Writes a file that its owner alone may read.
    pub fn write_secret(&self, name: &str, text: &str) -> Result<(), DataError> {
        self.replace(name, text, 0o600)
    }

    /// Removes a file, where it is there.
    pub fn remove(&self, name: &str) -> Result<(), DataError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(DataError::Disk { path, source }),
        }
    }

    fn replace(&self, name: &str, text: &str, mode: u32) -> Result<(), DataError> {
        let path = self.path(name);
        let temporary = self.path(&format!("{name}.new"));
        let write = || -> io::Result<()> {
            let mut file = File::options()
                .create(true)
                .truncate(true)
                .write(true)
                .mode(mode)
                .open(&temporary)?;
            file.set_permissions(fs::Permissions::from_mode(mode))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&temporary, &path)?;
            File::open(&self.root)?.sync_all()
        };
        write().map_err(|source| DataError::Disk { path: path.clone(), source })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_controller_holds_a_folder() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let root = place.path().join("data");
        let held = DataFolder::open(&root).expect("the first");
        assert!(matches!(DataFolder::open(&root), Err(DataError::Busy { .. })));
        drop(held);
        DataFolder::open(&root).expect("the next");
    }

    #[test]
    fn secrets_are_for_their_owner_only() {
        let place = tempfile::tempdir().expect("a temporary folder");
        let folder = DataFolder::open(&place.path().join("data")).expect("a folder");
        folder.write_secret("key", "one").expect("written");
        folder.write_secret("key", "two").expect("written over");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&folder.path("key")), 0o600);
        assert_eq!(mode(folder.root()), 0o700);
        assert_eq!(folder.read("key").expect("readable").as_deref(), Some("two"));
        folder.remove("key").expect("removed");
        folder.remove("key").expect("removed before");
        assert_eq!(folder.read("key").expect("readable"), None);
    }
}
