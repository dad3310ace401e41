//! From a tree in the object database to the entries of a snapshot.
//!
//! Owns the bounds on what is read and the rules for odd names and modes.
//! Reads afresh, or patches an earlier snapshot by descending only where the
//! tree ids differ. Resolving a revision to its tree is `repository.rs`.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use git2::{ErrorCode, ObjectType, Odb, Oid, Tree, TreeEntry};
use ordain_schema::{Content, Entry, Mode};

use crate::repository::ReadError;

/// Documents (`.yaml`) over this many bytes are not read: 1 MiB.
pub const DOCUMENT_LIMIT: u64 = 1 << 20;
/// Other files over this many bytes are not read: 4 MiB, which is also the
/// most that an agent accepts.
pub const FILE_LIMIT: u64 = 4 << 20;

/// Folders inside each other.
const MOST_DEPTH: usize = 64;
/// Files in one snapshot; a tree that names itself over and over ends here.
const MOST_ENTRIES: usize = 250_000;
/// Bytes held by one snapshot: 1 GiB.
const MOST_BYTES: u64 = 1 << 30;

/// The entries of a snapshot in the making.
pub(crate) struct Reader<'git> {
    git: &'git git2::Repository,
    odb: Odb<'git>,
    entries: BTreeMap<String, Entry>,
    contents: HashMap<(Oid, bool), Content>,
    bytes: u64,
}

/// The path of a folder while descending.
struct Place<'a> {
    /// Empty, or ending in `/`.
    prefix: &'a str,
    /// Whether every name so far was a good one.
    good: bool,
    depth: usize,
}

/// How many bytes of a file at this path may be read.
pub(crate) fn limit(path: &str) -> u64 {
    if is_document(path) { DOCUMENT_LIMIT } else { FILE_LIMIT }
}

/// Whether a path is that of a document, if it stands in a folder of them.
pub(crate) fn is_document(path: &str) -> bool {
    // Other cases of these letters are no documents either.
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "yaml")
}

/// Whether git itself would let a file of that name be committed. Names that
/// it would not are kept apart, since two of them could mean one path.
pub(crate) fn good_name(name: &str) -> bool {
    !matches!(name, "" | "." | ".." | ".git") && !name.contains(['/', '\0'])
}

impl<'git> Reader<'git> {
    pub(crate) fn new(git: &'git git2::Repository) -> Result<Self, ReadError> {
        Ok(Self {
            git,
            odb: git.odb()?,
            entries: BTreeMap::new(),
            contents: HashMap::new(),
            bytes: 0,
        })
    }

    /// Everything below `tree`.
    pub(crate) fn read(mut self, tree: &Tree<'_>) -> Result<BTreeMap<String, Entry>, ReadError> {
        self.patch(tree, None, &Place { prefix: "", good: true, depth: 0 })?;
        Ok(self.entries)
    }

    /// The same for `new`, given the entries that `old` had.
    pub(crate) fn update(
        mut self,
        entries: BTreeMap<String, Entry>,
        old: &Tree<'_>,
        new: &Tree<'_>,
    ) -> Result<BTreeMap<String, Entry>, ReadError> {
        self.entries = entries;
        self.patch(new, Some(old), &Place { prefix: "", good: true, depth: 0 })?;
        Ok(self.entries)
    }

    fn patch(
        &mut self,
        new: &Tree<'_>,
        old: Option<&Tree<'_>>,
        place: &Place<'_>,
    ) -> Result<(), ReadError> {
        if place.depth > MOST_DEPTH {
            return Err(ReadError::TooDeep { path: place.prefix.to_owned(), most: MOST_DEPTH });
        }
        if let Some(old) = old {
            for gone in old.iter().filter(|was| new.get_name_bytes(was.name_bytes()).is_none()) {
                self.remove(&gone, place.prefix);
            }
        }
        for entry in new {
            let was = old.and_then(|old| old.get_name_bytes(entry.name_bytes()));
            let same = |was: &TreeEntry<'_>| {
                was.id() == entry.id() && was.filemode_raw() == entry.filemode_raw()
            };
            if !was.as_ref().is_some_and(same) {
                self.enter(&entry, was, place)?;
            }
        }
        Ok(())
    }

    fn enter(
        &mut self,
        entry: &TreeEntry<'_>,
        was: Option<TreeEntry<'_>>,
        place: &Place<'_>,
    ) -> Result<(), ReadError> {
        let name = String::from_utf8_lossy(entry.name_bytes());
        let good = place.good && entry.name_bytes() == name.as_bytes() && good_name(&name);
        let path = format!("{}{name}", place.prefix);
        if entry.kind() != Some(ObjectType::Tree) {
            if let Some(was) = was {
                self.remove(&was, place.prefix);
            }
            return self.file(path, entry, good);
        }
        let new = self.tree(entry.id(), &path)?;
        let old = match was {
            Some(was) if was.kind() == Some(ObjectType::Tree) => Some(self.tree(was.id(), &path)?),
            Some(was) => {
                self.remove(&was, place.prefix);
                None
            }
            None => None,
        };
        let below = Place { prefix: &format!("{path}/"), good, depth: place.depth + 1 };
        self.patch(&new, old.as_ref(), &below)
    }

    fn file(&mut self, path: String, entry: &TreeEntry<'_>, good: bool) -> Result<(), ReadError> {
        let mode = mode(entry.filemode_raw());
        // Two entries of one path come from a damaged tree or from names that
        // are not UTF-8; either way nobody can say which one is meant.
        let good = good && !self.entries.contains_key(&path);
        let content = match mode {
            _ if !good => Content::BadName,
            Mode::Submodule => Content::Withheld,
            Mode::File | Mode::Executable | Mode::Symlink => self.content(entry.id(), &path)?,
        };
        if self.entries.len() >= MOST_ENTRIES {
            return Err(ReadError::TooMany { most: MOST_ENTRIES });
        }
        let id = Some(entry.id().to_string().into());
        self.entries.insert(path, Entry { mode, id, content });
        Ok(())
    }

    fn content(&mut self, id: Oid, path: &str) -> Result<Content, ReadError> {
        let key = (id, is_document(path));
        if let Some(content) = self.contents.get(&key) {
            return Ok(content.clone());
        }
        let lost = |error| missing(error, id, path);
        let (size, kind) = self.odb.read_header(id).map_err(lost)?;
        if kind != ObjectType::Blob {
            return Err(ReadError::Damaged { id: id.to_string(), path: path.to_owned() });
        }
        let size = size as u64;
        let content = if size > limit(path) {
            Content::TooLarge(size)
        } else {
            self.bytes += size;
            if self.bytes > MOST_BYTES {
                return Err(ReadError::TooBig { most: MOST_BYTES });
            }
            let object = self.odb.read(id).map_err(lost)?;
            Content::Bytes(Arc::from(object.data()))
        };
        self.contents.insert(key, content.clone());
        Ok(content)
    }

    fn tree(&self, id: Oid, path: &str) -> Result<Tree<'git>, ReadError> {
        self.git.find_tree(id).map_err(|error| missing(error, id, path))
    }

    /// Takes out a file, or all that stood below a folder.
    fn remove(&mut self, was: &TreeEntry<'_>, prefix: &str) {
        let path = format!("{prefix}{}", String::from_utf8_lossy(was.name_bytes()));
        if was.kind() != Some(ObjectType::Tree) {
            self.entries.remove(&path);
            return;
        }
        let below = format!("{path}/");
        let gone: Vec<String> = self
            .entries
            .range(below.clone()..)
            .map(|(path, _)| path)
            .take_while(|path| path.starts_with(&below))
            .cloned()
            .collect();
        for path in gone {
            self.entries.remove(&path);
        }
    }
}

/// git's mode bits; anything unknown counts as a plain file, as in git.
fn mode(bits: i32) -> Mode {
    match bits & 0o170_000 {
        0o120_000 => Mode::Symlink,
        0o160_000 => Mode::Submodule,
        _ if bits & 0o111 != 0 => Mode::Executable,
        _ => Mode::File,
    }
}

pub(crate) fn missing(error: git2::Error, id: Oid, path: &str) -> ReadError {
    if error.code() == ErrorCode::NotFound {
        ReadError::MissingObject { id: id.to_string(), path: path.to_owned() }
    } else {
        ReadError::Git(error)
    }
}
