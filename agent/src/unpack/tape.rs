//! Entries of a tar archive.

use std::io;

use tar::{Archive, EntryType};

use super::{Entry, Kind, MAX_BYTES, Sink, UnpackError, names};

/// Gives every entry to `sink`, in order.
pub(super) fn walk(
    archive: impl io::Read,
    strip: usize,
    sink: &mut Sink<'_>,
) -> Result<(), UnpackError> {
    let mut archive = Archive::new(archive);
    for entry in archive.entries().map_err(UnpackError::Archive)? {
        let mut entry = entry.map_err(UnpackError::Archive)?;
        let name = entry.path_bytes().into_owned();
        let of = entry.header().entry_type();
        if matches!(of, EntryType::XGlobalHeader) {
            continue;
        }
        let parts = names::parts(&name, strip)?;
        let target =
            || entry.link_name_bytes().map(std::borrow::Cow::into_owned).unwrap_or_default();
        let kind = match of {
            EntryType::Directory => Kind::Folder,
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => Kind::File,
            EntryType::Symlink => Kind::Link(target()),
            EntryType::Link => match names::parts(&target(), strip)? {
                Some(same) => Kind::Same(same),
                // What it is another name of was dropped.
                None => continue,
            },
            _ => return Err(names::special(&name)),
        };
        let Some(parts) = parts else { continue };
        if let Kind::Link(target) = &kind {
            names::link(&parts, target)?;
        }
        let mode = entry.header().mode().unwrap_or(0o644);
        sink(&Entry { parts, kind, mode }, &mut entry)?;
    }
    // What compressed it has its own sum behind the last entry.
    let mut rest = io::Read::take(archive.into_inner(), MAX_BYTES);
    io::copy(&mut rest, &mut io::sink()).map(drop).map_err(UnpackError::Archive)
}
