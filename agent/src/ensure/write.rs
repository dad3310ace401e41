//! Replacing a file as a whole: beside it, flushed, then by its name.
//!
//! Whenever the program or the computer dies, the old file stands there or the
//! new one. What is left beside it then is thrown away by the next try.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::os::fd::AsFd;

use rustix::fs::{
    AtFlags, Gid, Mode, OFlags, Stat, Uid, XattrFlags, fchmod, fchown, fgetxattr, flistxattr,
    fsetxattr, fsync, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use super::Fault;
use super::ground::{Spot, cannot};
use crate::kill_point;

/// Who a file belongs to, by number; as it is where none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Owner {
    pub(super) user: Option<u32>,
    pub(super) group: Option<u32>,
}

impl Owner {
    /// Whose a file is.
    pub(super) fn of(stat: &Stat) -> Self {
        Self { user: Some(stat.st_uid), group: Some(stat.st_gid) }
    }

    /// The same, where nothing else is wished.
    pub(super) fn or(self, other: Self) -> Self {
        Self { user: self.user.or(other.user), group: self.group.or(other.group) }
    }

    /// Whether a file is whose it should be.
    pub(super) fn is_of(self, stat: &Stat) -> bool {
        self.user.is_none_or(|user| user == stat.st_uid)
            && self.group.is_none_or(|group| group == stat.st_gid)
    }
}

/// A file as it is to be.
pub(super) struct Fresh<'a> {
    pub(super) content: &'a [u8],
    pub(super) mode: u32,
    pub(super) owner: Owner,
    /// The file that it replaces, whose further attributes it takes over.
    pub(super) old: Option<&'a File>,
}

/// Replaces what stands at a place, or makes it.
pub(super) fn replace(spot: &Spot<'_>, fresh: &Fresh<'_>) -> Result<(), Fault> {
    let beside = beside(spot);
    let failed = |verb| move |error: Errno| cannot(verb, spot.path, error);
    let none = AtFlags::empty();
    match unlinkat(&spot.folder, &beside, none) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(cannot("clear the place beside", spot.path, error)),
    }
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = openat(&spot.folder, &beside, flags, Mode::from_raw_mode(0o600));
    let mut file = File::from(file.map_err(failed("write beside"))?);
    kill_point::reach("ensure-made");
    let written = (|| {
        let (first, second) = fresh.content.split_at(fresh.content.len() / 2);
        file.write_all(first)?;
        kill_point::reach("ensure-half-written");
        file.write_all(second)
    })();
    let finished = written.map_err(|error| cannot("write", spot.path, error)).and_then(|()| {
        kill_point::reach("ensure-written");
        if let Some(old) = fresh.old {
            take_over(old, &file);
        }
        own(&file, fresh.owner).map_err(failed("give to its owner"))?;
        fchmod(&file, Mode::from_raw_mode(fresh.mode)).map_err(failed("set the mode of"))?;
        fsync(&file).map_err(failed("make durable"))?;
        kill_point::reach("ensure-flushed");
        renameat(&spot.folder, &beside, &spot.folder, &spot.name).map_err(failed("replace"))
    });
    if let Err(fault) = finished {
        let _ = unlinkat(&spot.folder, &beside, none);
        return Err(fault);
    }
    kill_point::reach("ensure-renamed");
    spot.sync_folder()
}

/// Changes whose an open file is; a number that is not given stays.
pub(super) fn own(file: impl AsFd, owner: Owner) -> Result<(), Errno> {
    if owner == Owner::default() {
        return Ok(());
    }
    fchown(file, owner.user.map(Uid::from_raw), owner.group.map(Gid::from_raw))
}

/// Removes a file or link.
pub(super) fn remove(spot: &Spot<'_>) -> Result<(), Fault> {
    match unlinkat(&spot.folder, &spot.name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => {}
        Err(error) => return Err(cannot("remove", spot.path, error)),
    }
    kill_point::reach("ensure-removed");
    spot.sync_folder()
}

/// The name of what is written before it takes the place: hidden, and the same
/// each time, so that nothing piles up.
fn beside(spot: &Spot<'_>) -> OsString {
    const LONGEST: usize = 200;
    let name = spot.name.to_string_lossy();
    let mut end = name.len().min(LONGEST);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!(".{}.ordain-new", &name[..end]).into()
}

/// Labels and access lists of the old file, as far as the new one may have them.
fn take_over(old: &File, new: &File) {
    let mut names = vec![0; 4096];
    let Ok(length) = flistxattr(old, &mut names) else { return };
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let mut value = vec![0; 65_536];
        if let Ok(length) = fgetxattr(old, name, &mut value) {
            let _ = fsetxattr(new, name, &value[..length], XattrFlags::empty());
        }
    }
}
