//! A repository at one commit, as bytes by path.
//!
//! Made by `ordain-source` from git's object database, from a folder by the
//! command line, and by agents from the objects they were given.

use std::collections::BTreeMap;
use std::sync::Arc;

/// All files of a repository at one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot {
    /// The commit's object id in hexadecimal; none for a plain folder.
    pub revision: Option<String>,
    /// Entries by path from the root, with `/` between the parts. A path that
    /// is not UTF-8 is given lossily, with `Content::BadName`.
    pub entries: BTreeMap<String, Entry>,
}

/// One file of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What kind of entry git says it is.
    pub mode: Mode,
    /// The blob's object id in hexadecimal (SHA-1 or SHA-256 of git's blob
    /// form); none where nobody has named it yet: a document of a plain folder.
    pub id: Option<Arc<str>>,
    /// Its bytes, where they are at hand.
    pub content: Content,
}

/// The modes of git's tree entries that matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 100644.
    File,
    /// 100755.
    Executable,
    /// 120000: refused.
    Symlink,
    /// 160000: refused.
    Submodule,
}

/// The bytes of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The whole content.
    Bytes(Arc<[u8]>),
    /// Known to exist, but not read: a script on the controller's side, or an
    /// object that was not delivered to an agent. Unknown, never missing.
    Withheld,
    /// Larger than any file of a policy may be; its size in bytes.
    TooLarge(u64),
    /// The path itself is not UTF-8.
    BadName,
}

impl Entry {
    /// The bytes, where they are at hand.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            Content::Withheld | Content::TooLarge(_) | Content::BadName => None,
        }
    }
}
