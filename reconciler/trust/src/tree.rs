//! The strict form of a tree.
//!
//! Owns the grammar, the modes, the order and that no two entries are one.
//! Which names are fine is `name`'s.

use std::collections::HashSet;

use crate::bounds;
use crate::name;
use crate::object_id::{ObjectFormat, ObjectId};
use crate::refusal::{Checked, Refusal, RefusalCode};

/// What an entry of a tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeMode {
    /// 100644.
    File,
    /// 100755.
    Program,
    /// 40000.
    Folder,
}

/// One entry of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TreeEntry<'a> {
    /// What it is.
    pub mode: TreeMode,
    /// Its name, without a separator.
    pub name: &'a str,
    /// The blob or tree.
    pub id: ObjectId,
}

/// A tree in the strict form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    bytes: Vec<u8>,
    format: ObjectFormat,
}

impl Tree {
    /// A tree without entries.
    pub fn empty(format: ObjectFormat) -> Self {
        Self { bytes: Vec::new(), format }
    }

    /// Reads a tree of a repository of `format`.
    ///
    /// # Errors
    /// `too-large`, `bad-tree`, `symlink`, `submodule`, `bad-mode`,
    /// `bad-name`, `case-collision`.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Checked<Self> {
        if bytes.len() > bounds::TREE_BYTES {
            let what = format!("a tree of {} bytes", bytes.len());
            return Err(Refusal::new(RefusalCode::TooLarge, what));
        }
        let mut rest = bytes;
        let mut before: Option<(&[u8], TreeMode)> = None;
        let mut seen = HashSet::new();
        while !rest.is_empty() {
            let (mode, name, id, tail) = cut(rest, format).ok_or_else(|| bad("it is cut short"))?;
            rest = tail;
            let text = std::str::from_utf8(name).map_err(|_| bad_name(name, "it is not UTF-8"))?;
            let mode = mode_of(mode, text)?;
            if let Some(why) = name::fault(text) {
                return Err(bad_name(name, why));
            }
            if id.as_bytes().iter().all(|byte| *byte == 0) {
                return Err(bad("an entry is of nothing"));
            }
            if before.is_some_and(|(last, kind)| last == name || !in_order(last, kind, name, mode))
            {
                return Err(bad(&format!("`{text}` is out of order or there twice")));
            }
            before = Some((name, mode));
            if !seen.insert(name::folded(text)) {
                let what = format!("`{text}` is another name where case does not count");
                return Err(Refusal::new(RefusalCode::CaseCollision, what));
            }
        }
        Ok(Self { bytes: bytes.to_vec(), format })
    }

    /// The entries in git's order.
    pub fn entries(&self) -> impl Iterator<Item = TreeEntry<'_>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            let (mode, name, id, tail) = cut(rest, self.format)?;
            rest = tail;
            let name = std::str::from_utf8(name).ok()?;
            Some(TreeEntry { mode: mode_of(mode, name).ok()?, name, id })
        })
    }

    /// The entry of that name.
    pub fn get(&self, name: &str) -> Option<TreeEntry<'_>> {
        self.entries().find(|entry| entry.name == name)
    }

    /// The bytes that git names.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Mode, name, id and what follows.
type Cut<'a> = (&'a [u8], &'a [u8], ObjectId, &'a [u8]);

fn cut(bytes: &[u8], format: ObjectFormat) -> Option<Cut<'_>> {
    let space = bytes.iter().take(8).position(|byte| *byte == b' ')?;
    let (mode, rest) = (&bytes[..space], &bytes[space + 1..]);
    let end = rest.iter().position(|byte| *byte == 0)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let (id, rest) = rest.split_at_checked(format.id_length())?;
    Some((mode, name, ObjectId::from_bytes(id, format)?, rest))
}

fn mode_of(mode: &[u8], name: &str) -> Checked<TreeMode> {
    match mode {
        b"100644" => Ok(TreeMode::File),
        b"100755" => Ok(TreeMode::Program),
        b"40000" => Ok(TreeMode::Folder),
        b"120000" => {
            Err(Refusal::new(RefusalCode::Symlink, format!("`{name}` is a symbolic link")))
        }
        b"160000" => Err(Refusal::new(RefusalCode::Submodule, format!("`{name}` is a submodule"))),
        _ => {
            let mode = String::from_utf8_lossy(mode);
            Err(Refusal::new(RefusalCode::BadMode, format!("`{name}` has the mode {mode}")))
        }
    }
}

/// Whether one name sorts before another. Git sorts folders as if their names
/// ended with a slash.
fn in_order(one: &[u8], one_mode: TreeMode, other: &[u8], other_mode: TreeMode) -> bool {
    let tail = |mode| (mode == TreeMode::Folder).then_some(&b'/');
    one.iter().chain(tail(one_mode)).lt(other.iter().chain(tail(other_mode)))
}

fn bad(what: &str) -> Refusal {
    Refusal::new(RefusalCode::BadTree, format!("no tree in the strict form: {what}"))
}

fn bad_name(name: &[u8], why: &str) -> Refusal {
    let name: String = String::from_utf8_lossy(name).chars().take(80).collect();
    Refusal::new(RefusalCode::BadName, format!("the name `{}`: {why}", name.escape_default()))
}
