//! YAML and JSON texts as trees of nodes that know where they stand.
//!
//! Owns syntax: what is YAML 1.2 and what is not, duplicate keys, the bounds
//! on size, depth and aliases. Knows nothing of documents; `decode` makes
//! them from these nodes. [`yaml`] reads YAML, [`json`] strict JSON.

mod json;
mod place;
mod scalar;
mod swift;
mod yaml;

use std::borrow::Cow;

pub use json::json;
pub use scalar::Plain;

use crate::{Code, Diagnostic, Span};

/// Bytes that a document file may have.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Collections that may be nested in one another.
pub const MAX_DEPTH: usize = 64;
/// Nodes that the aliases of one file may expand to.
pub const MAX_EXPANDED: usize = 10_000;

/// A value together with its place. Lives as long as the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Node<'t> {
    /// Where it stands; for a collection in block style its first key or dash.
    pub span: Span,
    /// What it is.
    pub value: Value<'t>,
}

/// What a node is.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'t> {
    /// A text, number, boolean or null.
    Scalar(Scalar<'t>),
    /// A list.
    Sequence(Vec<Node<'t>>),
    /// Keys with values, in the order of the text, each key once.
    Mapping(Vec<Entry<'t>>),
}

/// A scalar as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scalar<'t> {
    /// The text without quotes and escapes; of a plain scalar the raw text.
    pub text: Cow<'t, str>,
    /// How it was written.
    pub style: Style,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Style {
    /// Without quotes: the core schema decides what it is.
    Plain,
    /// In quotes or as a block, or tagged `!!str`: a text, whatever it looks like.
    Text,
}

/// A key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'t> {
    /// The key's text; `7` and `true` are keys of that text.
    pub key: Cow<'t, str>,
    /// Where the key stands.
    pub span: Span,
    /// The value.
    pub value: Node<'t>,
}

/// What is wrong with a text, before it is known to be a file's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The kind of fault.
    pub code: Code,
    /// Where it is.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// An earlier line that belongs to it, and what stands there.
    pub related: Option<(u32, String)>,
}

impl Fault {
    fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { code, span, message: message.into(), hint: None, related: None }
    }

    /// The fault as a diagnostic of a file.
    pub fn in_file(self, file: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::error(self.code, file, self.span, self.message);
        diagnostic.hint = self.hint;
        match self.related {
            Some((line, message)) => diagnostic.related(file, line, message),
            None => diagnostic,
        }
    }

    /// Whether something of the text was left unread behind the fault.
    pub fn cuts(&self) -> bool {
        self.code != Code::DuplicateKey
    }
}

impl Entry<'_> {
    /// The place to report for the value: its own where something stands on
    /// the key's line, else the key's.
    pub fn place(&self) -> Span {
        let value = self.value.span;
        let beside = value.line == self.span.line && value.end_column > value.column;
        if beside { value } else { self.span }
    }
}

impl<'t> Node<'t> {
    /// The entries, where it is a mapping.
    pub fn entries(&self) -> Option<&[Entry<'t>]> {
        match &self.value {
            Value::Mapping(entries) => Some(entries),
            Value::Scalar(_) | Value::Sequence(_) => None,
        }
    }

    /// The value of a key, where it is a mapping that has it.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        self.entries()?.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// What a scalar is by the core schema; none for collections.
    pub fn plain(&self) -> Option<Plain<'_>> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar.plain()),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Whether nothing stands there: `~`, `null` or no text at all.
    pub fn is_null(&self) -> bool {
        matches!(self.plain(), Some(Plain::Null))
    }

    /// The same value as JSON; numbers that JSON cannot write become null.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Scalar(scalar) => scalar.plain().to_json(),
            Value::Sequence(items) => items.iter().map(Node::to_json).collect(),
            Value::Mapping(entries) => entries
                .iter()
                .map(|entry| (entry.key.to_string(), entry.value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    /// How many nodes it consists of, keys counted, up to a bound.
    fn count(&self, bound: usize) -> usize {
        let mut count = 1;
        match &self.value {
            Value::Scalar(_) => {}
            Value::Sequence(items) => {
                for item in items {
                    if count > bound {
                        break;
                    }
                    count += item.count(bound - count);
                }
            }
            Value::Mapping(entries) => {
                for entry in entries {
                    if count > bound {
                        break;
                    }
                    count += 1 + entry.value.count(bound.saturating_sub(count));
                }
            }
        }
        count
    }
}

/// Reads YAML 1.2: the documents of a text, without the empty ones, and what is
/// wrong with it. A fault other than a duplicate key ends the reading;
/// documents before it are given.
pub fn yaml(text: &str) -> (Vec<Node<'_>>, Vec<Fault>) {
    match swift::swift(text) {
        Some(nodes) => (nodes, Vec::new()),
        None => yaml::yaml(text),
    }
}

/// Reports and drops keys that stand twice; the first one counts.
fn drop_duplicates(entries: &mut Vec<Entry<'_>>, faults: &mut Vec<Fault>) {
    let repeated = repetitions(entries);
    if repeated.is_empty() {
        return;
    }
    for &(index, first) in &repeated {
        let (entry, line) = (&entries[index], entries[first].span.line);
        let message = format!("the key `{}` stands twice in this mapping", entry.key);
        let mut fault = Fault::new(Code::DuplicateKey, entry.span, message);
        fault.hint = Some("remove one of them; only one can count".to_owned());
        fault.related = Some((line, format!("`{}` stands here first", entry.key)));
        faults.push(fault);
    }
    let mut index = 0;
    let mut dropped = repeated.iter().map(|(index, _)| *index).peekable();
    entries.retain(|_| {
        index += 1;
        dropped.next_if_eq(&(index - 1)).is_none()
    });
}

/// The entries whose key stood before, each with the first of that key.
fn repetitions(entries: &[Entry<'_>]) -> Vec<(usize, usize)> {
    const FEW: usize = 24;
    if entries.len() <= FEW {
        let keys = entries.iter().map(|entry| &*entry.key).enumerate();
        return keys
            .filter_map(|(index, key)| {
                let first = entries[..index].iter().position(|other| other.key == key)?;
                Some((index, first))
            })
            .collect();
    }
    // Machines write keys in order, and a stable sort is quick at what is nearly so.
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].key.cmp(&entries[*b].key));
    let same = order.chunk_by(|a, b| entries[*a].key == entries[*b].key);
    let mut repeated: Vec<(usize, usize)> =
        same.flat_map(|run| run[1..].iter().map(|index| (*index, run[0]))).collect();
    repeated.sort_unstable();
    repeated
}

#[cfg(test)]
pub(crate) use swift::swift as swift_yaml;
#[cfg(test)]
pub(crate) use yaml::yaml as full_yaml;

#[cfg(test)]
mod tests;
