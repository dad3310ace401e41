//! The private folder of a run, and the verified bytes of its script within.
//!
//! A script is written by nobody else, read back through the handle that wrote
//! it, and hashed: what is executed is what the order named.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};

use ordain_core::order::File;
use ordain_trust::{ObjectId, blob_id};

use super::CannotRun;
use crate::blobs::{BlobError, Blobs};
use crate::disk;
use crate::platform::spawn::Account;

/// Where another account can reach a folder of root's.
const SHARED: &str = "/tmp";

/// A folder that is removed with everything in it when it is dropped.
#[derive(Debug)]
pub struct Place {
    path: PathBuf,
}

impl Place {
    /// Makes the folder of that run. `reader` is an account that must be able
    /// to read in it; it can still change nothing.
    pub fn make(folder: &Path, marker: &str, reader: Option<&Account>) -> Result<Self, CannotRun> {
        let path = match reader {
            None => folder.join(marker),
            Some(_) => Path::new(SHARED).join(format!("ordain-{marker}")),
        };
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && reader.is_none() => {
                disk::private_folder(folder)?;
                DirBuilder::new()
                    .mode(0o700)
                    .create(&path)
                    .map_err(disk::at("make the folder", &path))?;
            }
            made => made.map_err(disk::at("make the folder", &path))?,
        }
        let place = Self { path };
        open_up(&place.path, reader)?;
        Ok(place)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes that file; whether nothing else is left in the folder, so that
    /// another run finds it as if it had just been made.
    pub fn is_empty_without(&self, file: &Path) -> bool {
        fs::remove_file(file).is_ok()
            && fs::read_dir(&self.path).is_ok_and(|mut entries| entries.next().is_none())
    }

    /// The script of that id under its own name, verified: the kept file
    /// itself where the file system can, which costs far less than another.
    /// For what only looks; a script that changed itself all the same would
    /// be found out by its id and fetched again.
    pub fn link(&self, name: &str, id: &str, blobs: &Blobs) -> Result<PathBuf, CannotRun> {
        let kept: ObjectId = id.parse().map_err(BlobError::BadId)?;
        let path = self.path.join(file_name(name));
        if fs::hard_link(blobs.path(&kept), &path).is_err() {
            return self.write(name, id, blobs, None);
        }
        let bytes = fs::read(&path).map_err(disk::at("read", &path))?;
        match blob_id(&bytes, kept.format()) {
            Ok(actual) if actual == kept => Ok(path),
            _ => {
                blobs.discard(&kept);
                Err(BlobError::Mismatch(kept).into())
            }
        }
    }

    /// Writes the script of that id and verifies what was written.
    pub fn write(
        &self,
        name: &str,
        id: &str,
        blobs: &Blobs,
        reader: Option<&Account>,
    ) -> Result<PathBuf, CannotRun> {
        put(self.path.join(file_name(name)), id, blobs, reader)
    }

    /// Writes bytes that no repository has, under that name.
    pub fn put_bytes(
        &self,
        name: &str,
        bytes: &[u8],
        reader: Option<&Account>,
    ) -> Result<PathBuf, CannotRun> {
        let path = self.path.join(name);
        let mut file = make(&path, reader)?;
        file.write_all(bytes).map_err(disk::at("write", &path))?;
        Ok(path)
    }

    /// Writes a file of `lib/` beside the script, under its path from the root.
    pub fn add(
        &self,
        file: &File,
        blobs: &Blobs,
        reader: Option<&Account>,
    ) -> Result<(), CannotRun> {
        let mut path = self.path.clone();
        let (folders, name) = file.path.rsplit_once('/').unwrap_or(("", &file.path));
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            path.push(folder);
            match DirBuilder::new().mode(0o700).create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => {
                    made.map_err(disk::at("make the folder", &path))?;
                    open_up(&path, reader)?;
                }
            }
        }
        path.push(name);
        put(path, &file.blob, blobs, reader).map(drop)
    }
}

/// Writes a file of that id and verifies what was written.
fn put(
    path: PathBuf,
    id: &str,
    blobs: &Blobs,
    reader: Option<&Account>,
) -> Result<PathBuf, CannotRun> {
    let id: ObjectId = id.parse().map_err(BlobError::BadId)?;
    let content = blobs.load(&id)?;
    let mut file = make(&path, reader)?;
    let mut written = content;
    let read_back = (|| {
        file.write_all(&written)?;
        file.rewind()?;
        written.clear();
        file.read_to_end(&mut written)
    })();
    read_back.map_err(disk::at("write", &path))?;
    match blob_id(&written, id.format()) {
        Ok(actual) if actual == id => Ok(path),
        _ => {
            blobs.discard(&id);
            Err(BlobError::Mismatch(id).into())
        }
    }
}

/// Makes a file that only this program, and a reader, can read.
fn make(path: &Path, reader: Option<&Account>) -> Result<fs::File, CannotRun> {
    let mode = if reader.is_some() { 0o440 } else { 0o400 };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .map_err(disk::at("make", path))?;
    if let Some(reader) = reader {
        chown(path, None, Some(reader.gid)).map_err(disk::at("change the group of", path))?;
    }
    Ok(file)
}

/// Lets an account read in a folder; it can change nothing.
fn open_up(folder: &Path, reader: Option<&Account>) -> Result<(), CannotRun> {
    let Some(reader) = reader else { return Ok(()) };
    chown(folder, None, Some(reader.gid)).map_err(disk::at("change the group of", folder))?;
    fs::set_permissions(folder, Permissions::from_mode(0o750))
        .map_err(disk::at("open up", folder))?;
    Ok(())
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(folder = %self.path.display(), %error, "a private folder could not be removed");
        }
    }
}

/// The last part of a script's path, so that `$0` and its ending are as in the repository.
pub(super) fn file_name(path: &str) -> String {
    let last = path.rsplit('/').next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect();
    let plain = plain.trim_start_matches('.');
    match plain {
        "" | "output" => "script".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within_the_folder() {
        for (path, name) in [
            ("software/x/install.sh", "install.sh"),
            ("../../etc/passwd", "passwd"),
            ("a/..", "script"),
            ("a/ö b;c.ps1", "bc.ps1"),
            ("output", "script"),
            ("", "script"),
        ] {
            assert_eq!(file_name(path), name, "{path}");
        }
    }
}
