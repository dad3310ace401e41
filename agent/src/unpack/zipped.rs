//! Entries of a zip archive.

use std::io::{self, Read as _};

use zip::ZipArchive;

use super::{Entry, Kind, Sink, UnpackError, names};

/// The longest target of a symbolic link, in bytes.
const LONGEST_LINK: u64 = 4096;
/// The bits of a mode that say what a file is, and two of their values.
const KIND: u32 = 0o170_000;
const LINK: u32 = 0o120_000;
const FILE: u32 = 0o100_000;
const FOLDER: u32 = 0o040_000;

/// Gives every entry to `sink`, in order.
pub(super) fn walk(
    archive: impl io::Read + io::Seek,
    strip: usize,
    sink: &mut Sink<'_>,
) -> Result<(), UnpackError> {
    let bad = |error: zip::result::ZipError| UnpackError::Archive(io::Error::other(error));
    let mut archive = ZipArchive::new(archive).map_err(bad)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(bad)?;
        // Archives from Windows may write the other slash.
        let mut name = entry.name_raw().to_vec();
        for byte in name.iter_mut().filter(|byte| **byte == b'\\') {
            *byte = b'/';
        }
        let parts = names::parts(&name, strip)?;
        let mode = entry.unix_mode();
        let kind = match mode.map_or(0, |mode| mode & KIND) {
            LINK => {
                let mut target = Vec::new();
                let mut short = entry.by_ref().take(LONGEST_LINK);
                short.read_to_end(&mut target).map_err(UnpackError::Archive)?;
                Kind::Link(target)
            }
            _ if name.ends_with(b"/") => Kind::Folder,
            FOLDER => Kind::Folder,
            0 | FILE => Kind::File,
            _ => return Err(names::special(&name)),
        };
        let Some(parts) = parts else { continue };
        if let Kind::Link(target) = &kind {
            names::link(&parts, target)?;
        }
        sink(&Entry { parts, kind, mode: mode.unwrap_or(0o644) }, &mut entry)?;
    }
    Ok(())
}
