//! Opening paths that nobody can lead elsewhere.
//!
//! Everything happens below one root and relative to open folders, so that a
//! folder that is exchanged meanwhile changes nothing. The last part of a path
//! is never followed. Above it a symbolic link is gone along only where nobody
//! but root, or the account of this program, could have put it there.

use std::cell::{Ref, RefCell};
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, mkdirat, openat, openat2,
    readlinkat, statat,
};
use rustix::io::Errno;

use super::Fault;
use crate::disk;

/// How many symbolic links are gone along at most.
const MOST_LINKS: usize = 40;
/// More than this is no file that policies keep, in bytes.
pub(super) const LARGEST: u64 = 16 * 1024 * 1024;
/// Never followed.
const CAREFUL: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW);
/// For reading: never followed, never waited for, never a terminal of ours.
const READ: OFlags = CAREFUL.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The computer's files, from their root on.
pub(super) struct Ground {
    root: OwnedFd,
    path: PathBuf,
    /// The folder that was looked into last: settings of one task mostly share
    /// theirs. Let go when anything is walked to, which is how changes are made.
    near: RefCell<Option<(String, OwnedFd)>>,
}

/// One place in a folder that is held open.
pub(super) struct Spot<'p> {
    pub(super) folder: OwnedFd,
    pub(super) name: OsString,
    /// The whole path, for people.
    pub(super) path: &'p str,
}

impl Ground {
    pub(super) fn new(root: &Path) -> Result<Self, Fault> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let opened = openat(CWD, root, flags, Mode::empty());
        let opened = opened.map_err(|error| disk::at("open", root)(error.into()))?;
        Ok(Self { root: opened, path: root.to_owned(), near: RefCell::new(None) })
    }

    /// Where it is rooted.
    pub(super) fn root(&self) -> &Path {
        &self.path
    }

    /// Opens an ordinary file for reading; none where there is none.
    pub(super) fn open(&self, path: &str) -> Result<Option<(File, Stat)>, Fault> {
        let opened = match self.near(path) {
            Some(Ok((folder, name))) => openat(&*folder, name, READ, Mode::empty()).map(Some),
            Some(Err(error)) => Err(error),
            None => match self.spot(path)? {
                Some(spot) => spot.open(READ).map(Some),
                None => Ok(None),
            },
        };
        let file = match opened {
            Ok(Some(file)) => file,
            Ok(None) | Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            Err(Errno::LOOP) => return Err(is_link(path)),
            Err(error) => return Err(cannot("open", path, error)),
        };
        let stat = fstat(&file).map_err(|error| cannot("look at", path, error))?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(Fault::refused(path, "it is no ordinary file"));
        }
        Ok(Some((File::from(file), stat)))
    }

    /// What stands at a path, not followed; none where there is nothing.
    pub(super) fn stat(&self, path: &str) -> Result<Option<Stat>, Fault> {
        let found = match self.near(path) {
            Some(Ok((folder, name))) => statat(&*folder, name, AtFlags::SYMLINK_NOFOLLOW),
            Some(Err(error)) => Err(error),
            None => match self.spot(path)? {
                Some(spot) => return spot.stat(),
                None => return Ok(None),
            },
        };
        there(found, path)
    }

    /// The folder of a path, held open, and the name in it: by one call of the
    /// system where no part of the way is a link, by none where it is the
    /// folder of the path before; nothing where the path needs to be walked.
    fn near<'p>(&self, path: &'p str) -> Option<Result<(Ref<'_, OwnedFd>, &'p str), Errno>> {
        let (folder, name) = path.rsplit_once('/')?;
        let relative = folder.trim_start_matches('/');
        if relative.is_empty() || matches!(name, "" | "." | "..") {
            return None;
        }
        let is_held = self.near.borrow().as_ref().is_some_and(|(held, _)| held == folder);
        if !is_held {
            let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
            let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::BENEATH;
            let opened = match openat2(&self.root, relative, flags, Mode::empty(), resolve) {
                // Links, an older kernel, a sandbox, or a path that leads out: walked, it is said which.
                Err(Errno::LOOP | Errno::NOSYS | Errno::PERM | Errno::XDEV | Errno::INVAL) => {
                    return None;
                }
                Err(error) => return Some(Err(error)),
                Ok(opened) => opened,
            };
            self.near.replace(Some((folder.to_owned(), opened)));
        }
        let held = Ref::filter_map(self.near.borrow(), |near| Some(&near.as_ref()?.1)).ok()?;
        Some(Ok((held, name)))
    }

    /// The place of a path in its folder; none where the folder is not there.
    pub(super) fn spot<'p>(&self, path: &'p str) -> Result<Option<Spot<'p>>, Fault> {
        self.walk(path, None)
    }

    /// The same; folders that are missing are made, and told of.
    pub(super) fn spot_in_made<'p>(
        &self,
        path: &'p str,
        made: &mut dyn FnMut(&OsStr),
    ) -> Result<Spot<'p>, Fault> {
        let spot = self.walk(path, Some(made))?;
        Ok(spot.expect("folders that are missing were made"))
    }

    fn walk<'p>(
        &self,
        path: &'p str,
        mut make: Option<&mut dyn FnMut(&OsStr)>,
    ) -> Result<Option<Spot<'p>>, Fault> {
        self.near.take();
        let mut parts = parts(path)?;
        let Some(name) = parts.pop_back() else {
            return Err(Fault::refused(path, "it names no file"));
        };
        let mut walked: Vec<OwnedFd> = Vec::new();
        let mut links = 0;
        while let Some(part) = parts.pop_front() {
            if part == ".." {
                walked.pop();
                continue;
            }
            let here = walked.last().map_or(self.root.as_fd(), OwnedFd::as_fd);
            let found = match openat(here, &part, OFlags::PATH | CAREFUL, Mode::empty()) {
                Err(Errno::NOENT) => match &mut make {
                    None => return Ok(None),
                    Some(make) => {
                        make(&part);
                        make_folder(here, &part, path)?
                    }
                },
                found => found.map_err(|error| cannot("go along", path, error))?,
            };
            let stat = fstat(&found).map_err(|error| cannot("look at", path, error))?;
            match FileType::from_raw_mode(stat.st_mode) {
                FileType::Directory => walked.push(found),
                FileType::Symlink => {
                    links += 1;
                    if links > MOST_LINKS || !is_trusted(here, &stat) {
                        let why = "a symbolic link on the way is not followed: somebody without rights could have put it there";
                        return Err(Fault::refused(path, why));
                    }
                    let target = readlinkat(&found, "", Vec::new())
                        .map_err(|error| cannot("read the link in", path, error))?;
                    let target = Path::new(OsStr::from_bytes(target.as_bytes())).to_owned();
                    if target.is_absolute() {
                        walked.clear();
                    }
                    for part in components(&target).into_iter().rev() {
                        parts.push_front(part);
                    }
                }
                _ if make.is_some() => {
                    return Err(Fault::refused(path, "a part of the way is no folder"));
                }
                _ => return Ok(None),
            }
        }
        let folder = match walked.pop() {
            Some(folder) => folder,
            None => self.root.try_clone().map_err(disk::at("hold open", &self.path))?,
        };
        Ok(Some(Spot { folder, name, path }))
    }
}

impl Spot<'_> {
    /// What stands there, not followed; none where there is nothing.
    pub(super) fn stat(&self) -> Result<Option<Stat>, Fault> {
        there(statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW), self.path)
    }

    /// Opens what stands there.
    pub(super) fn open(&self, flags: OFlags) -> Result<OwnedFd, Errno> {
        openat(&self.folder, &self.name, flags | CAREFUL, Mode::empty())
    }

    /// Makes what was renamed, made or removed in the folder durable.
    pub(super) fn sync_folder(&self) -> Result<(), Fault> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        openat(&self.folder, ".", flags, Mode::empty())
            .and_then(rustix::fs::fsync)
            .map_err(|error| cannot("make durable the folder of", self.path, error))
    }
}

/// What was looked at; none where there is nothing.
fn there(found: Result<Stat, Errno>, path: &str) -> Result<Option<Stat>, Fault> {
    match found {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::NOENT | Errno::NOTDIR) => Ok(None),
        Err(error) => Err(cannot("look at", path, error)),
    }
}

/// Reads a file whole.
pub(super) fn read(
    file: &mut File,
    stat: &Stat,
    path: &str,
    into: &mut Vec<u8>,
) -> Result<(), Fault> {
    into.clear();
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    if size > LARGEST {
        return Err(Fault::refused(path, "it is larger than 16 MiB"));
    }
    // One byte of room beyond its end: a file that fills all but that is over.
    // What says no size, as files of the kernel's do, is read until it ends.
    let expected = usize::try_from(size).unwrap_or_default();
    into.resize(if expected == 0 { 0 } else { expected + 1 }, 0);
    let first = file.read(into).map_err(|error| cannot("read", path, error))?;
    into.truncate(first);
    if expected == 0 || first != expected {
        let read = file.take(LARGEST + 1 - first as u64).read_to_end(into);
        read.map_err(|error| cannot("read", path, error))?;
    }
    if into.len() as u64 > LARGEST {
        return Err(Fault::refused(path, "it is larger than 16 MiB"));
    }
    Ok(())
}

/// The parts of an absolute path that goes down only.
fn parts(path: &str) -> Result<VecDeque<OsString>, Fault> {
    let sound = path.starts_with('/') && !path.contains('\0');
    let parts = components(Path::new(path));
    if !sound || parts.iter().any(|part| part == "..") {
        return Err(Fault::refused(path, "it is no absolute path without `..`"));
    }
    Ok(parts.into())
}

fn components(path: &Path) -> Vec<OsString> {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_owned()),
        Component::ParentDir => Some(OsString::from("..")),
        Component::CurDir | Component::RootDir | Component::Prefix(_) => None,
    });
    parts.collect()
}

/// Whether nobody without rights can have put that link into the folder.
fn is_trusted(folder: BorrowedFd<'_>, link: &Stat) -> bool {
    let me = rustix::process::geteuid().as_raw();
    let ours = |uid: u32| uid == 0 || uid == me;
    let Ok(around) = fstat(folder) else { return false };
    let open_to_others = around.st_mode & 0o022 != 0 && around.st_mode & 0o1000 == 0;
    ours(link.st_uid) && ours(around.st_uid) && !open_to_others
}

fn make_folder(here: BorrowedFd<'_>, name: &OsStr, path: &str) -> Result<OwnedFd, Fault> {
    let made = match mkdirat(here, name, Mode::from_raw_mode(0o755)) {
        Err(Errno::EXIST) | Ok(()) => openat(here, name, OFlags::PATH | CAREFUL, Mode::empty()),
        Err(error) => Err(error),
    };
    made.map_err(|error| cannot("make the folder of", path, error))
}

pub(super) fn cannot(verb: &'static str, path: &str, error: impl Into<io::Error>) -> Fault {
    disk::at(verb, Path::new(path))(error.into()).into()
}

/// The last part of a path is a link.
pub(super) fn is_link(path: &str) -> Fault {
    Fault::refused(path, "it is a symbolic link, which is not followed")
}
