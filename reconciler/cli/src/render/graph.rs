//! The dependency graph as a list for people.

use std::fmt::Write;

use ordain_core::graph::Graph;
use ordain_core::policy::Policy;

use super::{Style, count};
use crate::json::graph::node_id;

/// Every item with its arrows below it.
pub(crate) fn list(graph: &Graph<'_>, policy: &Policy, style: Style) -> String {
    let mut text = String::new();
    let mut edges = graph.edges().to_vec();
    edges.sort_unstable_by_key(|edge| (edge.from, edge.span));
    for id in graph.nodes() {
        let _ = writeln!(text, "{}", style.bold(&node_id(policy, *id)));
        let start = edges.partition_point(|edge| edge.from < *id);
        for edge in edges[start..].iter().take_while(|edge| edge.from == *id) {
            let sometimes = if edge.conditional { ", under a condition" } else { "" };
            let place = format!("{}:{}{sometimes}", policy.document(*id).path, edge.span.line);
            let _ = writeln!(
                text,
                "  {} {}  {}",
                edge.kind.word(),
                node_id(policy, edge.to),
                style.dim(&place)
            );
        }
    }
    let _ =
        writeln!(text, "{}, {}", count(graph.nodes().len(), "item"), count(edges.len(), "arrow"));
    text
}
