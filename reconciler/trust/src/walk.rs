//! From a root tree to the files that stand in it.
//!
//! Owns walking by tree objects alone, within bounds. What was not delivered
//! is withheld, for files and for whole folders: unknown, never absent.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_schema::{Content, Entry, Mode, Snapshot};

use crate::bounds;
use crate::object_id::ObjectId;
use crate::objects::{Object, Objects};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::tree::TreeMode;

/// How a file of git-lfs begins that stands for another one.
const LFS: &[u8] = b"version https://git-lfs.github.com/spec/";

/// A tree as far as it was delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Files by path; those that were not delivered are withheld.
    pub snapshot: Snapshot,
    /// Folders that were not delivered, by path, with the ids of their trees.
    pub withheld: BTreeMap<String, ObjectId>,
}

/// Walks the tree of that id, at the commit of that name.
///
/// # Errors
/// `withheld` where the root itself was not delivered, `wrong-type`,
/// `too-large`, `lfs-pointer`.
pub fn walk(objects: &Objects, root: &ObjectId, revision: &str) -> Checked<Walked> {
    objects.tree(root)?;
    let mut walked = Walked {
        snapshot: Snapshot { revision: Some(revision.to_owned()), entries: BTreeMap::new() },
        withheld: BTreeMap::new(),
    };
    let mut open = vec![(String::new(), *root, 1)];
    let mut count = 0;
    while let Some((folder, id, depth)) = open.pop() {
        match objects.get(&id) {
            None => {
                walked.withheld.insert(folder, id);
            }
            Some(Object::Tree(tree)) => {
                if depth > bounds::TREE_DEPTH {
                    let what = format!("`{folder}` lies deeper than folders may");
                    return Err(Refusal::new(RefusalCode::TooLarge, what));
                }
                for entry in tree.entries() {
                    count += 1;
                    if count > bounds::TREE_ENTRIES {
                        let what = "the tree holds more than is looked at";
                        return Err(Refusal::new(RefusalCode::TooLarge, what));
                    }
                    let path = if folder.is_empty() {
                        entry.name.to_owned()
                    } else {
                        format!("{folder}/{}", entry.name)
                    };
                    if entry.mode == TreeMode::Folder {
                        open.push((path, entry.id, depth + 1));
                    } else {
                        let file = file(objects, entry.mode, &entry.id, &path)?;
                        walked.snapshot.entries.insert(path, file);
                    }
                }
            }
            Some(_) => {
                let what = format!("`{folder}` is no folder");
                return Err(Refusal::new(RefusalCode::WrongType, what));
            }
        }
    }
    Ok(walked)
}

fn file(objects: &Objects, mode: TreeMode, id: &ObjectId, path: &str) -> Checked<Entry> {
    let content = match objects.get(id) {
        None => Content::Withheld,
        Some(Object::Blob(bytes)) if bytes.starts_with(LFS) => {
            let what = format!("`{path}` is a pointer of git-lfs");
            return Err(Refusal::new(RefusalCode::LfsPointer, what));
        }
        Some(Object::Blob(bytes)) => Content::Bytes(Arc::from(bytes.as_slice())),
        Some(_) => {
            let what = format!("`{path}` is no file");
            return Err(Refusal::new(RefusalCode::WrongType, what));
        }
    };
    let mode = if mode == TreeMode::Program { Mode::Executable } else { Mode::File };
    Ok(Entry { mode, id: Some(Arc::from(id.to_string())), content })
}
