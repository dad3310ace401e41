//! From nodes to documents, tolerantly: each field by itself, so that one
//! fault hides no other.
//!
//! A faulty value is reported and counts as not given; what can be said of a
//! single document is checked here (types, words, dates, keys that exclude or
//! need one another, section 10's notes on single documents). What takes a
//! second document, a clock or another crate's grammar is checked in
//! `ordain-core`: references, cron and CEL expressions, time zones, versions,
//! parameter values against their declaration.
//!
//! Start at [`Decode`], then [`Fields`]; the other files are one for each
//! family of documents.

mod faults;
mod fields;
mod plain;
mod settings;
mod suggest;
mod words;
mod written;

mod action;
mod applies;
mod artifact;
mod by_platform;
mod deployment;
mod detect;
mod ensure;
pub(crate) mod fleet;
mod given;
mod installer;
mod prerequisite;
mod repository;
mod rollout;
mod schedule;
mod script;
mod software;
mod surroundings;
mod target;
mod task;
mod tenant;
mod test;
mod trust;
mod window;

pub(crate) use faults::Faults;
pub(crate) use fields::Fields;
pub use suggest::nearest;
pub(crate) use written::parse_seconds;

use crate::Span;
use crate::document::{Body, Kind};
use crate::tree::{Entry, Node, Plain, Value};

/// A type that can be read from a node.
pub(crate) trait Decode: Sized {
    /// The value; none where it is faulty, and then that is reported.
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self>;
}

/// A node to be read, with what messages say of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'n, 't> {
    /// The node.
    pub(crate) node: &'n Node<'t>,
    /// The place to report: on the line of the key at fault.
    pub(crate) place: Span,
    /// The nearest key above.
    pub(crate) key: &'n str,
    /// Whether it is an entry of that key's list.
    pub(crate) listed: bool,
}

impl<'n, 't> Input<'n, 't> {
    /// The value of a key.
    pub(crate) fn of(entry: &'n Entry<'t>) -> Self {
        Self { node: &entry.value, place: entry.place(), key: &entry.key, listed: false }
    }

    /// A whole text.
    pub(crate) fn root(node: &'n Node<'t>, key: &'n str) -> Self {
        Self { node, place: node.span, key, listed: false }
    }

    /// An entry of a list.
    pub(crate) fn item(self, node: &'n Node<'t>) -> Self {
        Self { node, place: node.span, key: self.key, listed: true }
    }

    /// Its keys; reports anything that is no mapping.
    pub(crate) fn fields<'f>(self, faults: &'f mut Faults) -> Option<Fields<'n, 't, 'f>> {
        match &self.node.value {
            Value::Mapping(entries) => Some(Fields::new(entries, self, faults)),
            Value::Scalar(_) | Value::Sequence(_) => {
                faults.wrong_type(self, "a mapping");
                None
            }
        }
    }

    /// The text of a scalar that is no collection, whatever the core schema makes of it.
    pub(crate) fn raw(self) -> Option<&'n str> {
        match &self.node.value {
            Value::Scalar(scalar) => Some(&scalar.text),
            Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// What messages call it.
    pub(crate) fn name(self) -> String {
        match (self.listed, self.key) {
            (true, key) => format!("an entry of `{key}`"),
            (false, "") => "the document".to_owned(),
            (false, key) => format!("`{key}`"),
        }
    }

    /// What stands there, in words.
    pub(crate) fn found(self) -> &'static str {
        match &self.node.value {
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
            Value::Scalar(scalar) => match scalar.plain() {
                Plain::Null => "nothing",
                Plain::Boolean(_) => "true or false",
                Plain::Integer(_) => "a number",
                Plain::Float(_) => "a number with a point",
                Plain::Text(_) => "a text",
            },
        }
    }
}

/// Reads the content of a document of a kind from its keys, `kind` and `name`
/// aside.
pub(crate) fn body(kind: Kind, fields: &mut Fields<'_, '_, '_>) -> Body {
    match kind {
        Kind::Repository => Body::Repository(Box::new(repository::repository(fields))),
        Kind::Tenant => Body::Tenant(Box::new(tenant::tenant(fields))),
        Kind::Software => Body::Software(Box::new(software::software(fields))),
        Kind::Task => Body::Task(Box::new(task::task(fields))),
        Kind::Deployment => Body::Deployment(Box::new(deployment::deployment(fields))),
        Kind::Group => Body::Group(Box::new(surroundings::group(fields))),
        Kind::Computer => Body::Computer(Box::new(surroundings::computer(fields))),
        Kind::Schedule => Body::Schedule(Box::new(schedule::schedule(fields))),
        Kind::Window => Body::Window(Box::new(window::window(fields))),
        Kind::Licence => Body::Licence(Box::new(surroundings::licence(fields))),
        Kind::Branding => Body::Branding(Box::new(surroundings::branding(fields))),
        Kind::Integration => Body::Integration(Box::new(surroundings::integration(fields))),
        Kind::Role => Body::Role(Box::new(surroundings::role(fields))),
        Kind::Test => Body::Test(Box::new(test::test(fields))),
        Kind::Trust => Body::Trust(Box::new(trust::trust(fields))),
    }
}

#[cfg(test)]
mod tests;
