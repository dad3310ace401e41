//! The tenants of a policy and their hierarchy.

use std::sync::Arc;

use ordain_schema::document::{Body, Document, Scope};
use rustc_hash::FxHashMap;

use super::DocumentId;

/// Index of a tenant in its policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TenantId(pub u32);

/// One tenant.
#[derive(Debug, Clone)]
pub struct TenantNode {
    /// Its identity.
    pub id: Arc<str>,
    /// Its document; none where only its folder exists.
    pub document: Option<DocumentId>,
    /// The tenant above.
    pub parent: Option<TenantId>,
    /// Everything above, nearest first; cut where it would run in a circle.
    pub ancestors: Vec<TenantId>,
}

/// All tenants, by identity.
#[derive(Debug, Default)]
pub struct Tenants {
    nodes: Vec<TenantNode>,
    by_id: FxHashMap<Arc<str>, TenantId>,
}

impl Tenants {
    /// Collects the tenants that documents and folders name.
    pub(super) fn new(documents: &[Arc<Document>]) -> Self {
        let mut tenants = Self::default();
        let mut ids: Vec<&Arc<str>> = documents
            .iter()
            .filter_map(|document| match &document.scope {
                Scope::Tenant(id) => Some(id),
                Scope::CrossTenant => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        for id in ids {
            tenants.by_id.insert(id.clone(), TenantId(tenants.nodes.len() as u32));
            tenants.nodes.push(TenantNode {
                id: id.clone(),
                document: None,
                parent: None,
                ancestors: Vec::new(),
            });
        }
        tenants.link(documents);
        tenants
    }

    fn link(&mut self, documents: &[Arc<Document>]) {
        for (index, document) in documents.iter().enumerate() {
            let (Body::Tenant(tenant), Scope::Tenant(id)) = (&document.body, &document.scope)
            else {
                continue;
            };
            let Some(own) = self.find(id) else { continue };
            let parent = tenant.parent.as_ref().and_then(|parent| self.find(parent));
            let node = &mut self.nodes[own.0 as usize];
            if node.document.is_none() {
                node.document = Some(DocumentId(index as u32));
                node.parent = parent;
            }
        }
        for index in 0..self.nodes.len() {
            let mut ancestors = Vec::new();
            let mut next = self.nodes[index].parent;
            while let Some(parent) = next {
                if parent.0 as usize == index || ancestors.contains(&parent) {
                    break;
                }
                ancestors.push(parent);
                next = self.nodes[parent.0 as usize].parent;
            }
            self.nodes[index].ancestors = ancestors;
        }
    }

    /// The tenant of that identity.
    pub fn find(&self, id: &str) -> Option<TenantId> {
        self.by_id.get(id).copied()
    }

    /// One tenant.
    pub fn node(&self, id: TenantId) -> &TenantNode {
        &self.nodes[id.0 as usize]
    }

    /// All tenants, by identity.
    pub fn iter(&self) -> impl Iterator<Item = (TenantId, &TenantNode)> {
        self.nodes.iter().enumerate().map(|(index, node)| (TenantId(index as u32), node))
    }

    /// How many tenants there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// A tenant and all above it, nearest first.
    pub fn line(&self, id: TenantId) -> impl Iterator<Item = TenantId> {
        [id].into_iter().chain(self.node(id).ancestors.iter().copied())
    }

    /// How far below the top a tenant stands; deeper is nearer to its own computers.
    pub fn depth(&self, id: TenantId) -> usize {
        self.node(id).ancestors.len()
    }

    /// Whether `upper` is `lower` or stands above it.
    pub fn covers(&self, upper: TenantId, lower: TenantId) -> bool {
        upper == lower || self.node(lower).ancestors.contains(&upper)
    }

    /// Whether objects of both could meet on one computer.
    pub fn related(&self, a: TenantId, b: TenantId) -> bool {
        self.covers(a, b) || self.covers(b, a)
    }

    /// The tenant of a document's scope; none for cross-tenant documents.
    pub fn of_scope(&self, scope: &Scope) -> Option<TenantId> {
        match scope {
            Scope::CrossTenant => None,
            Scope::Tenant(id) => self.find(id),
        }
    }
}
