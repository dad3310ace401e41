//! From a snapshot to documents.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::document::Document;
use crate::{Diagnostic, Snapshot};

/// All documents of a repository.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Documents {
    /// The documents, by path and then in the order of their file.
    pub all: Vec<Document>,
    /// Paths of document files that could not be read, or not wholly: withheld,
    /// no YAML, too large, a symbolic link. What they hold is unknown, never
    /// missing: a name that one of them may bear is no unknown reference.
    pub unread: BTreeSet<Arc<str>>,
}

/// Reads every document of a snapshot and reports everything that is wrong
/// with them one by one.
pub fn read(_snapshot: &Snapshot) -> (Documents, Vec<Diagnostic>) {
    (Documents::default(), Vec::new())
}

/// Reads the documents of one file. Pure: the same path and bytes give the
/// same answer, so that it may be kept by the blob's id.
pub fn read_file(_path: &str, _bytes: &[u8]) -> (Vec<Document>, Vec<Diagnostic>) {
    (Vec::new(), Vec::new())
}
