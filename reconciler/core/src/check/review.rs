//! The hand that reports: what all checks look at, and what they found.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_schema::document::{Day, Deployment, Document};
use ordain_schema::{Code, Diagnostic, Snapshot, Span, Spanned, nearest};

use super::unread::Unread;
use crate::calendar;
use crate::policy::{DeploymentEntry, DocumentId, Kind, Lookup, Policy, TenantId};

/// How many names are looked for by likeness; each takes a walk over all names.
const MAX_SUGGESTIONS: usize = 50;

/// What all checks look at, and what they found.
pub(super) struct Review<'a> {
    pub(super) policy: &'a Policy,
    pub(super) snapshot: &'a Snapshot,
    pub(super) unread: Unread<'a>,
    now: Timestamp,
    found: Vec<Diagnostic>,
    suggestions: usize,
}

impl<'a> Review<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        snapshot: &'a Snapshot,
        unread: Unread<'a>,
        now: Timestamp,
    ) -> Self {
        Self { policy, snapshot, unread, now, found: Vec::new(), suggestions: 0 }
    }

    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.found
    }

    /// Every document with its id.
    pub(super) fn documents(&self) -> impl Iterator<Item = (DocumentId, &'a Document)> + use<'a> {
        let numbered = self.policy.documents().iter().enumerate();
        numbered.map(|(index, document)| (DocumentId(index as u32), &**document))
    }

    /// Every deployment with its document and what it says: one for each item.
    pub(super) fn deployments(
        &self,
    ) -> impl Iterator<Item = (&'a DeploymentEntry, &'a Document, &'a Deployment)> + use<'a> {
        let policy = self.policy;
        let entries = policy.deployments().iter();
        entries.map(|entry| (entry, policy.document(entry.document), policy.says(entry)))
    }

    /// The tenant in whose folder a document stands.
    pub(super) fn scope(&self, document: &Document) -> Option<TenantId> {
        self.policy.tenants().of_scope(&document.scope)
    }

    /// Adds a finding.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    /// Adds an error in a document.
    pub(super) fn error(
        &mut self,
        document: &Document,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(Diagnostic::error(code, &*document.path, span, message).hint(hint));
    }

    /// Adds an error in a document, unless the same place was found at fault
    /// just before: a key that holds for several items is at fault once.
    pub(super) fn error_once(
        &mut self,
        document: &Document,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push_once(Diagnostic::error(code, &*document.path, span, message).hint(hint));
    }

    /// Adds a finding, likewise.
    pub(super) fn push_once(&mut self, diagnostic: Diagnostic) {
        let mut before = self.found.iter().rev().take_while(|one| one.file == diagnostic.file);
        if !before.any(|one| one.code == diagnostic.code && one.span == diagnostic.span) {
            self.push(diagnostic);
        }
    }

    /// Adds a warning in a document.
    pub(super) fn warning(
        &mut self,
        document: &Document,
        code: Code,
        span: Span,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(Diagnostic::warning(code, &*document.path, span, message).hint(hint));
    }

    /// What a name means in a document; reports where it means nothing there.
    pub(super) fn resolve(
        &mut self,
        document: &Document,
        kind: Kind,
        name: &Spanned<String>,
    ) -> Option<DocumentId> {
        if name.is_empty() {
            return None;
        }
        let scope = self.scope(document);
        let tenants = self.policy.tenants();
        let other = match self.policy.names().lookup(tenants, kind, scope, name) {
            Lookup::Found(id) => return Some(id),
            Lookup::OutOfReach(other) => Some(tenants.node(other).id.clone()),
            Lookup::Unknown => None,
        };
        if self.unread.may_hold(kind, name) || self.is_misnamed(kind, scope, name) {
            return None;
        }
        let (kind_word, name_text) = (kind.word(), &name.value);
        match (other, scope) {
            (Some(other), Some(own)) => {
                let own = &tenants.node(own).id;
                let message = format!(
                    "{kind_word} `{name_text}` belongs to tenant `{other}`, out of reach of tenant `{own}`"
                );
                let hint = "name an object of the tenant itself, of its ancestors or of the cross-tenant folders";
                self.error(document, Code::OutOfReach, name.span, message, hint);
            }
            (Some(other), None) => {
                let message = format!("there is no cross-tenant {kind_word} `{name_text}`");
                let hint = format!(
                    "tenant `{other}` has one, but a cross-tenant document names cross-tenant objects only; move this document below `tenants/{other}/`"
                );
                self.error(document, Code::UnknownReference, name.span, message, hint);
            }
            (None, _) => {
                let hint = self.suggestion(kind, scope, name);
                let message = format!("there is no {kind_word} `{name_text}`");
                self.error(document, Code::UnknownReference, name.span, message, hint);
            }
        }
        None
    }

    /// Whether the folder of that name is there, but its document calls itself
    /// otherwise, or another kind: a fault that is reported there.
    fn is_misnamed(&self, kind: Kind, scope: Option<TenantId>, name: &str) -> bool {
        let file = match kind {
            Kind::Software => "software.yaml",
            Kind::Task => "task.yaml",
            Kind::Group | Kind::Licence | Kind::Integration | Kind::Branding => return false,
        };
        let folder = if kind == Kind::Software { "software" } else { "tasks" };
        let tenants = self.policy.tenants();
        let own = scope.into_iter();
        let line = own
            .flat_map(|own| [own].into_iter().chain(tenants.node(own).ancestors.iter().copied()));
        let mut paths = line
            .map(|tenant| format!("tenants/{}/{folder}/{name}/{file}", tenants.node(tenant).id))
            .chain([format!("{folder}/{name}/{file}")]);
        let documents = self.policy.documents();
        paths.any(|path| {
            let at = documents.partition_point(|document| *document.path < *path);
            documents.get(at).is_some_and(|document| *document.path == *path)
        })
    }

    fn suggestion(&mut self, kind: Kind, scope: Option<TenantId>, name: &str) -> String {
        let add = match kind {
            Kind::Software => format!("write `software/{name}/software.yaml`, or name another"),
            Kind::Task => format!("write `tasks/{name}/task.yaml`, or name another"),
            Kind::Group | Kind::Licence | Kind::Integration | Kind::Branding => {
                format!("write a document for it below `{}s/`, or name another", kind.word())
            }
        };
        self.suggestions += 1;
        if self.suggestions > MAX_SUGGESTIONS {
            return add;
        }
        let tenants = self.policy.tenants();
        let in_reach = |owner: &Option<TenantId>| match (owner, scope) {
            (None, _) => true,
            (Some(owner), Some(scope)) => tenants.covers(*owner, scope),
            (Some(_), None) => false,
        };
        let known = self.policy.names().iter().filter(|(other, _, owners)| {
            *other == kind && owners.iter().any(|(owner, _)| in_reach(owner))
        });
        let mut names: Vec<&str> = known.map(|(_, name, _)| name).collect();
        names.sort_unstable();
        match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => add,
        }
    }

    /// The zone whose days count for a document: its tenant's, else the
    /// repository's, else UTC.
    pub(super) fn zone(&self, scope: Option<TenantId>) -> TimeZone {
        let tenant = scope.and_then(|tenant| self.policy.tenant(tenant));
        let own = tenant.and_then(|tenant| tenant.timezone.as_ref());
        let repository = self.policy.repository();
        let name = own.or_else(|| repository.and_then(|repository| repository.timezone.as_ref()));
        name.and_then(|name| calendar::zone(name)).unwrap_or(TimeZone::UTC)
    }

    /// The day that it is where a document counts.
    pub(super) fn today(&self, scope: Option<TenantId>) -> Day {
        calendar::day(self.now, &self.zone(scope))
    }
}
