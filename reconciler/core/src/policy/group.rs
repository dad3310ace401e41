//! Groups with their expressions parsed.

use std::sync::Arc;

use ordain_schema::document::{Body, Document};
use rustc_hash::FxHashMap;

use super::{DocumentId, beside};
use crate::expression::Expression;

/// One group.
#[derive(Debug)]
pub struct GroupEntry {
    /// Its name.
    pub name: String,
    /// Computers by name: the tenant where one is given, and the name.
    pub computers: Vec<Listed>,
    /// Persons by UPN in lower case.
    pub persons: Vec<String>,
    /// What describes further members; none where nothing does, or where it is no expression.
    pub condition: Option<Expression>,
    /// The path of the filter script that names further members.
    pub script: Option<String>,
    /// Computers, or persons, that are no members.
    pub except: Vec<Listed>,
    /// Whether no session touches its members.
    pub excluded: bool,
}

/// A computer or person as a list names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The tenant's id, where it was written `TENANT/NAME`.
    pub tenant: Option<String>,
    /// The computer's name, or as written the person's UPN.
    pub name: String,
}

impl Listed {
    /// Reads `NAME` or `TENANT/NAME`.
    pub fn new(written: &str) -> Self {
        match written.split_once('/') {
            Some((tenant, name)) => Self { tenant: Some(tenant.to_owned()), name: name.to_owned() },
            None => Self { tenant: None, name: written.to_owned() },
        }
    }

    /// Whether it names this computer.
    pub fn is_computer(&self, tenant: &str, name: &str) -> bool {
        self.name == name && self.tenant.as_deref().is_none_or(|own| own == tenant)
    }

    /// Whether it names this person, by UPN in lower case.
    pub fn is_person(&self, upn: &str) -> bool {
        self.tenant.is_none() && self.name.contains('@') && self.name.to_lowercase() == upn
    }
}

pub(super) fn compile(documents: &[Arc<Document>]) -> FxHashMap<DocumentId, GroupEntry> {
    let groups = documents.iter().enumerate().filter_map(|(index, document)| {
        let Body::Group(group) = &document.body else {
            return None;
        };
        let entry = GroupEntry {
            name: document.name.value.clone(),
            computers: group.computers.iter().map(|name| Listed::new(name)).collect(),
            persons: group.persons.iter().map(|upn| upn.to_lowercase()).collect(),
            condition: group.condition.as_ref().and_then(|source| Expression::parse(source).ok()),
            script: group.script.as_ref().map(|script| beside(&document.path, script)),
            except: group.except.iter().map(|name| Listed::new(name)).collect(),
            excluded: group.excluded,
        };
        Some((DocumentId(index as u32), entry))
    });
    groups.collect()
}
