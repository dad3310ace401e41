//! Reading one commit after another: a file whose blob was read before is not
//! read again, so that a commit costs what it changed.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Documents, read_each, read_file};
use crate::document::Document;
use crate::{Diagnostic, Snapshot};

/// The files of the commit that was read last, with what they hold.
#[derive(Debug, Default)]
pub struct FilesRead {
    by_path: HashMap<String, FileRead>,
}

/// What the blob of a file holds.
#[derive(Debug)]
struct FileRead {
    blob: Arc<str>,
    documents: Vec<Arc<Document>>,
    diagnostics: Vec<Diagnostic>,
}

/// As [`read`](super::read), with the documents of files that are still the
/// same shared with the reading before. Files without an id are always read.
pub fn read_again(snapshot: &Snapshot, before: &mut FilesRead) -> (Documents, Vec<Diagnostic>) {
    let by_path = &mut before.by_path;
    by_path.retain(|path, kept| {
        let entry = snapshot.entries.get(path);
        entry.is_some_and(|entry| entry.id.as_ref() == Some(&kept.blob))
    });
    read_each(snapshot, |path, entry, bytes| {
        if let Some(kept) = by_path.get(path) {
            return (kept.documents.clone(), kept.diagnostics.clone());
        }
        let (documents, diagnostics) = read_file(path, bytes);
        let documents: Vec<_> = documents.into_iter().map(Arc::new).collect();
        if let Some(blob) = entry.id.clone() {
            let (documents, diagnostics) = (documents.clone(), diagnostics.clone());
            by_path.insert(path.to_owned(), FileRead { blob, documents, diagnostics });
        }
        (documents, diagnostics)
    })
}
