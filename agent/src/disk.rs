//! Writing files so that a power cut leaves the old content or the new one.
//!
//! Owns the atomic replacement, the private folders and the lock that keeps a
//! second agent out. What the files mean is told in [`crate::home`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

/// A file operation that failed, with the file.
#[derive(Debug, thiserror::Error)]
#[error("cannot {verb} {}", path.display())]
pub struct DiskError {
    /// What was tried.
    pub verb: &'static str,
    /// On which file.
    pub path: PathBuf,
    /// What the system said.
    #[source]
    pub source: io::Error,
}

/// Says which file an I/O error was about.
pub fn at<'a>(verb: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> DiskError + use<'a> {
    move |source| DiskError { verb, path: path.to_owned(), source }
}

/// Makes a folder, with its parents, that only its owner can enter.
pub fn private_folder(path: &Path) -> Result<(), DiskError> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(at("make the folder", path))
}

/// Replaces a file as a whole, durably; `mode` are its permission bits.
pub fn replace(path: &Path, content: &[u8], mode: u32) -> Result<(), DiskError> {
    exchange(path, content, mode, true)?;
    sync_parent(path)
}

/// Replaces a file as a whole; a power cut may lose it.
pub fn put(path: &Path, content: &[u8], mode: u32) -> Result<(), DiskError> {
    exchange(path, content, mode, false)
}

fn exchange(path: &Path, content: &[u8], mode: u32, durable: bool) -> Result<(), DiskError> {
    let fresh = path.with_extension("new");
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(at("remove", &fresh)(error));
        }
        _ => {}
    }
    let written = (|| {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(mode).open(&fresh)?;
        file.write_all(content)?;
        if durable { file.sync_all() } else { Ok(()) }
    })();
    if let Err(error) = written {
        let _ = fs::remove_file(&fresh);
        return Err(at("write", &fresh)(error));
    }
    fs::rename(&fresh, path).map_err(at("replace", path))
}

/// Makes a rename or removal in a file's folder durable.
pub fn sync_parent(path: &Path) -> Result<(), DiskError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at("make durable", folder))
}

/// Keeps a second agent out of a data folder for as long as it lives.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held for its drop")] Flock<File>);

impl Lock {
    /// Takes the lock, or says that somebody else has it.
    pub fn take(folder: &Path) -> Result<Option<Self>, DiskError> {
        let path = folder.join("lock");
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(at("open", &path))?;
        match Flock::lock(file, FlockArg::LockExclusiveNonblock) {
            Ok(held) => Ok(Some(Self(held))),
            Err((_, nix::errno::Errno::EWOULDBLOCK)) => Ok(None),
            Err((_, errno)) => Err(at("lock", &path)(errno.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_leaves_no_trace_of_the_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("agent.json");
        replace(&path, b"one", 0o600).expect("writable");
        replace(&path, b"two", 0o600).expect("writable");
        assert_eq!(fs::read(&path).expect("readable"), b"two");
        assert_eq!(fs::read_dir(folder.path()).expect("readable").count(), 1);
    }

    #[test]
    fn a_second_lock_is_not_given() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let first = Lock::take(folder.path()).expect("lockable");
        assert!(first.is_some());
        assert!(Lock::take(folder.path()).expect("lockable").is_none());
        drop(first);
        assert!(Lock::take(folder.path()).expect("lockable").is_some());
    }
}
