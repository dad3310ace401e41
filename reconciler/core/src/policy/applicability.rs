//! Where items apply beyond their platforms, with names resolved and expressions parsed.

use std::sync::Arc;

use ordain_schema::document::{Applies, Body, Document};
use rustc_hash::FxHashMap;

use super::{DocumentId, ItemId, ItemTable, Kind, Names, Tenants};
use crate::expression::Expression;

/// What must hold on a computer.
#[derive(Debug)]
pub enum AppliesIf {
    /// This software is there.
    Present(ItemId),
    /// This software is not there.
    Absent(ItemId),
    /// This expression is true.
    Expression(Expression),
}

/// The conditions of each software and task document that has some.
#[derive(Debug, Default)]
pub struct Applicability {
    conditions: FxHashMap<DocumentId, Vec<AppliesIf>>,
}

impl Applicability {
    pub(super) fn new(
        documents: &[Arc<Document>],
        tenants: &Tenants,
        names: &Names,
        items: &ItemTable,
    ) -> Self {
        let mut conditions = FxHashMap::default();
        for (index, document) in documents.iter().enumerate() {
            let written = match &document.body {
                Body::Software(software) => &software.applies_if,
                Body::Task(task) => &task.applies_if,
                _ => continue,
            };
            let scope = tenants.of_scope(&document.scope);
            let software = |name: &str| {
                items.of(names.lookup(tenants, Kind::Software, scope, name).found()?)
            };
            let compiled = written.iter().filter_map(|one| {
                let Applies { software: present, absent, cel } = &one.value;
                if let Some(name) = present {
                    return software(name).map(AppliesIf::Present);
                }
                if let Some(name) = absent {
                    return software(name).map(AppliesIf::Absent);
                }
                Expression::parse(cel.as_ref()?).ok().map(AppliesIf::Expression)
            });
            if !written.is_empty() {
                conditions.insert(DocumentId(index as u32), compiled.collect());
            }
        }
        Self { conditions }
    }

    /// The conditions of a software or task document, in the order of the list.
    pub fn of(&self, document: DocumentId) -> &[AppliesIf] {
        self.conditions.get(&document).map_or(&[], Vec::as_slice)
    }
}
