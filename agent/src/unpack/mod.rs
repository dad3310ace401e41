//! Archives: `.zip`, `.tar`, `.tar.gz`, told apart by their first bytes.
//!
//! `names` says what an entry may be called, `tree` writes without following
//! links. Guarantees: an archive with an entry that would leave the folder is
//! refused whole, before anything is written; nothing outside of the folder is
//! touched, whatever links stand in the archive or in the folder; every file
//! is the old one or the new one, never a part of it.

mod names;
mod tape;
mod tree;
mod zipped;

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use crate::fetch::{Stopped, Stops};

/// Why an archive was not unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The session was told to stop.
    #[error(transparent)]
    Stopped(#[from] Stopped),
    /// It is no archive that is known.
    #[error("it is no zip, tar or tar.gz archive")]
    Unknown,
    /// It cannot be read.
    #[error("the archive cannot be read")]
    Archive(#[source] io::Error),
    /// An entry that could lead outside; nothing was written.
    #[error("the archive is refused: {why}: `{name}`")]
    Evil {
        /// The entry.
        name: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It holds more than anybody would install.
    #[error(
        "the archive is refused: it holds more than {} entries or {} GiB",
        MAX_ENTRIES,
        MAX_BYTES >> 30
    )]
    Bomb,
    /// The folder is no absolute path.
    #[error("`{0}` is no absolute path")]
    Relative(String),
    /// A link stands where a folder is needed.
    #[error("`{0}` in the folder is a link or a file, and no folder")]
    Link(String),
    /// A file could not be written.
    #[error("cannot write `{name}`")]
    Write {
        /// The entry.
        name: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// How many entries an archive may have.
const MAX_ENTRIES: usize = 1_000_000;
/// How many bytes it may hold.
const MAX_BYTES: u64 = 32 << 30;

/// One entry of an archive, after the leading parts of its path were dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    /// Its path below the folder, part by part; never empty.
    parts: Vec<Vec<u8>>,
    /// What it is.
    kind: Kind,
    /// Its permission bits.
    mode: u32,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    /// A folder.
    Folder,
    /// A file.
    File,
    /// A symbolic link with its target.
    Link(Vec<u8>),
    /// Another name of an entry before it.
    Same(Vec<Vec<u8>>),
}

/// Takes entries as they come; files with what is in them.
type Sink<'s> = dyn FnMut(&Entry, &mut dyn io::Read) -> Result<(), UnpackError> + 's;

/// Unpacks an archive into a folder, which is made where it is missing.
///
/// # Errors
/// See [`UnpackError`]; entries before the one at fault may have been written,
/// except where the archive was refused.
pub fn unpack(archive: &Path, to: &Path, strip: u32, stops: Stops<'_>) -> Result<(), UnpackError> {
    if !to.is_absolute() {
        return Err(UnpackError::Relative(to.display().to_string()));
    }
    let mut count = Bounds::default();
    walk(archive, strip, &mut |_, content| {
        stopped(stops)?;
        count.entry()?;
        count.bytes(content, stops)
    })?;
    let tree = tree::Tree::open(to)?;
    walk(archive, strip, &mut |entry, content| {
        stopped(stops)?;
        tree.put(entry, content, stops)
    })
}

fn stopped(stops: Stops<'_>) -> Result<(), Stopped> {
    if stops() { Err(Stopped) } else { Ok(()) }
}

/// Goes through an archive, whatever its kind.
fn walk(archive: &Path, strip: u32, sink: &mut Sink<'_>) -> Result<(), UnpackError> {
    let mut file = File::open(archive).map_err(UnpackError::Archive)?;
    let mut first = [0; 262];
    let read = fill(&mut file, &mut first).map_err(UnpackError::Archive)?;
    file.rewind().map_err(UnpackError::Archive)?;
    let strip = strip as usize;
    let file = io::BufReader::with_capacity(128 * 1024, file);
    match &first[..read] {
        [0x1f, 0x8b, ..] => tape::walk(MultiGzDecoder::new(file), strip, sink),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => zipped::walk(file, strip, sink),
        bytes if bytes.get(257..262) == Some(b"ustar") => tape::walk(file, strip, sink),
        _ => Err(UnpackError::Unknown),
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// How much an archive has held so far.
#[derive(Debug, Default)]
struct Bounds {
    entries: usize,
    bytes: u64,
}

impl Bounds {
    fn entry(&mut self) -> Result<(), UnpackError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES { Err(UnpackError::Bomb) } else { Ok(()) }
    }

    /// Reads an entry to its end, which also finds out whether it can be read.
    fn bytes(&mut self, content: &mut dyn io::Read, stops: Stops<'_>) -> Result<(), UnpackError> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            let read = content.read(&mut piece).map_err(UnpackError::Archive)?;
            if read == 0 {
                return Ok(());
            }
            self.bytes += read as u64;
            if self.bytes > MAX_BYTES {
                return Err(UnpackError::Bomb);
            }
            stopped(stops)?;
        }
    }
}

#[cfg(test)]
mod tests;
