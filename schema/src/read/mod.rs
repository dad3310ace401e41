//! From a snapshot to documents: which files are documents, what they hold,
//! and what is wrong with the tree as a whole.
//!
//! Reading is pure, and a file's answer depends on its path and bytes alone:
//! whoever reads many commits keeps the answers by blob (`again.rs`).

mod again;
mod document;
mod entries;
mod position;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use again::{FilesRead, read_again};
pub(crate) use document::not_utf8;
pub use document::{is_name, read_file};

use crate::document::{Body, Document, Kind};
use crate::{Code, Content, Diagnostic, Entry, Mode, Snapshot, Span};
use position::{Place, Position};

/// The first place of a file.
const TOP: Span = Span { line: 1, column: 1, end_column: 1 };

/// All documents of a repository.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Documents {
    /// The documents, by path and then in the order of their file.
    pub all: Vec<Arc<Document>>,
    /// Paths of document files that could not be read, or not wholly: withheld,
    /// no YAML, too large, a symbolic link. What they hold is unknown, never
    /// missing: a name that one of them may bear is no unknown reference.
    pub unread: BTreeSet<Arc<str>>,
}

/// Reads every document of a snapshot and reports everything that is wrong
/// with them one by one, by file and line.
pub fn read(snapshot: &Snapshot) -> (Documents, Vec<Diagnostic>) {
    read_each(snapshot, |path, _, bytes| {
        let (documents, found) = read_file(path, bytes);
        (documents.into_iter().map(Arc::new).collect(), found)
    })
}

/// The same, with the answers for single files, which are [`read_file`]'s,
/// coming from `file`: of a path, an entry and its bytes.
fn read_each(
    snapshot: &Snapshot,
    mut file: impl FnMut(&str, &Entry, &[u8]) -> (Vec<Arc<Document>>, Vec<Diagnostic>),
) -> (Documents, Vec<Diagnostic>) {
    let mut documents = Documents::default();
    let mut diagnostics = entries::check(snapshot);
    for (path, entry) in &snapshot.entries {
        let Some(position) = Position::of(path) else {
            continue;
        };
        let holds_documents = matches!(position.place, Place::Documents { .. });
        if matches!(entry.mode, Mode::Symlink | Mode::Submodule) {
            if holds_documents {
                documents.unread.insert(path.as_str().into());
            }
            continue;
        }
        match &entry.content {
            Content::Bytes(bytes) => {
                let (read, found) = file(path, entry, bytes);
                if found.iter().any(cuts) {
                    documents.unread.insert(path.as_str().into());
                }
                documents.all.extend(read);
                diagnostics.extend(found);
            }
            Content::TooLarge(size) if holds_documents => {
                diagnostics.push(document::too_large(path, *size));
                documents.unread.insert(path.as_str().into());
            }
            Content::Withheld if holds_documents => {
                documents.unread.insert(path.as_str().into());
            }
            Content::Withheld | Content::TooLarge(_) | Content::BadName => {}
        }
    }
    check_root(snapshot, &mut documents, &mut diagnostics);
    check_tenants(snapshot, &documents, &mut diagnostics);
    diagnostics.sort_by(|a, b| {
        let key = |of: &Diagnostic| (of.span, of.code);
        a.file
            .cmp(&b.file)
            .then_with(|| key(a).cmp(&key(b)))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
    (documents, diagnostics)
}

/// Whether something of the file stayed unread.
fn cuts(diagnostic: &Diagnostic) -> bool {
    matches!(diagnostic.code, Code::Syntax | Code::TooLarge | Code::NotUtf8)
}

/// Exactly one Repository document, in `ordain.yaml`.
fn check_root(snapshot: &Snapshot, documents: &mut Documents, diagnostics: &mut Vec<Diagnostic>) {
    const ROOT: &str = "ordain.yaml";
    let mut first: Option<Span> = None;
    documents.all.retain(|document| {
        if document.body.kind() != Kind::Repository || &*document.path != ROOT {
            return true;
        }
        let Some(first) = first else {
            first = Some(document.span);
            return true;
        };
        let message = "a second Repository document";
        let diagnostic = Diagnostic::error(Code::DuplicateName, ROOT, document.span, message)
            .hint("keep one of them")
            .related(ROOT, first.line, "the first one stands here");
        diagnostics.push(diagnostic);
        false
    });
    let answered = diagnostics.iter().any(|diagnostic| diagnostic.file == ROOT);
    if first.is_some() || answered || documents.unread.contains(ROOT) {
        return;
    }
    let message = match snapshot.entries.get(ROOT) {
        Some(_) => "`ordain.yaml` holds no Repository document",
        None if snapshot.entries.is_empty() => "the repository is empty: `ordain.yaml` is missing",
        None => "`ordain.yaml` is missing at the root of the repository",
    };
    let hint = "write `apiVersion: ordain/v1`, `kind: Repository` and a `name` into `ordain.yaml`";
    diagnostics.push(Diagnostic::error(Code::MissingKey, ROOT, TOP, message).hint(hint));
}

/// Every folder below `tenants/` has its Tenant document.
fn check_tenants(snapshot: &Snapshot, documents: &Documents, diagnostics: &mut Vec<Diagnostic>) {
    let read: BTreeSet<&str> = documents
        .all
        .iter()
        .filter(|document| matches!(document.body, Body::Tenant(_)))
        .map(|document| &*document.path)
        .collect();
    let ids: BTreeSet<&str> = snapshot
        .entries
        .keys()
        .filter_map(|path| position::tenant_of(path).map(|(id, _)| id))
        .collect();
    let mut missing = Vec::new();
    for id in ids {
        let path = format!("tenants/{id}/tenant.yaml");
        let known = read.contains(path.as_str())
            || documents.unread.contains(path.as_str())
            || diagnostics.iter().any(|diagnostic| diagnostic.file == path);
        if !known {
            let message = format!("the tenant `{id}` has no `tenant.yaml`");
            let hint = format!("write `kind: Tenant` and `name: {id}` into {path}");
            missing.push(Diagnostic::error(Code::MissingTenant, path, TOP, message).hint(hint));
        }
    }
    diagnostics.append(&mut missing);
}

#[cfg(test)]
mod tests;
