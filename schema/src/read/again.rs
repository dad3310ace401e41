//! Reading one commit after another: a file whose blob was read before is not
//! read again, so that a commit costs what it changed.

use std::sync::Arc;

use super::{Documents, read_each, read_file};
use crate::document::Document;
use crate::{Diagnostic, Snapshot};

/// The files of the commit that was read last, with what they hold.
#[derive(Debug, Default)]
pub struct FilesRead {
    /// By path.
    files: Vec<FileRead>,
}

/// What the blob of a file holds.
#[derive(Debug)]
struct FileRead {
    path: Arc<str>,
    blob: Arc<str>,
    documents: Vec<Arc<Document>>,
    diagnostics: Vec<Diagnostic>,
}

/// As [`read`](super::read), with the documents of files that are still the
/// same shared with the reading before. Files without an id are always read.
pub fn read_again(snapshot: &Snapshot, before: &mut FilesRead) -> (Documents, Vec<Diagnostic>) {
    let known = std::mem::take(&mut before.files);
    let files = &mut before.files;
    files.reserve(known.len());
    let mut known = known.into_iter().peekable();
    // Both stand by path.
    read_each(snapshot, |path, entry, bytes| {
        while known.next_if(|one| &*one.path < path).is_some() {}
        let same = known.next_if(|one| &*one.path == path);
        let same = same.filter(|one| Some(&one.blob) == entry.id.as_ref());
        let read = same.unwrap_or_else(|| {
            let (documents, diagnostics) = read_file(path, bytes);
            let documents = documents.into_iter().map(Arc::new).collect();
            let blob = entry.id.clone().unwrap_or_default();
            FileRead { path: path.into(), blob, documents, diagnostics }
        });
        let answer = (read.documents.clone(), read.diagnostics.clone());
        if entry.id.is_some() {
            files.push(read);
        }
        answer
    })
}
