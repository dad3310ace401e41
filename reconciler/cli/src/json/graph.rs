//! `graph --format json`.

use ordain_core::graph::Graph;
use ordain_core::policy::{DocumentId, Policy};
use ordain_schema::document::{Body, Document, Scope};
use serde::Serialize;

/// Items and what they need.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

/// An item; `id` is the item, with its tenant before it where it belongs to one.
#[derive(Serialize)]
struct Node<'a> {
    id: String,
    item: String,
    tenant: Option<&'a str>,
    file: &'a str,
    line: u32,
}

#[derive(Serialize)]
struct Edge<'a> {
    from: String,
    to: String,
    kind: &'static str,
    conditional: bool,
    file: &'a str,
    line: u32,
}

impl<'a> Report<'a> {
    /// The report on a graph.
    pub(crate) fn new(graph: &Graph<'_>, policy: &'a Policy) -> Self {
        let nodes = graph.nodes().iter().map(|id| {
            let document = policy.document(*id);
            Node {
                id: node_id(policy, *id),
                item: item(document),
                tenant: tenant(document),
                file: &document.path,
                line: document.span.line,
            }
        });
        let edges = graph.edges().iter().map(|edge| Edge {
            from: node_id(policy, edge.from),
            to: node_id(policy, edge.to),
            kind: edge.kind.word(),
            conditional: edge.conditional,
            file: &policy.document(edge.from).path,
            line: edge.span.line,
        });
        Self { nodes: nodes.collect(), edges: edges.collect() }
    }
}

/// The name of a node: its item, behind its tenant where it belongs to one.
pub(crate) fn node_id(policy: &Policy, id: DocumentId) -> String {
    let document = policy.document(id);
    match tenant(document) {
        Some(tenant) => format!("{tenant}/{}", item(document)),
        None => item(document),
    }
}

fn item(document: &Document) -> String {
    let kind = if matches!(document.body, Body::Software(_)) { "software" } else { "task" };
    format!("{kind}/{}", document.name.value)
}

fn tenant(document: &Document) -> Option<&str> {
    match &document.scope {
        Scope::CrossTenant => None,
        Scope::Tenant(tenant) => Some(tenant),
    }
}
