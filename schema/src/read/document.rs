//! One file: its documents, what they are by their position, and their names.

use std::sync::Arc;

use super::TOP;
use super::position::{Place, Position, home};
use crate::decode::{self, Decode, Faults, Fields, Input, nearest};
use crate::document::{Document, Kind, Scope};
use crate::tree::{self, MAX_BYTES, Node};
use crate::{Code, Diagnostic, Span, Spanned};

/// Reads the documents of one file. Pure: the same path and bytes give the
/// same answer, so that it may be kept by path and blob.
///
/// A file that is no document by its path has none, unless it looks like a
/// document that was put into the wrong folder.
pub fn read_file(path: &str, bytes: &[u8]) -> (Vec<Document>, Vec<Diagnostic>) {
    let none = (Vec::new(), Vec::new());
    let Some(position) = Position::of(path) else {
        return none;
    };
    let stray = match position.place {
        Place::Documents { .. } => false,
        Place::Stray => true,
        Place::Elsewhere => return none,
    };
    if stray && !may_be_document(bytes) {
        return none;
    }
    if bytes.len() > MAX_BYTES {
        return if stray { none } else { (Vec::new(), vec![too_large(path, bytes.len() as u64)]) };
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) if stray => return none,
        Err(error) => return (Vec::new(), vec![not_utf8(path, bytes, error.valid_up_to())]),
    };
    let (nodes, syntax) = tree::yaml(text);
    if stray {
        return stray_file(path, &position, &nodes);
    }
    let mut faults = Faults::new(path, position.scope == Scope::CrossTenant);
    faults.diagnostics.extend(syntax.into_iter().map(|fault| fault.in_file(path)));
    let path: Arc<str> = path.into();
    let documents =
        nodes.iter().filter_map(|node| document(&path, &position, node, &mut faults)).collect();
    (documents, in_order(faults.diagnostics))
}

/// A quick look whether a file far from any document could be one.
fn may_be_document(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_BYTES && bytes.windows(5).any(|window| window == b"kind:")
}

/// The documents that were put into no kind's folder.
fn stray_file(
    path: &str,
    position: &Position<'_>,
    nodes: &[Node<'_>],
) -> (Vec<Document>, Vec<Diagnostic>) {
    let mut faults = Faults::new(path, position.scope == Scope::CrossTenant);
    let path: Arc<str> = path.into();
    let documents = nodes
        .iter()
        .filter(|node| {
            let kind = node.get("kind").and_then(|kind| Input::root(kind, "kind").raw());
            // Other systems' documents have a `kind` too, with an `apiVersion` and no `name`.
            kind.and_then(Kind::of).is_some()
                && node.get("name").is_some()
                && node.get("apiVersion").is_none()
        })
        .filter_map(|node| document(&path, position, node, &mut faults))
        .collect();
    (documents, in_order(faults.diagnostics))
}

fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    // A fault behind an anchor is found once for every alias.
    diagnostics.dedup();
    diagnostics
}

/// One document; none where not even its kind is known.
fn document(
    path: &Arc<str>,
    position: &Position<'_>,
    node: &Node<'_>,
    faults: &mut Faults,
) -> Option<Document> {
    let span =
        node.entries().and_then(|entries| entries.first()).map_or(node.span, |entry| entry.span);
    faults.document = span;
    let mut fields = Input::root(node, "").fields(faults)?;
    let kind = kind(position, &mut fields)?;
    let name = name(position, kind, span, &mut fields);
    let body = decode::body(kind, &mut fields);
    let faulty = fields.faulty().to_vec();
    fields.finish();
    Some(Document {
        path: Arc::clone(path),
        span,
        scope: position.scope.clone(),
        name: name.unwrap_or_default(),
        body,
        faulty,
    })
}

/// The kind: as written, else by the folder.
fn kind(position: &Position<'_>, fields: &mut Fields<'_, '_, '_>) -> Option<Kind> {
    let by_place = match position.place {
        Place::Documents { kind, .. } => Some(kind),
        Place::Stray | Place::Elsewhere => None,
    };
    let Some(input) = fields.input("kind") else {
        return by_place;
    };
    let Some(word) = input.raw().filter(|_| !input.node.is_null()) else {
        fields.faults.wrong_type(input, "the word of a kind");
        return by_place;
    };
    let Some(kind) = Kind::of(word) else {
        let words = || Kind::ALL.iter().map(|kind| kind.word());
        let hint = match (nearest(word, words()), by_place) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, Some(kind)) => format!("in this folder stands `{}`", kind.word()),
            (None, None) => "write one of the kinds of the language".to_owned(),
        };
        let message = format!("`{word}` is no kind of document");
        fields.faults.hinted(Code::BadValue, input.place, message, hint);
        return by_place;
    };
    if by_place != Some(kind) {
        let message = format!("a {} stands in another kind's folder", kind.word());
        let hint = format!("move it to {}", home(kind, &position.scope));
        let span = fields.key("kind").unwrap_or(input.place);
        fields.faults.hinted(Code::WrongFolder, span, message, hint);
    }
    Some(kind)
}

/// The name: as written, else by the folder. A faulty one still names the
/// document, so that one fault stays one.
fn name(
    position: &Position<'_>,
    kind: Kind,
    document: Span,
    fields: &mut Fields<'_, '_, '_>,
) -> Option<Spanned<String>> {
    let by_folder = match position.place {
        Place::Documents { kind: of, name: Some(name) } if of == kind => Some(name),
        _ => None,
    };
    let Some(input) = fields.input("name") else {
        let Some(folder) = by_folder else {
            fields.missing(&["name"]);
            return None;
        };
        let name = Spanned::new(folder.to_owned(), document);
        check_name(&name, None, fields.faults);
        return Some(name);
    };
    let Some(name) = Spanned::<String>::decode(input, fields.faults) else {
        // `name: 7` is meant as a name all the same.
        let meant = by_folder.or_else(|| input.raw().filter(|_| !input.node.is_null()));
        return meant.map(|name| Spanned::new(name.to_owned(), input.place));
    };
    check_name(&name, by_folder, fields.faults);
    Some(name)
}

fn check_name(name: &Spanned<String>, folder: Option<&str>, faults: &mut Faults) {
    if let Some(folder) = folder.filter(|folder| *folder != name.value) {
        let message = format!("the name `{}` differs from its folder's, `{folder}`", name.value);
        let hint = format!("write `name: {folder}`, or rename the folder");
        faults.hinted(Code::BadName, name.span, message, hint);
    } else if !is_name(name) {
        let message = format!("`{}` breaks the rule for names", name.value);
        let hint = "use a to z, 0 to 9 and dashes between them, at most 63";
        faults.hinted(Code::BadName, name.span, message, hint);
    }
}

/// Whether a text may name a document: `^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`
pub fn is_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=63).contains(&text.len())
        && text.bytes().all(inner)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

pub(super) fn too_large(path: &str, size: u64) -> Diagnostic {
    let message = format!("the file has {size} bytes, more than the {MAX_BYTES} of a document");
    Diagnostic::error(Code::TooLarge, path, TOP, message).hint("split it")
}

/// A fault for the first byte that is no UTF-8.
pub(crate) fn not_utf8(path: &str, bytes: &[u8], valid: usize) -> Diagnostic {
    let before = std::str::from_utf8(&bytes[..valid]).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX / 2);
    let span = Span { line: narrow(line), column: narrow(column), end_column: narrow(column) + 1 };
    let message = format!("the byte {:#04x} is no UTF-8", bytes[valid]);
    Diagnostic::error(Code::NotUtf8, path, span, message).hint("save the file as UTF-8")
}
