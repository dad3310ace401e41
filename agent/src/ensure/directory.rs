//! A folder: its mode, its owner, and those above it where they are missing.

use std::fs::File;
use std::os::fd::AsFd as _;

use ordain_core::order::Directory;
use rustix::fs::{
    AtFlags, Dir, FileType, Mode, OFlags, Stat, fchmod, fstat, mkdirat, openat, statat, unlinkat,
};
use rustix::io::Errno;

use super::file::{WishedOwner, refuse_link, set_attributes, tell_attributes};
use super::ground::{Ground, Spot, cannot};
use super::write;
use super::{Changes, Fault, Shift, Way};
use crate::kill_point;

/// The mode of a folder that is made and says none.
const PLAIN: u32 = 0o755;
/// How deep folders are removed at most.
const DEEPEST: usize = 256;

impl Shift<'_, '_> {
    pub(super) fn directory(
        &mut self,
        ground: &Ground,
        directory: &Directory,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        let path = &directory.path;
        let stat = ground.stat(path)?;
        if let Some(stat) = &stat {
            refuse_link(stat, path)?;
            if FileType::from_raw_mode(stat.st_mode) != FileType::Directory {
                return Err(Fault::refused(path, "it is no folder"));
            }
        }
        if !present {
            return remove(ground, directory, stat.as_ref(), way);
        }
        let owner = self.owner(ground, directory.owner.as_deref())?;
        let Some(stat) = stat else { return make(ground, directory, &owner, way) };
        let mut found = Changes::new();
        tell_attributes(&mut found, &stat, directory.mode, &owner);
        if way == Way::Set && !found.is_empty() {
            let spot = ground.spot(path)?.ok_or_else(|| super::file::gone(path))?;
            let handle = opened(&spot)?;
            set_attributes(&handle, &stat, path, directory.mode, owner.known()?)?;
        }
        Ok(found)
    }
}

fn make(
    ground: &Ground,
    directory: &Directory,
    owner: &WishedOwner,
    way: Way,
) -> Result<Changes, Fault> {
    let (path, mode) = (&directory.path, directory.mode.unwrap_or(PLAIN));
    if way == Way::Set {
        let owner = owner.known()?;
        let spot = ground.spot_in_made(path, &mut |_| kill_point::reach("ensure-parent"))?;
        // Nobody else gets in before it is whose it is to be.
        match mkdirat(&spot.folder, &spot.name, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(cannot("make", path, error)),
        }
        kill_point::reach("ensure-made");
        let handle = opened(&spot)?;
        write::own(&handle, owner).map_err(|error| cannot("give to its owner", path, error))?;
        fchmod(&handle, Mode::from_raw_mode(mode))
            .map_err(|error| cannot("set the mode of", path, error))?;
        spot.sync_folder()?;
    }
    Ok(vec![format!("is made, mode {mode:04o}{}", owner.told())])
}

fn opened(spot: &Spot<'_>) -> Result<File, Fault> {
    let handle = spot.open(OFlags::RDONLY | OFlags::DIRECTORY);
    handle.map(File::from).map_err(|error| cannot("open", spot.path, error))
}

fn remove(
    ground: &Ground,
    directory: &Directory,
    stat: Option<&Stat>,
    way: Way,
) -> Result<Changes, Fault> {
    let Some(stat) = stat else { return Ok(Changes::new()) };
    let path = &directory.path;
    let with = if directory.force { " with everything in it" } else { "" };
    if way == Way::Set
        && let Some(spot) = ground.spot(path)?
    {
        if directory.force {
            let handle = opened(&spot)?;
            empty(handle, stat.st_dev, path, 0)?;
        }
        match unlinkat(&spot.folder, &spot.name, AtFlags::REMOVEDIR) {
            Ok(()) | Err(Errno::NOENT) => spot.sync_folder()?,
            Err(Errno::NOTEMPTY | Errno::EXIST) => {
                let why = "it is not empty; `force: true` removes it with everything in it";
                return Err(Fault::refused(path, why));
            }
            Err(error) => return Err(cannot("remove", path, error)),
        }
    }
    Ok(vec![format!("is removed{with}")])
}

/// Removes what is in a folder, links themselves, and nothing of other file systems.
fn empty(folder: File, device: u64, path: &str, depth: usize) -> Result<(), Fault> {
    let failed = |error: Errno| cannot("remove what is in", path, error);
    if depth > DEEPEST {
        return Err(Fault::refused(path, "its folders lie too deep"));
    }
    let within = fstat(&folder).map_err(failed)?;
    if within.st_dev != device {
        return Err(Fault::refused(path, "another file system is mounted in it"));
    }
    let entries = Dir::read_from(&folder).map_err(failed)?;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name();
        if matches!(name.to_bytes(), b"." | b"..") {
            continue;
        }
        let stat = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW).map_err(failed)?;
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let inner = openat(folder.as_fd(), name, flags, Mode::empty()).map_err(failed)?;
            empty(File::from(inner), device, path, depth + 1)?;
            unlinkat(&folder, name, AtFlags::REMOVEDIR).map_err(failed)?;
        } else {
            unlinkat(&folder, name, AtFlags::empty()).map_err(failed)?;
        }
        kill_point::reach("ensure-emptying");
    }
    Ok(())
}
