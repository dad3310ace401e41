//! Nothing shadows anything: names are unique where two objects could meet.

use std::mem::discriminant;

use ordain_schema::document::{Body, Document};
use ordain_schema::{Code, Diagnostic};
use rustc_hash::FxHashMap;

use super::review::Review;
use crate::policy::{DocumentId, Kind, TenantId};

/// Reports every second object of a name at the later file.
pub(super) fn check(review: &mut Review<'_>) {
    named(review);
    others(review);
}

/// Kinds that others name: unique among all that could meet on one computer.
fn named(review: &mut Review<'_>) {
    let policy = review.policy;
    let several = policy.names().iter().filter(|(_, _, objects)| objects.len() > 1);
    for (kind, name, objects) in several {
        let mut objects = objects.to_vec();
        objects.sort_by_key(|(_, id)| *id);
        let mut seen = Seen::default();
        for (owner, id) in objects {
            if let Some(first) = seen.meets(review, owner) {
                report(review, policy.document(id), policy.document(first), kind.word(), name);
            }
            seen.add(review, owner, id);
        }
    }
}

/// The first object of each owner, and the first below each tenant.
#[derive(Default)]
struct Seen {
    anywhere: Option<DocumentId>,
    cross_tenant: Option<DocumentId>,
    of: FxHashMap<TenantId, DocumentId>,
    below: FxHashMap<TenantId, DocumentId>,
}

impl Seen {
    fn meets(&self, review: &Review<'_>, owner: Option<TenantId>) -> Option<DocumentId> {
        let Some(owner) = owner else {
            return self.anywhere;
        };
        let ancestors = &review.policy.tenants().node(owner).ancestors;
        let above = ancestors.iter().chain([&owner]).filter_map(|tenant| self.of.get(tenant));
        let met = above.chain(self.below.get(&owner)).chain(&self.cross_tenant);
        met.min().copied()
    }

    fn add(&mut self, review: &Review<'_>, owner: Option<TenantId>, id: DocumentId) {
        self.anywhere.get_or_insert(id);
        let Some(owner) = owner else {
            self.cross_tenant.get_or_insert(id);
            return;
        };
        self.of.entry(owner).or_insert(id);
        for ancestor in &review.policy.tenants().node(owner).ancestors {
            self.below.entry(*ancestor).or_insert(id);
        }
    }
}

/// All other kinds: unique within their scope.
fn others(review: &mut Review<'_>) {
    let mut first: FxHashMap<_, &Document> = FxHashMap::default();
    let documents = review.documents().filter(|(_, document)| {
        Kind::of(&document.body).is_none() && !matches!(document.body, Body::Repository(_))
    });
    for (_, document) in documents {
        let key = (discriminant(&document.body), &document.scope, document.name.as_str());
        match first.get(&key) {
            Some(first) => report(review, document, first, word(&document.body), &document.name),
            None => {
                first.insert(key, document);
            }
        }
    }
}

fn report(review: &mut Review<'_>, second: &Document, first: &Document, kind: &str, name: &str) {
    if name.is_empty() {
        return;
    }
    let message = format!("a second {kind} is called `{name}`");
    let diagnostic =
        Diagnostic::error(Code::DuplicateName, &*second.path, second.name.span, message)
            .hint("give one of them another name: nothing shadows anything")
            .related(&*first.path, first.name.span.line, format!("the first {kind} of that name"));
    review.push(diagnostic);
}

fn word(body: &Body) -> &'static str {
    match body {
        Body::Deployment(_) => "deployment",
        Body::Computer(_) => "computer",
        Body::Schedule(_) => "schedule",
        Body::Window(_) => "window",
        Body::Role(_) => "role",
        Body::Test(_) => "test",
        Body::Tenant(_) => "tenant",
        _ => "document",
    }
}
