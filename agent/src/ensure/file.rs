//! A file: its content, its mode, its owner; what is not given stays as it is.

use std::borrow::Cow;
use std::fs::File as Handle;

use ordain_core::order::Content;
use ordain_core::order::ensure::File;
use ordain_trust::{ObjectId, blob_id};
use rustix::fs::{FileType, Mode, Stat, fchmod};

use super::ground::{Ground, LARGEST, cannot, is_link, read};
use super::write::{self, Fresh, Owner};
use super::{Changes, Fault, Shift, Way, changes};
use crate::blobs::BlobError;

/// The mode of a file that is made and says none.
pub(super) const PLAIN: u32 = 0o644;

impl Shift<'_, '_> {
    pub(super) fn file(
        &mut self,
        ground: &Ground,
        file: &File,
        present: bool,
        way: Way,
    ) -> Result<Changes, Fault> {
        if !present {
            return remove(ground, &file.path, way);
        }
        let owner = self.owner(ground, file.owner.as_deref())?;
        let Some((mut handle, stat)) = ground.open(&file.path)? else {
            return self.make_file(ground, file, owner, way);
        };
        let mut found = Changes::new();
        let other = self.differs(file, &mut handle, &stat)?;
        let fresh = match (&other, &file.content) {
            (true, Some(content)) => {
                let fresh = self.bytes(content)?;
                let shown =
                    changes::is_open(stat.st_mode) && changes::is_open(file.mode.unwrap_or(0o004));
                found.push(changes::contents(&self.settings.buffer, &fresh, shown));
                Some(fresh)
            }
            _ => None,
        };
        tell_attributes(&mut found, &stat, file.mode, &owner);
        if way == Way::Look || found.is_empty() {
            return Ok(found);
        }
        let owner = owner.known()?;
        match fresh {
            Some(content) => {
                let mode = file.mode.unwrap_or(stat.st_mode & 0o7777);
                let owner = owner.or(Owner::of(&stat));
                let fresh = Fresh { content: &content, mode, owner, old: Some(&handle) };
                let spot = ground.spot(&file.path)?.ok_or_else(|| gone(&file.path))?;
                write::replace(&spot, &fresh)?;
            }
            None => set_attributes(&handle, &stat, &file.path, file.mode, owner)?,
        }
        Ok(found)
    }

    fn make_file(
        &mut self,
        ground: &Ground,
        file: &File,
        owner: WishedOwner,
        way: Way,
    ) -> Result<Changes, Fault> {
        let content = file.content.as_ref().map(|content| self.bytes(content)).transpose()?;
        let content = content.unwrap_or_default();
        let mode = file.mode.unwrap_or(PLAIN);
        let made = format!("is made, {} bytes, mode {mode:04o}{}", content.len(), owner.told());
        if way == Way::Set {
            let spot = ground.spot(&file.path)?.ok_or_else(|| gone(&file.path))?;
            let fresh = Fresh { content: &content, mode, owner: owner.known()?, old: None };
            write::replace(&spot, &fresh)?;
        }
        Ok(vec![made])
    }

    /// Whether the content is another than the wished one; what was read of it
    /// is left in the buffer.
    fn differs(&mut self, file: &File, handle: &mut Handle, stat: &Stat) -> Result<bool, Fault> {
        let buffer = &mut self.settings.buffer;
        buffer.clear();
        let Some(content) = &file.content else { return Ok(false) };
        if u64::try_from(stat.st_size).is_ok_and(|size| size > LARGEST) {
            return Ok(true);
        }
        read(handle, stat, &file.path, buffer)?;
        Ok(match content {
            Content::Text(text) => buffer.as_slice() != text.as_bytes(),
            Content::Blob { blob, path: _ } => {
                let id: ObjectId = blob.parse().map_err(BlobError::BadId)?;
                blob_id(buffer, id.format()) != Ok(id)
            }
        })
    }

    /// The bytes of a content; those of the repository are checked against their id.
    fn bytes<'c>(&self, content: &'c Content) -> Result<Cow<'c, [u8]>, Fault> {
        match content {
            Content::Text(text) => Ok(Cow::Borrowed(text.as_bytes())),
            Content::Blob { blob, path: _ } => {
                let id: ObjectId = blob.parse().map_err(BlobError::BadId)?;
                let bytes = self.blobs.load(&id)?;
                if blob_id(&bytes, id.format()) != Ok(id) {
                    self.blobs.discard(&id);
                    return Err(BlobError::Mismatch(id).into());
                }
                Ok(Cow::Owned(bytes))
            }
        }
    }

    /// Who is to own something, by number as far as that is known.
    pub(super) fn owner(
        &mut self,
        ground: &Ground,
        text: Option<&str>,
    ) -> Result<WishedOwner, Fault> {
        let Some(text) = text else { return Ok(WishedOwner::default()) };
        let Some((user, group)) = ordain_schema::document::ensure::rules::owner(text) else {
            return Err(Fault::Failed(format!("`{text}` is no owner")));
        };
        let accounts = self.accounts(ground)?;
        let mut wished = WishedOwner { text: Some(text.to_owned()), ..WishedOwner::default() };
        if let Some(user) = user {
            wished.owner.user = accounts.uid(user);
            wished.unknown |= wished.owner.user.is_none();
        }
        if let Some(group) = group {
            wished.owner.group = accounts.gid(group);
            wished.unknown |= wished.owner.group.is_none();
        }
        Ok(wished)
    }
}

/// Who is to own something.
#[derive(Debug, Default)]
pub(super) struct WishedOwner {
    /// As it was written.
    text: Option<String>,
    owner: Owner,
    /// Whether the computer does not know one of the names: an earlier
    /// resource of the list may yet make it.
    unknown: bool,
}

impl WishedOwner {
    /// By number.
    pub(super) fn known(&self) -> Result<Owner, Fault> {
        if self.unknown {
            let text = self.text.as_deref().unwrap_or_default();
            return Err(Fault::Failed(format!("this computer does not know the owner `{text}`")));
        }
        Ok(self.owner)
    }

    /// Behind what is said of something new.
    pub(super) fn told(&self) -> String {
        self.text.as_ref().map(|text| format!(", owner {text}")).unwrap_or_default()
    }
}

/// Says how mode and owner differ from the wished ones.
pub(super) fn tell_attributes(
    found: &mut Changes,
    stat: &Stat,
    mode: Option<u32>,
    owner: &WishedOwner,
) {
    let bits = stat.st_mode & 0o7777;
    if let Some(mode) = mode.filter(|mode| *mode != bits) {
        found.push(format!("mode {bits:04o} becomes {mode:04o}"));
    }
    if owner.unknown || !owner.owner.is_of(stat) {
        let text = owner.text.as_deref().unwrap_or_default();
        found.push(format!("owner {}:{} becomes {text}", stat.st_uid, stat.st_gid));
    }
}

/// Sets mode and owner of what is there, through its own handle.
pub(super) fn set_attributes(
    handle: &Handle,
    stat: &Stat,
    path: &str,
    mode: Option<u32>,
    owner: Owner,
) -> Result<(), Fault> {
    let is_file = FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
    if is_file && stat.st_nlink > 1 {
        let why = "it has other names, whose mode and owner would change too";
        return Err(Fault::refused(path, why));
    }
    // Changing the owner may take bits of the mode away.
    write::own(handle, owner).map_err(|error| cannot("give to its owner", path, error))?;
    let bits = mode.unwrap_or(stat.st_mode & 0o7777);
    fchmod(handle, Mode::from_raw_mode(bits))
        .map_err(|error| cannot("set the mode of", path, error))?;
    handle.sync_all().map_err(|error| cannot("make durable", path, error))
}

/// A file that is to be gone; a link is removed itself.
fn remove(ground: &Ground, path: &str, way: Way) -> Result<Changes, Fault> {
    let Some(stat) = ground.stat(path)? else { return Ok(Changes::new()) };
    if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
        return Err(Fault::refused(path, "it is a folder; write `directory` to remove it"));
    }
    if way == Way::Set
        && let Some(spot) = ground.spot(path)?
    {
        write::remove(&spot)?;
    }
    Ok(vec!["is removed".to_owned()])
}

pub(super) fn gone(path: &str) -> Fault {
    Fault::refused(path, "its folder is not there; write a `directory` before it")
}

/// Says that a path is a link, where it is one.
pub(super) fn refuse_link(stat: &Stat, path: &str) -> Result<(), Fault> {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Symlink => Err(is_link(path)),
        _ => Ok(()),
    }
}
