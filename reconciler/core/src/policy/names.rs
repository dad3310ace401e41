//! What a name means at a place: position is authority.

use std::sync::Arc;

use ordain_schema::document::{Body, Document};
use rustc_hash::FxHashMap;

use super::{DocumentId, TenantId, Tenants};

/// The kinds that others name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are kinds of documents")]
pub enum Kind {
    Software,
    Task,
    Group,
    Licence,
    Integration,
    Branding,
}

impl Kind {
    /// Every kind, in the order of their numbers.
    pub const ALL: &[Self] = &[
        Self::Software,
        Self::Task,
        Self::Group,
        Self::Licence,
        Self::Integration,
        Self::Branding,
    ];

    /// The kind of a document, where it is one that others name.
    pub fn of(body: &Body) -> Option<Self> {
        Some(match body {
            Body::Software(_) => Self::Software,
            Body::Task(_) => Self::Task,
            Body::Group(_) => Self::Group,
            Body::Licence(_) => Self::Licence,
            Body::Integration(_) => Self::Integration,
            Body::Branding(_) => Self::Branding,
            _ => return None,
        })
    }

    /// The kind as it is called in messages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Software => "software",
            Self::Task => "task",
            Self::Group => "group",
            Self::Licence => "licence",
            Self::Integration => "integration",
            Self::Branding => "branding",
        }
    }
}

/// What a name means at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lookup {
    /// This document.
    Found(DocumentId),
    /// Only tenants that the place may not name have such an object; one of them.
    OutOfReach(TenantId),
    /// Nothing bears the name.
    Unknown,
}

impl Lookup {
    /// The document, where one was found.
    pub fn found(self) -> Option<DocumentId> {
        match self {
            Self::Found(id) => Some(id),
            Self::OutOfReach(_) | Self::Unknown => None,
        }
    }
}

/// A document and its owner; none: cross-tenant.
type Owned = (Option<TenantId>, DocumentId);

/// Every object that others name, by kind and name.
#[derive(Debug, Default)]
pub struct Names {
    objects: [FxHashMap<Arc<str>, Vec<Owned>>; Kind::ALL.len()],
}

impl Names {
    pub(super) fn new(documents: &[Arc<Document>], tenants: &Tenants) -> Self {
        let mut names = Self::default();
        for (index, document) in documents.iter().enumerate() {
            let Some(kind) = Kind::of(&document.body) else {
                continue;
            };
            let entry = names.objects[kind as usize]
                .entry(document.name.value.as_str().into())
                .or_default();
            entry.push((tenants.of_scope(&document.scope), DocumentId(index as u32)));
        }
        names
    }

    /// What `name` means in a document of `scope` (none: cross-tenant).
    pub fn lookup(
        &self,
        tenants: &Tenants,
        kind: Kind,
        scope: Option<TenantId>,
        name: &str,
    ) -> Lookup {
        let Some(objects) = self.objects[kind as usize].get(name) else {
            return Lookup::Unknown;
        };
        let in_reach = |owner: &Option<TenantId>| match (owner, scope) {
            (None, _) => true,
            (Some(owner), Some(scope)) => tenants.covers(*owner, scope),
            (Some(_), None) => false,
        };
        if let Some((_, id)) = objects.iter().find(|(owner, _)| in_reach(owner)) {
            return Lookup::Found(*id);
        }
        objects.iter().find_map(|(owner, _)| *owner).map_or(Lookup::Unknown, Lookup::OutOfReach)
    }

    /// All objects of one kind and name, with their owners (none: cross-tenant), by path.
    pub fn all(&self, kind: Kind, name: &str) -> &[Owned] {
        self.objects[kind as usize].get(name).map_or(&[], Vec::as_slice)
    }

    /// Every kind and name with all its objects; in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Kind, &str, &[Owned])> {
        let of_kind = |kind: &Kind| {
            let kind = *kind;
            let objects = self.objects[kind as usize].iter();
            objects.map(move |(name, objects)| (kind, &**name, objects.as_slice()))
        };
        Kind::ALL.iter().flat_map(of_kind)
    }
}
