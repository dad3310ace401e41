//! Circles: software that needs itself, tenants that are their own ancestors.

use ordain_schema::document::Body;
use ordain_schema::{Code, Diagnostic, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use super::review::Review;
use crate::graph::{self, Edge};
use crate::policy::DocumentId;

/// How many members a message names.
const MAX_NAMED: usize = 8;

/// Reports every circle once.
pub(super) fn check(review: &mut Review<'_>) {
    prerequisites(review);
    parents(review);
}

/// One error for each strongly connected component of the install edges, at
/// the edge of the member with the smallest path; its other edges are related.
fn prerequisites(review: &mut Review<'_>) {
    for component in graph::cycles(review.policy) {
        let Some(at) = component.edges.first().copied() else {
            continue;
        };
        let policy = review.policy;
        let document = policy.document(at.from);
        let message =
            format!("`{}` needs itself: {}", document.name.value, circle(review, &component.edges));
        let mut diagnostic =
            Diagnostic::error(Code::DependencyCycle, &*document.path, at.span, message)
                .hint("break the circle: let one of them go without the other");
        for edge in &component.edges[1..] {
            let from = policy.document(edge.from);
            let said =
                format!("`{}` needs `{}`", from.name.value, policy.document(edge.to).name.value);
            diagnostic = diagnostic.related(&*from.path, edge.span.line, said);
        }
        review.push(diagnostic);
    }
}

/// The shortest way from the first edge back to its beginning, in names.
fn circle(review: &Review<'_>, edges: &[Edge]) -> String {
    let name = |id: DocumentId| review.policy.document(id).name.value.as_str();
    let Some(first) = edges.first() else {
        return String::new();
    };
    let mut next: FxHashMap<DocumentId, Vec<DocumentId>> = FxHashMap::default();
    for edge in edges {
        next.entry(edge.from).or_default().push(edge.to);
    }
    let mut came: FxHashMap<DocumentId, DocumentId> = FxHashMap::default();
    let mut queue = std::collections::VecDeque::from([first.to]);
    let mut seen = FxHashSet::from_iter([first.to]);
    while let Some(at) = queue.pop_front() {
        if at == first.from {
            break;
        }
        for to in next.get(&at).into_iter().flatten() {
            if seen.insert(*to) {
                came.insert(*to, at);
                queue.push_back(*to);
            }
        }
    }
    let mut way = vec![name(first.from)];
    let mut at = first.from;
    while at != first.to {
        let Some(before) = came.get(&at) else { break };
        way.push(name(*before));
        at = *before;
    }
    way.push(name(first.from));
    way.reverse();
    if way.len() > MAX_NAMED {
        let last = way[way.len() - 1];
        way.truncate(MAX_NAMED - 1);
        way.extend(["…", last]);
    }
    way.join(" → ")
}

/// One error for each circle of parents, at the smallest path.
fn parents(review: &mut Review<'_>) {
    let tenants = review.policy.tenants();
    let mut circle_of = FxHashSet::default();
    let mut circles: Vec<Vec<(DocumentId, Span)>> = Vec::new();
    for (id, _) in tenants.iter() {
        let mut line = vec![id];
        let mut at = id;
        while let Some(parent) = tenants.node(at).parent {
            if line.contains(&parent) {
                break;
            }
            line.push(parent);
            at = parent;
        }
        let closed = tenants.node(at).parent == Some(id);
        if !closed || circle_of.contains(&id) {
            continue;
        }
        circle_of.extend(line.iter().copied());
        let mut members: Vec<(DocumentId, Span)> = line
            .into_iter()
            .filter_map(|tenant| {
                let document = tenants.node(tenant).document?;
                let Body::Tenant(body) = &review.policy.document(document).body else {
                    return None;
                };
                Some((document, body.parent.as_ref()?.span))
            })
            .collect();
        members.sort();
        circles.push(members);
    }
    for members in circles {
        let Some((smallest, span)) = members.first() else {
            continue;
        };
        let document = review.policy.document(*smallest);
        let message = format!("tenant `{}` is its own ancestor", document.name.value);
        let mut diagnostic = Diagnostic::error(Code::ParentCycle, &*document.path, *span, message)
            .hint("remove `parent` from one of the tenants");
        for (member, span) in &members[1..] {
            let member = review.policy.document(*member);
            let said = format!("`{}` names its parent here", member.name.value);
            diagnostic = diagnostic.related(&*member.path, span.line, said);
        }
        review.push(diagnostic);
    }
}
