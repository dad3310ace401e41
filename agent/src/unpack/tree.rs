//! A folder that is written below without following links.
//!
//! Every part of a path is opened by itself, from the folder before it, and
//! never through a symbolic link: what stands in the folder already is no more
//! trusted than what comes. Files are written beside their place and renamed.

use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::fs::{
    AtFlags, Mode, OFlags, fchmod, linkat, mkdirat, openat, renameat, symlinkat, unlinkat,
};
use rustix::io::Errno;

use super::{Entry, Kind, UnpackError, stopped};
use crate::fetch::Stops;

/// What is written before it has its name.
const FRESH: &str = ".ordain-new";

/// The folder that an archive is unpacked into.
#[derive(Debug)]
pub(super) struct Tree {
    root: OwnedFd,
}

fn shown(parts: &[Vec<u8>]) -> String {
    String::from_utf8_lossy(&parts.join(&b'/')).into_owned()
}

impl Tree {
    /// Opens the folder, and makes it where it is missing. Its own path is the
    /// policy's, and may lead through links.
    pub(super) fn open(to: &Path) -> Result<Self, UnpackError> {
        let opened = std::fs::create_dir_all(to).and_then(|()| {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
            Ok(rustix::fs::open(to, flags, Mode::empty())?)
        });
        opened
            .map(|root| Self { root })
            .map_err(|source| UnpackError::Write { name: to.display().to_string(), source })
    }

    /// Puts an entry in its place.
    pub(super) fn put(
        &self,
        entry: &Entry,
        content: &mut dyn io::Read,
        stops: Stops<'_>,
    ) -> Result<(), UnpackError> {
        let Entry { parts, kind, mode } = entry;
        let failed = |source| UnpackError::Write { name: shown(parts), source };
        if *kind == Kind::Folder {
            return self.folder(parts).map(drop);
        }
        let (name, above) = parts.split_last().expect("an entry has a name");
        let folder = self.folder(above)?;
        let fresh = OsStr::new(FRESH);
        match unlinkat(&folder, fresh, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(failed(error.into())),
        }
        match kind {
            Kind::Folder => {}
            Kind::File => {
                let written = write(folder.as_fd(), fresh, *mode, content, stops)?;
                written.map_err(failed)?;
            }
            Kind::Link(target) => {
                symlinkat(OsStr::from_bytes(target), &folder, fresh)
                    .map_err(|error| failed(error.into()))?;
            }
            Kind::Same(same) => {
                let (old, above) = same.split_last().expect("an entry has a name");
                let from = self.folder(above)?;
                linkat(&from, OsStr::from_bytes(old), &folder, fresh, AtFlags::empty())
                    .map_err(|error| failed(error.into()))?;
            }
        }
        renameat(&folder, fresh, &folder, OsStr::from_bytes(name))
            .map_err(|error| failed(error.into()))?;
        // Renaming one name of a file to another of the same file leaves both.
        match unlinkat(&folder, fresh, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(failed(error.into())),
        }
    }

    /// The folder of these parts, made where it is missing.
    fn folder(&self, parts: &[Vec<u8>]) -> Result<OwnedFd, UnpackError> {
        let failed = |error: Errno| UnpackError::Write { name: shown(parts), source: error.into() };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut at = openat(&self.root, ".", flags, Mode::empty()).map_err(failed)?;
        for part in parts {
            let name = CString::new(part.as_slice()).map_err(|_| failed(Errno::INVAL))?;
            match mkdirat(&at, &name, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(error) => return Err(failed(error)),
            }
            at = match openat(&at, &name, flags, Mode::empty()) {
                Ok(next) => next,
                Err(Errno::LOOP | Errno::NOTDIR) => {
                    return Err(UnpackError::Link(shown(parts)));
                }
                Err(error) => return Err(failed(error)),
            };
        }
        Ok(at)
    }
}

/// Writes a file under a name that nobody else uses; never with more rights
/// than reading, writing and executing.
fn write(
    folder: BorrowedFd<'_>,
    name: &OsStr,
    mode: u32,
    content: &mut dyn io::Read,
    stops: Stops<'_>,
) -> Result<io::Result<()>, UnpackError> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = match openat(folder, name, flags, Mode::from_raw_mode(0o600)) {
        Ok(file) => File::from(file),
        Err(error) => return Ok(Err(error.into())),
    };
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = content.read(&mut piece).map_err(UnpackError::Archive)?;
        if read == 0 {
            break;
        }
        if let Err(error) = file.write_all(&piece[..read]) {
            return Ok(Err(error));
        }
        stopped(stops)?;
    }
    let bits = Mode::from_raw_mode(mode & 0o777 | 0o200);
    Ok(fchmod(&file, bits).map_err(io::Error::from))
}
