//! Strongly connected components of the install edges.

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use rustc_hash::FxHashMap;

use super::{Edge, EdgeKind, edges};
use crate::policy::{DocumentId, Policy};

/// Software that needs itself, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    /// Its members, by path.
    pub members: Vec<DocumentId>,
    /// The edges within it, by place: the first one is of the first member.
    pub edges: Vec<Edge>,
}

/// Every component that is a circle, by the path of its first member. Only
/// rules that ask for presence count, whatever their condition.
pub fn cycles(policy: &Policy) -> Vec<Component> {
    let edges: Vec<Edge> =
        edges(policy).into_iter().filter(|edge| edge.kind == EdgeKind::Requires).collect();
    let mut graph: DiGraph<DocumentId, ()> = DiGraph::with_capacity(edges.len(), edges.len());
    let mut index: FxHashMap<DocumentId, NodeIndex> = FxHashMap::default();
    for edge in &edges {
        let [from, to] =
            [edge.from, edge.to].map(|id| *index.entry(id).or_insert_with(|| graph.add_node(id)));
        graph.add_edge(from, to, ());
    }
    let mut component_of: FxHashMap<DocumentId, usize> = FxHashMap::default();
    for (number, nodes) in kosaraju_scc(&graph).into_iter().enumerate() {
        component_of.extend(nodes.into_iter().map(|node| (graph[node], number)));
    }
    let mut within: FxHashMap<usize, Vec<Edge>> = FxHashMap::default();
    for edge in edges {
        let component = component_of[&edge.from];
        if component == component_of[&edge.to] {
            within.entry(component).or_default().push(edge);
        }
    }
    let mut components: Vec<Component> = within
        .into_values()
        .map(|edges| {
            let mut members: Vec<DocumentId> = edges.iter().map(|edge| edge.from).collect();
            members.dedup();
            Component { members, edges }
        })
        .collect();
    components.sort_by(|a, b| a.members.cmp(&b.members));
    components
}
