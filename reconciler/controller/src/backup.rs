//! A copy of a controller's data folder, running or not, that can be served
//! from as it is.
//!
//! The database is copied first and the ledger of enrolments after it, so that
//! the ledger knows everybody whom the database knows. What the controller
//! makes anew by itself (the mirror of the repository, where it answers) is
//! left out.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use ordain_store::{SqliteStore, StoreError};

use crate::data::names;

/// The files beside the database, and whether only their owner may read them.
const FILES: &[(&str, bool)] = &[
    (names::CA_KEY, true),
    (names::CA_CERTIFICATE, false),
    (names::ADMIN_TOKEN, true),
    (names::ENROLMENTS, false),
];

/// Why there is no copy.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to copy.
    #[error("{} is no data folder of a controller: there is no {} in it", path.display(), names::DATABASE)]
    NoData {
        /// The folder.
        path: PathBuf,
    },
    /// There is something where the copy should be.
    #[error("{} is there already", path.display())]
    Taken {
        /// The place.
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
    /// The database refused.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Copies a data folder to a place where nothing is yet; gives the bytes that
/// it takes. The copy appears whole or not at all.
pub async fn backup(data: &Path, to: &Path) -> Result<u64, BackupError> {
    if !data.join(names::DATABASE).is_file() {
        return Err(BackupError::NoData { path: data.to_owned() });
    }
    let mut half = to.as_os_str().to_owned();
    half.push(".part");
    let half = PathBuf::from(half);
    for path in [to, &half] {
        if path.symlink_metadata().is_ok() {
            return Err(BackupError::Taken { path: path.to_owned() });
        }
    }
    let copied = fill(data, &half).await;
    match copied {
        Ok(bytes) => {
            let renamed = fs::rename(&half, to);
            renamed.map_err(|source| BackupError::Disk { path: to.to_owned(), source })?;
            Ok(bytes)
        }
        Err(error) => {
            // What is half done helps nobody; the error that matters is the first.
            let _ = fs::remove_dir_all(&half);
            Err(error)
        }
    }
}

async fn fill(data: &Path, half: &Path) -> Result<u64, BackupError> {
    let disk = |path: &Path| {
        let path = path.to_owned();
        move |source| BackupError::Disk { path, source }
    };
    fs::create_dir(half).map_err(disk(half))?;
    fs::set_permissions(half, fs::Permissions::from_mode(0o700)).map_err(disk(half))?;
    let database = half.join(names::DATABASE);
    SqliteStore::copy(&data.join(names::DATABASE), &database).await?;
    let mut bytes = settle(&database).map_err(disk(&database))?;
    for (name, secret) in FILES {
        let (from, to) = (data.join(name), half.join(name));
        match copy(&from, &to, *secret) {
            Ok(more) => bytes += more,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => return Err(disk(&from)(source)),
        }
    }
    File::open(half).and_then(|folder| folder.sync_all()).map_err(disk(half))?;
    Ok(bytes)
}

fn copy(from: &Path, to: &Path, secret: bool) -> io::Result<u64> {
    let mut source = File::open(from)?;
    let mode = if secret { 0o600 } else { 0o644 };
    let mut target = File::options().create_new(true).write(true).mode(mode).open(to)?;
    io::copy(&mut source, &mut target)?;
    settle(to)
}

/// Brings a file to the disk; gives its length.
fn settle(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}
