//! Maintenance items as dense ids.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_schema::document::{Body, Document, Order, OrderAt, Parameter, ParameterType};
use rustc_hash::FxHashMap;

use super::{DocumentId, TenantId, Tenants};
use crate::item::Item;

/// Index of an item in its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// What an item is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants are kinds of items")]
pub enum Entity {
    Software,
    Task,
}

/// One maintenance item.
#[derive(Debug, Clone)]
pub struct ItemEntry {
    /// Its identity.
    pub item: Item,
    /// What it is of.
    pub entity: Entity,
    /// The document of its software or task.
    pub document: DocumentId,
    /// The tenant that owns that document; none for the catalogue.
    pub scope: Option<TenantId>,
    /// Its place among the actions: `at` as -1, 0, 1, then the rank.
    pub place: (i8, i64),
    /// Whether a parameter of its own may be without a value.
    pub needs_values: bool,
}

/// All items. Ids compare like the order of actions once the table is sealed
/// through [`ItemTable::position`].
#[derive(Debug, Default)]
pub struct ItemTable {
    entries: Vec<ItemEntry>,
    by_key: FxHashMap<(DocumentId, Option<Arc<str>>), ItemId>,
    positions: Vec<u32>,
}

impl ItemTable {
    pub(super) fn new(documents: &[Arc<Document>], tenants: &Tenants) -> Self {
        let mut table = Self::default();
        for (index, document) in documents.iter().enumerate() {
            let id = DocumentId(index as u32);
            let scope = tenants.of_scope(&document.scope);
            let name: Arc<str> = document.name.value.as_str().into();
            match &document.body {
                Body::Software(software) => {
                    let item = Item::Software(name);
                    let declared = &software.parameters;
                    table.add(id, scope, Entity::Software, item, &software.order, declared);
                }
                Body::Task(task) => {
                    let item = Item::Task { name, instance: None };
                    table.add(id, scope, Entity::Task, item, &task.order, &task.parameters);
                }
                _ => {}
            }
        }
        table
    }

    fn add(
        &mut self,
        document: DocumentId,
        scope: Option<TenantId>,
        entity: Entity,
        item: Item,
        order: &Order,
        declared: &BTreeMap<String, Parameter>,
    ) {
        let id = ItemId(self.entries.len() as u32);
        let at = match order.at {
            Some(OrderAt::First) => -1,
            None => 0,
            Some(OrderAt::Last) => 1,
        };
        let place = (at, order.rank);
        let needs_values = declared.values().any(may_be_missing);
        self.entries.push(ItemEntry { item, entity, document, scope, place, needs_values });
        self.by_key.insert((document, None), id);
    }

    /// The item of a software or task document, made where an instance is new.
    pub(super) fn intern(
        &mut self,
        document: DocumentId,
        instance: Option<&str>,
    ) -> Option<ItemId> {
        let plain = self.of(document)?;
        let Some(instance) = instance else {
            return Some(plain);
        };
        let instance: Arc<str> = instance.into();
        if let Some(id) = self.by_key.get(&(document, Some(instance.clone()))) {
            return Some(*id);
        }
        let base = self.entries[plain.0 as usize].clone();
        let item = Item::Task { name: base.item.name().into(), instance: Some(instance.clone()) };
        let id = ItemId(self.entries.len() as u32);
        self.entries.push(ItemEntry { item, ..base });
        self.by_key.insert((document, Some(instance)), id);
        Some(id)
    }

    /// Fixes the order of actions once every item is known.
    pub(super) fn seal(&mut self) {
        let mut order: Vec<u32> = (0..self.entries.len() as u32).collect();
        order.sort_by(|a, b| {
            let (a, b) = (&self.entries[*a as usize], &self.entries[*b as usize]);
            a.place
                .cmp(&b.place)
                .then_with(|| a.item.cmp(&b.item))
                .then_with(|| a.scope.cmp(&b.scope))
        });
        self.positions = vec![0; order.len()];
        for (position, id) in order.into_iter().enumerate() {
            self.positions[id as usize] = position as u32;
        }
    }

    /// The item of a software or task document, without an instance.
    pub fn of(&self, document: DocumentId) -> Option<ItemId> {
        self.by_key.get(&(document, None)).copied()
    }

    /// One item.
    pub fn entry(&self, id: ItemId) -> &ItemEntry {
        &self.entries[id.0 as usize]
    }

    /// Where an item stands by `order` and its written form, before any edge.
    pub fn position(&self, id: ItemId) -> u32 {
        self.positions[id.0 as usize]
    }

    /// All items.
    pub fn iter(&self) -> impl Iterator<Item = (ItemId, &ItemEntry)> {
        self.entries.iter().enumerate().map(|(index, entry)| (ItemId(index as u32), entry))
    }

    /// How many items there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Whether a parameter may be without a value: required and without a default,
/// or of a type that may name a secret which some tenant does not have.
fn may_be_missing(parameter: &Parameter) -> bool {
    (parameter.required && parameter.default.is_none())
        || matches!(parameter.kind, ParameterType::Secret | ParameterType::Map)
}
