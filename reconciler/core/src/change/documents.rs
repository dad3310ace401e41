//! Two policies compared, document by document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_schema::document::{Body, Document, Enforcement, Software, Tenant};
use rustc_hash::FxHashSet;

use super::files::{is_within, scripts_of};
use crate::policy::{
    DeploymentEntry, DeploymentId, DocumentId, Kind, Policy, Selector, TenantId, libraries,
};

/// Documents of items by their path, by the tenant that they concern; under
/// none what concerns every tenant.
pub(super) type Scoped = BTreeMap<Option<Arc<str>>, BTreeSet<Arc<str>>>;

/// What differs between two policies, as far as plans are concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// Every computer may be concerned.
    pub(super) everything: bool,
    /// Every computer of these tenants may be concerned.
    pub(super) tenants: BTreeSet<Arc<str>>,
    /// Items whose winner may be another.
    pub(super) winners: Scoped,
    /// Items that mean something else, and whatever needs them.
    pub(super) definitions: Scoped,
    /// Documents of items that say something else, versions alone included.
    pub(super) rewritten: BTreeSet<Arc<str>>,
    /// Items that are found out about, or carried out, differently.
    pub(super) redefined: BTreeSet<Arc<str>>,
}

impl Changed {
    /// Compares two policies.
    pub fn between(before: &Policy, after: &Policy) -> Self {
        let mut comparison = Comparison { before, after, changed: Self::default() };
        comparison.documents();
        comparison.files();
        comparison.dependants();
        comparison.changed
    }

    /// Whether no plan can differ.
    pub fn is_empty(&self) -> bool {
        !self.everything
            && self.tenants.is_empty()
            && self.winners.is_empty()
            && self.definitions.is_empty()
    }

    /// The tenants that may be concerned; none where that may be every one.
    pub fn tenants(&self) -> Option<BTreeSet<&str>> {
        let scopes = self.winners.keys().chain(self.definitions.keys());
        let named: Option<BTreeSet<&str>> = scopes.map(Option::as_deref).collect();
        let whole = self.tenants.iter().map(|tenant| &**tenant);
        named.filter(|_| !self.everything).map(|named| named.into_iter().chain(whole).collect())
    }
}

struct Comparison<'a> {
    before: &'a Policy,
    after: &'a Policy,
    changed: Changed,
}

impl<'a> Comparison<'a> {
    fn sides(&self) -> [&'a Policy; 2] {
        [self.before, self.after]
    }

    /// Both lists stand by path: only files that differ are looked at closely.
    fn documents(&mut self) {
        let (mut before, mut after) = (files(self.before), files(self.after));
        let (mut old, mut new) = (before.next(), after.next());
        loop {
            let order = match (&old, &new) {
                (None, None) => return,
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((a, _)), Some((b, _))) => path(self.before, *a).cmp(path(self.after, *b)),
            };
            let gone = if order.is_le() { old.take() } else { None };
            let come = if order.is_ge() { new.take() } else { None };
            self.file(gone.map_or(0..0, range), come.map_or(0..0, range));
            old = old.or_else(|| before.next());
            new = new.or_else(|| after.next());
        }
    }

    fn file(&mut self, gone: std::ops::Range<u32>, come: std::ops::Range<u32>) {
        let (before, after) = (self.before, self.after);
        let same = gone.len() == come.len()
            && gone.clone().zip(come.clone()).all(|(a, b)| {
                is_same(before.document(DocumentId(a)), after.document(DocumentId(b)))
            });
        if same {
            return;
        }
        let twin = |of: &Policy, ids: &std::ops::Range<u32>, one: &Document| {
            ids.clone().map(DocumentId).find(|id| {
                let other = of.document(*id);
                other.body.kind() == one.body.kind() && other.name == one.name
            })
        };
        for id in gone.clone().map(DocumentId) {
            let twin = twin(after, &come, before.document(id));
            self.document(Some(id), twin);
            self.approvals(id, twin);
        }
        for id in come.map(DocumentId) {
            if twin(before, &gone, after.document(id)).is_none() {
                self.document(None, Some(id));
            }
        }
    }

    /// A deployment that is approved by name has another one once it stands
    /// alone in its file, or no longer does.
    fn approvals(&mut self, before: DocumentId, after: Option<DocumentId>) {
        let of = |policy: &'a Policy, id| {
            policy.deployments().iter().find(move |one| one.document == id)
        };
        let sides = of(self.before, before).zip(after.and_then(|id| of(self.after, id)));
        if sides.is_some_and(|(old, new)| {
            old.alone != new.alone && new.enforcement == Enforcement::Optional
        }) {
            self.deployments(self.before, |one| one.document == before);
            self.deployments(self.after, |one| Some(one.document) == after);
        }
    }

    /// One document that was, and is.
    fn document(&mut self, before: Option<DocumentId>, after: Option<DocumentId>) {
        let (old, new) =
            (before.map(|id| self.before.document(id)), after.map(|id| self.after.document(id)));
        if old.zip(new).is_some_and(|(old, new)| is_same(old, new)) {
            return;
        }
        let sides = [(self.before, before), (self.after, after)];
        for (policy, id) in sides.into_iter().filter_map(|(policy, id)| Some((policy, id?))) {
            self.side(policy, id, old.zip(new));
        }
    }

    fn side(&mut self, policy: &Policy, id: DocumentId, both: Option<(&Document, &Document)>) {
        let document = policy.document(id);
        let owner = policy.tenants().of_scope(&document.scope);
        match &document.body {
            Body::Repository(_) => {
                let zone =
                    |policy: &Policy| policy.repository().and_then(|one| one.timezone.clone());
                self.changed.everything |= zone(self.before) != zone(self.after);
            }
            Body::Tenant(_) => self.tenant(policy, owner, both),
            Body::Software(_) | Body::Task(_) => {
                self.define(policy, owner, &document.path);
                self.changed.rewritten.insert(document.path.clone());
                if both.is_none_or(|(old, new)| is_redefined(&old.body, &new.body)) {
                    self.changed.redefined.insert(document.path.clone());
                }
            }
            Body::Deployment(_) => self.deployments(policy, |one| one.document == id),
            Body::Group(_) => {
                let named = Selector::Group(Some(id));
                self.deployments(policy, |one| one.target.selectors().any(|own| *own == named));
                if policy.group(id).is_some_and(|group| group.excluded) {
                    self.whole(policy, owner);
                }
            }
            Body::Licence(_) => self.deployments(policy, |one| one.licence_document == Some(id)),
            Body::Computer(_) => self.whole(policy, owner),
            Body::Integration(_) => self.changed.everything = true,
            Body::Schedule(_)
            | Body::Window(_)
            | Body::Branding(_)
            | Body::Role(_)
            | Body::Test(_)
            | Body::Trust(_) => {}
        }
    }

    fn tenant(
        &mut self,
        policy: &Policy,
        owner: Option<TenantId>,
        both: Option<(&Document, &Document)>,
    ) {
        let plain = |tenant: &Tenant| {
            let domains = tenant.domains.clone();
            (tenant.parent.clone(), tenant.cross_tenant, tenant.timezone.clone(), domains)
        };
        if let Some((Body::Tenant(old), Body::Tenant(new))) =
            both.map(|(old, new)| (&old.body, &new.body))
        {
            self.changed.everything |= old.domains != new.domains;
            self.values(policy, owner, (old, new));
            let named = old.slug == new.slug && old.display_name == new.display_name;
            if plain(old) == plain(new) && old.tags == new.tags && named {
                return;
            }
        }
        self.whole(policy, owner);
    }

    /// Values concern the items that they are for, in the tenant and below it.
    fn values(&mut self, policy: &Policy, owner: Option<TenantId>, (old, new): (&Tenant, &Tenant)) {
        let keys = old.values.keys().chain(new.values.keys());
        let other = keys.filter(|key| old.values.get(*key) != new.values.get(*key));
        for key in other {
            let (kind, name) = match key.split_once('/') {
                Some(("software", name)) => (Kind::Software, name),
                Some((_, name)) => (Kind::Task, name.split('#').next().unwrap_or(name)),
                None => continue,
            };
            let found = policy.names().lookup(policy.tenants(), kind, owner, name).found();
            if let Some(id) = found {
                self.define(policy, owner, &policy.document(id).path);
            }
        }
    }

    /// A tenant and all below it.
    fn whole(&mut self, policy: &Policy, owner: Option<TenantId>) {
        match owner {
            None => self.changed.everything = true,
            Some(owner) => self.changed.tenants.extend(below(policy, owner)),
        }
        self.deployments(policy, |one| scripts_of(policy, one).next().is_some());
        self.exclusions(policy, |_| true);
    }

    /// A filter script that decides who is excluded may answer otherwise.
    fn exclusions(&mut self, policy: &Policy, is_meant: impl Fn(&str) -> bool) {
        for (owner, id) in policy.excluding() {
            let script = policy.group(*id).and_then(|group| group.script.as_deref());
            if script.is_some_and(&is_meant) {
                match owner {
                    None => self.changed.everything = true,
                    Some(owner) => self.changed.tenants.extend(below(policy, *owner)),
                }
            }
        }
    }

    fn deployments(&mut self, policy: &Policy, is_meant: impl Fn(&DeploymentEntry) -> bool) {
        for deployment in policy.deployments().iter().filter(|one| is_meant(one)) {
            let Some(item) = deployment.item else { continue };
            let path = &policy.document(policy.items().entry(item).document).path;
            let scopes = match deployment.scope {
                None => vec![None],
                Some(own) if deployment.propagate => below(policy, own).map(Some).collect(),
                Some(own) => vec![Some(policy.tenants().node(own).id.clone())],
            };
            for scope in scopes {
                self.changed.winners.entry(scope).or_default().insert(path.clone());
            }
        }
    }

    fn define(&mut self, policy: &Policy, owner: Option<TenantId>, path: &Arc<str>) {
        let scopes: Vec<_> = match owner {
            None => vec![None],
            Some(owner) => below(policy, owner).map(Some).collect(),
        };
        for scope in scopes {
            self.changed.definitions.entry(scope).or_default().insert(path.clone());
        }
    }

    /// Scripts: those beside an item's document, and filter scripts.
    fn files(&mut self) {
        for path in self.before.secrets().symmetric_difference(self.after.secrets()) {
            self.secret(path);
        }
        for (path, id) in self.before.files() {
            if self.after.blob(path) != Some(&**id) {
                self.script(path);
            }
        }
        for path in self.after.files().keys() {
            if self.before.blob(path).is_none() {
                self.script(path);
            }
        }
    }

    fn script(&mut self, path: &str) {
        if path.rsplit_once('.').is_some_and(|(_, ending)| ending == "yaml") {
            return;
        }
        for policy in self.sides() {
            self.deployments(policy, |one| scripts_of(policy, one).any(|script| script == path));
            self.exclusions(policy, |script| script == path);
            let items = policy.items().iter().map(|(_, entry)| policy.document(entry.document));
            let mut around = items.filter(|one| is_within(path, &one.path));
            if let Some(document) = around.next() {
                self.define(policy, policy.tenants().of_scope(&document.scope), &document.path);
                self.changed.redefined.insert(document.path.clone());
            }
            if path.starts_with("lib/") {
                self.library(policy, path);
            }
        }
    }

    /// A file of `lib/` concerns every item whose scripts use it.
    fn library(&mut self, policy: &Policy, path: &str) {
        let items = policy.items().iter().map(|(_, entry)| policy.document(entry.document));
        for document in items {
            if libraries(&document.body).into_iter().any(|file| file.value == path) {
                self.define(policy, policy.tenants().of_scope(&document.scope), &document.path);
                self.changed.redefined.insert(document.path.clone());
            }
        }
    }

    /// A secret that comes or goes leaves whoever is given it with or without a value.
    fn secret(&mut self, path: &str) {
        self.changed.everything |= path.starts_with("secrets/");
        let below = path.strip_prefix("tenants/").and_then(|rest| rest.split_once("/secrets/"));
        for policy in self.sides() {
            let owner = below.and_then(|(tenant, _)| policy.tenants().find(tenant));
            if owner.is_some() {
                self.whole(policy, owner);
            }
        }
    }

    /// Whatever needs an item that means something else is concerned as well.
    fn dependants(&mut self) {
        let mut open: Vec<(Option<Arc<str>>, Arc<str>)> = Vec::new();
        for (scope, paths) in &self.changed.definitions {
            open.extend(paths.iter().map(|path| (scope.clone(), path.clone())));
        }
        while let Some((scope, path)) = open.pop() {
            for policy in self.sides() {
                for dependant in dependants(policy, &path) {
                    let known = self.changed.definitions.entry(scope.clone()).or_default();
                    if known.insert(dependant.clone()) {
                        open.push((scope.clone(), dependant));
                    }
                }
            }
        }
    }
}

/// The documents that need the item of a document, or are configured by it.
fn dependants(policy: &Policy, path: &str) -> Vec<Arc<str>> {
    let of = |item| &policy.document(policy.items().entry(item).document).path;
    let rules = policy.rules();
    let needing = rules.iter().filter(|(_, entries)| {
        entries.iter().any(|rule| rule.items().any(|item| &**of(item) == path))
    });
    let configured = rules.configurations().filter(|(_, task)| &**of(*task) == path);
    needing
        .map(|(item, _)| item)
        .chain(configured.map(|(software, _)| software))
        .map(|item| of(item).clone())
        .collect()
}

/// The documents of a policy by file.
fn files(policy: &Policy) -> impl Iterator<Item = (u32, usize)> {
    let mut start = 0;
    policy.documents().chunk_by(|a, b| a.path == b.path).map(move |chunk| {
        let first = start;
        start += chunk.len() as u32;
        (first, chunk.len())
    })
}

fn range((first, count): (u32, usize)) -> std::ops::Range<u32> {
    first..first + count as u32
}

fn path(policy: &Policy, first: u32) -> &str {
    &policy.document(DocumentId(first)).path
}

/// Whether two documents say the same, wherever their lines stand.
pub(super) fn is_same(a: &Document, b: &Document) -> bool {
    std::ptr::eq(a, b) || (a.scope == b.scope && a.name == b.name && a.body == b.body)
}

/// Whether two deployments ask for the same: what they say, and their licence.
pub(super) fn asks_the_same(
    (before, old): (&Policy, DeploymentId),
    (after, new): (&Policy, DeploymentId),
) -> bool {
    let (old, new) = (before.deployment(old), after.deployment(new));
    let licences = (
        old.licence_document.map(|id| before.document(id)),
        new.licence_document.map(|id| after.document(id)),
    );
    let same_licence = match licences {
        (Some(old), Some(new)) => is_same(old, new),
        (None, None) => true,
        _ => false,
    };
    let (of_old, of_new) = (before.document(old.document), after.document(new.document));
    same_licence
        && of_old.scope == of_new.scope
        && of_old.name == of_new.name
        && before.says(old) == after.says(new)
}

/// Whether a change goes beyond versions that are added or taken away.
fn is_redefined(before: &Body, after: &Body) -> bool {
    let (Body::Software(before), Body::Software(after)) = (before, after) else {
        return true;
    };
    let bare = |software: &Software| Software {
        versions: Vec::new(),
        publisher: None,
        homepage: None,
        icon: None,
        ..software.clone()
    };
    let kept = before.versions.iter().filter_map(|old| {
        after.versions.iter().find(|new| new.version == old.version).map(|new| (old, new))
    });
    bare(before) != bare(after) || kept.into_iter().any(|(old, new)| old != new)
}

/// A tenant and its descendants, by identity.
fn below(policy: &Policy, upper: TenantId) -> impl Iterator<Item = Arc<str>> {
    let tenants = policy.tenants();
    let covered: FxHashSet<TenantId> =
        tenants.iter().map(|(id, _)| id).filter(|id| tenants.covers(upper, *id)).collect();
    tenants.iter().filter(move |(id, _)| covered.contains(id)).map(|(_, node)| node.id.clone())
}
