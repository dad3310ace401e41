//! The graph as text: for Graphviz and for Mermaid.

use std::fmt::Write;

use ordain_schema::document::Scope;

use super::{EdgeKind, Graph, item};
use crate::policy::DocumentId;

/// How the graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Graphviz.
    Dot,
    /// Mermaid, as forges show it.
    Mermaid,
}

impl Graph<'_> {
    /// Writes the graph; the same policy gives the same text.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Dot => self.dot(),
            Format::Mermaid => self.mermaid(),
        }
    }

    fn number(&self, id: DocumentId) -> usize {
        self.nodes.binary_search(&id).expect("edges run between nodes")
    }

    fn item(&self, id: DocumentId) -> String {
        let document = self.policy.document(id);
        item(document).map_or_else(|| document.name.value.clone(), |item| item.to_string())
    }

    /// The item, and the tenant where it belongs to one.
    fn label(&self, id: DocumentId) -> String {
        match &self.policy.document(id).scope {
            Scope::CrossTenant => self.item(id),
            Scope::Tenant(tenant) => format!("{} ({tenant})", self.item(id)),
        }
    }

    fn dot(&self) -> String {
        let mut text = "digraph ordain {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        for id in &self.nodes {
            let label = self.label(*id).replace('\\', "\\\\").replace('"', "\\\"");
            writeln!(text, "  n{} [label=\"{label}\"];", self.number(*id))
                .expect("a text takes any text");
        }
        for edge in &self.edges {
            let colour = match edge.kind {
                EdgeKind::Requires => "black",
                EdgeKind::Absent => "red",
                EdgeKind::Configures => "blue",
            };
            let style = if edge.conditional { "dashed" } else { "solid" };
            writeln!(
                text,
                "  n{} -> n{} [label=\"{}\", color={colour}, style={style}];",
                self.number(edge.from),
                self.number(edge.to),
                edge.kind.word(),
            )
            .expect("a text takes any text");
        }
        text.push_str("}\n");
        text
    }

    fn mermaid(&self) -> String {
        let mut text = "flowchart LR\n".to_owned();
        for id in &self.nodes {
            let label = self.label(*id).replace('"', "#quot;");
            writeln!(text, "  n{}[\"{label}\"]", self.number(*id)).expect("a text takes any text");
        }
        for edge in &self.edges {
            let arrow = if edge.conditional { "-.->" } else { "-->" };
            writeln!(
                text,
                "  n{} {arrow}|{}| n{}",
                self.number(edge.from),
                edge.kind.word(),
                self.number(edge.to),
            )
            .expect("a text takes any text");
        }
        text
    }
}
