//! Objects that were delivered, named by their own bytes.
//!
//! Owns that every id is computed here and every tree and commit read strictly
//! once, so that nothing below asks again. What was not delivered is
//! *withheld*: unknown, never absent.

use std::collections::HashMap;

use crate::bounds;
use crate::commit::Commit;
use crate::object_id::{ObjectFormat, ObjectId, ObjectKind, object_id};
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::tree::Tree;

/// Objects of one repository by id.
#[derive(Debug, Clone)]
pub struct Objects {
    format: ObjectFormat,
    held: HashMap<ObjectId, Object>,
    bytes: usize,
}

/// One object, read strictly.
#[derive(Debug, Clone)]
pub enum Object {
    /// The bytes of a file.
    Blob(Vec<u8>),
    /// A folder.
    Tree(Tree),
    /// A signed commit.
    Commit(Box<Commit>),
}

impl Objects {
    /// No objects, of a repository of `format`.
    pub fn new(format: ObjectFormat) -> Self {
        Self { format, held: HashMap::new(), bytes: 0 }
    }

    /// The format that all ids have.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }

    /// Takes an object in, and says its id.
    ///
    /// # Errors
    /// `too-large`, `sha1-collision`, and what [`Tree::parse`] and
    /// [`Commit::parse`] refuse.
    pub fn add(&mut self, kind: ObjectKind, bytes: &[u8]) -> Checked<ObjectId> {
        let most = match kind {
            ObjectKind::Blob => bounds::BLOB_BYTES,
            ObjectKind::Tree => bounds::TREE_BYTES,
            ObjectKind::Commit => bounds::COMMIT_BYTES,
        };
        let large = |what: String| Refusal::new(RefusalCode::TooLarge, what);
        if bytes.len() > most {
            return Err(large(format!("a {} of {} bytes", kind.name(), bytes.len())));
        }
        if self.held.len() >= bounds::OBJECTS || self.bytes + bytes.len() > bounds::DELIVERY_BYTES {
            return Err(large("more objects than one delivery may hold".to_owned()));
        }
        let id = object_id(kind, bytes, self.format)?;
        if self.held.contains_key(&id) {
            return Ok(id);
        }
        let object = match kind {
            ObjectKind::Blob => Object::Blob(bytes.to_vec()),
            ObjectKind::Tree => Object::Tree(Tree::parse(bytes, self.format)?),
            ObjectKind::Commit => Object::Commit(Box::new(Commit::parse(bytes, self.format)?)),
        };
        self.bytes += bytes.len();
        self.held.insert(id, object);
        Ok(id)
    }

    /// The object of that id, where it was delivered.
    pub fn get(&self, id: &ObjectId) -> Option<&Object> {
        self.held.get(id)
    }

    /// The commit of that id.
    ///
    /// # Errors
    /// `withheld`, `wrong-type`.
    pub fn commit(&self, id: &ObjectId) -> Checked<&Commit> {
        match self.held.get(id) {
            Some(Object::Commit(commit)) => Ok(commit),
            found => Err(Self::missing(id, ObjectKind::Commit, found.is_some())),
        }
    }

    /// The tree of that id.
    ///
    /// # Errors
    /// `withheld`, `wrong-type`.
    pub fn tree(&self, id: &ObjectId) -> Checked<&Tree> {
        match self.held.get(id) {
            Some(Object::Tree(tree)) => Ok(tree),
            found => Err(Self::missing(id, ObjectKind::Tree, found.is_some())),
        }
    }

    /// The blob of that id.
    ///
    /// # Errors
    /// `withheld`, `wrong-type`.
    pub fn blob(&self, id: &ObjectId) -> Checked<&[u8]> {
        match self.held.get(id) {
            Some(Object::Blob(bytes)) => Ok(bytes),
            found => Err(Self::missing(id, ObjectKind::Blob, found.is_some())),
        }
    }

    fn missing(id: &ObjectId, wanted: ObjectKind, other: bool) -> Refusal {
        let kind = wanted.name();
        if other {
            Refusal::new(RefusalCode::WrongType, format!("{id} is no {kind}"))
        } else {
            Refusal::new(RefusalCode::Withheld, format!("the {kind} {id} was not delivered"))
        }
    }
}
