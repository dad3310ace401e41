//! The dependency graph: which item needs, excludes or configures which.
//!
//! Nodes are the documents of software and tasks, edges what their rules say,
//! each with its place. Conditions are not judged here: an edge that holds
//! only sometimes is in the graph. `render` writes it for people; circles are reported by `check`, order is decided in `plan`.

mod cycle;
mod render;

#[cfg(test)]
mod tests;

use ordain_schema::document::{Body, Document, Rule};
use ordain_schema::{Span, Spanned};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::item::Item;
use crate::policy::{DocumentId, Kind, Level, Policy, written};

pub use cycle::{Component, cycles};
pub use render::Format;

/// Why one item points to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// It must be there before.
    Requires,
    /// It must be gone before.
    Absent,
    /// It runs right after.
    Configures,
}

impl EdgeKind {
    /// The word in output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Requires => "requires",
            Self::Absent => "absent",
            Self::Configures => "configures",
        }
    }
}

/// An arrow from an item to one that it names. Orders by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    /// Whose rule it is.
    pub from: DocumentId,
    /// Where it stands: the rule's entry, or the key.
    pub span: Span,
    /// Whom it names.
    pub to: DocumentId,
    /// Why.
    pub kind: EdgeKind,
    /// Whether it holds under a condition only.
    pub conditional: bool,
}

/// Items and the arrows between them.
#[derive(Debug, Clone)]
pub struct Graph<'a> {
    policy: &'a Policy,
    nodes: Vec<DocumentId>,
    edges: Vec<Edge>,
}

impl<'a> Graph<'a> {
    /// The whole graph of a policy.
    pub fn new(policy: &'a Policy) -> Self {
        let documents = policy.documents().iter().enumerate();
        let items = documents.filter(|(_, document)| item(document).is_some());
        let nodes = items.map(|(index, _)| DocumentId(index as u32)).collect();
        Self { policy, nodes, edges: edges(policy) }
    }

    /// The part that an item reaches over arrows, itself included: everything
    /// that it needs, excludes or is configured by. None where no document
    /// bears the item; several tenants may each have one.
    pub fn closure(&self, of: &Item) -> Option<Self> {
        let plain = match of {
            Item::Software(_) => of.clone(),
            Item::Task { name, .. } => Item::task(name),
        };
        let is = |id: &&DocumentId| item(self.policy.document(**id)).as_ref() == Some(&plain);
        let mut next: Vec<DocumentId> = self.nodes.iter().filter(is).copied().collect();
        if next.is_empty() {
            return None;
        }
        let mut out: FxHashMap<DocumentId, Vec<Edge>> = FxHashMap::default();
        for edge in &self.edges {
            out.entry(edge.from).or_default().push(*edge);
        }
        let mut reached: FxHashSet<DocumentId> = next.iter().copied().collect();
        let mut edges = Vec::new();
        while let Some(at) = next.pop() {
            for edge in out.get(&at).into_iter().flatten() {
                edges.push(*edge);
                if reached.insert(edge.to) {
                    next.push(edge.to);
                }
            }
        }
        let mut nodes: Vec<DocumentId> = reached.into_iter().collect();
        nodes.sort_unstable();
        edges.sort_unstable();
        Some(Self { policy: self.policy, nodes, edges })
    }

    /// The items, by path.
    pub fn nodes(&self) -> &[DocumentId] {
        &self.nodes
    }

    /// The arrows, by place.
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }
}

/// The item of a software or task document, without an instance.
fn item(document: &Document) -> Option<Item> {
    match &document.body {
        Body::Software(_) => Some(Item::software(&document.name)),
        Body::Task(_) => Some(Item::task(&document.name)),
        _ => None,
    }
}

/// Every arrow of a policy, by place; names that mean nothing have none.
fn edges(policy: &Policy) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, document) in policy.documents().iter().enumerate() {
        if matches!(document.body, Body::Software(_) | Body::Task(_)) {
            let from = DocumentId(index as u32);
            let scope = policy.tenants().of_scope(&document.scope);
            let mut add = |kind: Kind, name: &str, edge: (EdgeKind, Span, bool)| {
                let (edge, span, conditional) = edge;
                let found = policy.names().lookup(policy.tenants(), kind, scope, name).found();
                edges.extend(found.map(|to| Edge { from, span, to, kind: edge, conditional }));
            };
            of_item(&document.body, &mut add);
        }
    }
    edges.sort_unstable();
    edges.dedup();
    edges
}

/// Rules of single versions and artifacts count whether or not those are chosen.
fn of_item(body: &Body, add: &mut impl FnMut(Kind, &str, (EdgeKind, Span, bool))) {
    for (level, rule) in written(body) {
        let conditional = rule.condition.is_some() || level != Level::Item;
        for (kind, name) in of_rule(rule) {
            add(Kind::Software, name, (kind, rule.span, conditional));
        }
    }
    if let Body::Software(software) = body
        && let Some(task) = &software.configure
    {
        add(Kind::Task, task, (EdgeKind::Configures, task.span, false));
    }
}

fn of_rule(rule: &Rule) -> impl Iterator<Item = (EdgeKind, &Spanned<String>)> {
    let then = rule.then.as_ref();
    let install = then.and_then(|then| then.install.as_ref()).into_iter().flatten();
    let uninstall = then.and_then(|then| then.uninstall.as_ref()).into_iter().flatten();
    let present = rule.software.iter().chain(install);
    let absent = rule.absent.iter().chain(uninstall);
    present
        .map(|name| (EdgeKind::Requires, name))
        .chain(absent.map(|name| (EdgeKind::Absent, name)))
}
