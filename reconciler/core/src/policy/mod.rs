//! The policy of one commit: every document, with names resolved.
//!
//! Built once per commit and shared. Tolerant: a name that resolves to nothing
//! leaves a gap, and `crate::check` reports it; a policy with errors is never
//! planned with. Ids are dense and belong to one policy only.

mod applicability;
mod branding;
mod deployment;
mod group;
mod item_table;
mod named;
mod names;
mod ranking;
mod rollout;
mod rules;
mod schedule;
mod secret;
mod target;
mod tenants;
mod values;
mod window;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_schema::document::{
    Body, Computer, Deployment, Document, Repository, Scope, Software, Task, Tenant, Trust,
};
use ordain_schema::{Diagnostic, Snapshot, Span};
use rustc_hash::FxHashMap;

pub use applicability::{Applicability, AppliesIf};
pub use deployment::{DeploymentEntry, Precedence, Wish, WishId, written_item};
pub use group::{GroupEntry, Listed};
pub use item_table::{Entity, ItemEntry, ItemId, ItemTable};
pub use names::{Kind, Lookup, Names};
pub use ranking::Ranking;
pub use rollout::{RingEntry, RingMembers, RolloutEntry};
pub use rules::{ConditionEntry, Demand, Level, RuleEntry, Rules, written};
pub use schedule::ScheduleEntry;
pub use secret::{RECIPIENT, public_key, recipient_of};
pub use target::{Selector, Target, selector_word};
pub(crate) use target::{kind_of_chassis, kind_of_role};
pub use tenants::{TenantId, TenantNode, Tenants};
pub(crate) use values::{actions_of_software, actions_of_task};
pub use values::{given_values, libraries};
pub use window::{Clock, Covered, Open, WindowEffect, WindowEntry};

/// Index of a document in [`Policy::documents`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId(pub u32);

/// Index of a deployment in [`Policy::deployments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentId(pub u32);

/// Every document of a commit, with names resolved.
#[derive(Debug)]
pub struct Policy {
    /// The commit, where it came from one.
    pub revision: Option<String>,
    documents: Vec<Arc<Document>>,
    repository: Option<DocumentId>,
    trust: Option<DocumentId>,
    tenants: Tenants,
    names: Names,
    items: ItemTable,
    rules: Rules,
    applicability: Applicability,
    deployments: Vec<DeploymentEntry>,
    ranking: Ranking,
    schedules: Vec<ScheduleEntry>,
    windows: Vec<WindowEntry>,
    rollout: Option<RolloutEntry>,
    groups: FxHashMap<DocumentId, GroupEntry>,
    excluding: Vec<(Option<TenantId>, DocumentId)>,
    pins: FxHashMap<TenantId, FxHashMap<String, DocumentId>>,
    files: BTreeMap<String, Arc<str>>,
    secrets: BTreeSet<String>,
    recipients: BTreeMap<String, String>,
    computes: bool,
}

/// A policy and everything that is wrong with it.
#[derive(Debug)]
pub struct Built {
    /// The policy; to be planned with only where there is no error.
    pub policy: Arc<Policy>,
    /// What is wrong across documents.
    pub diagnostics: Vec<Diagnostic>,
}

impl Policy {
    /// Resolves the names of documents, which stand by path and place.
    pub fn new(documents: Vec<Arc<Document>>, snapshot: &Snapshot) -> Self {
        let tenants = Tenants::new(&documents);
        let names = Names::new(&documents, &tenants);
        let mut items = ItemTable::new(&documents, &tenants);
        let deployments = deployment::compile(&documents, &tenants, &names, &mut items);
        let schedules = schedule::compile(&documents, &tenants, &names);
        let windows = window::compile(&documents, &tenants, &names);
        items.seal();
        let ranking = Ranking::new(&deployments, &items, &tenants);
        let rules = Rules::new(&documents, &tenants, &names, &items);
        let applicability = Applicability::new(&documents, &tenants, &names, &items);
        let repository = find(&documents, |body| matches!(body, Body::Repository(_)));
        let trust = find(&documents, |body| matches!(body, Body::Trust(_)));
        let rollout = default_rollout(&documents, repository, &tenants, &names);
        let groups = group::compile(&documents);
        let mut excluding: Vec<_> = groups
            .iter()
            .filter(|(_, group)| group.excluded)
            .map(|(id, _)| (tenants.of_scope(&documents[id.0 as usize].scope), *id))
            .collect();
        excluding.sort_unstable();
        let pins = pins(&documents, &tenants);
        let paths = snapshot.entries.keys().filter(|path| secret::is_secret(path));
        let secrets = paths.cloned().collect();
        let recipients = secret::recipients(snapshot);
        let computes = documents.iter().any(|document| values::computes(document));
        let named = snapshot.entries.iter();
        let files =
            named.filter_map(|(path, entry)| Some((path.clone(), entry.id.clone()?))).collect();
        Self {
            revision: snapshot.revision.clone(),
            documents,
            repository,
            trust,
            tenants,
            names,
            items,
            rules,
            applicability,
            deployments,
            ranking,
            schedules,
            windows,
            rollout,
            groups,
            excluding,
            pins,
            files,
            secrets,
            recipients,
            computes,
        }
    }

    /// All documents, by path and then by place in the file.
    pub fn documents(&self) -> &[Arc<Document>] {
        &self.documents
    }

    /// One document.
    pub fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0 as usize]
    }

    /// Settings of the whole repository.
    pub fn repository(&self) -> Option<&Repository> {
        match &self.document(self.repository?).body {
            Body::Repository(repository) => Some(repository),
            _ => None,
        }
    }

    /// What agents are to verify; none where they verify nothing.
    pub fn trust(&self) -> Option<&Trust> {
        match &self.document(self.trust?).body {
            Body::Trust(trust) => Some(trust),
            _ => None,
        }
    }

    /// The tenants and how they stand to each other.
    pub fn tenants(&self) -> &Tenants {
        &self.tenants
    }

    /// A tenant's document.
    pub fn tenant(&self, id: TenantId) -> Option<&Tenant> {
        match &self.document(self.tenants.node(id).document?).body {
            Body::Tenant(tenant) => Some(tenant),
            _ => None,
        }
    }

    /// What names mean.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Every maintenance item.
    pub fn items(&self) -> &ItemTable {
        &self.items
    }

    /// Prerequisites and configuration tasks.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Where items apply beyond their platforms.
    pub fn applicability(&self) -> &Applicability {
        &self.applicability
    }

    /// The deployments, by path and line.
    pub fn deployments(&self) -> &[DeploymentEntry] {
        &self.deployments
    }

    /// One deployment.
    pub fn deployment(&self, id: DeploymentId) -> &DeploymentEntry {
        &self.deployments[id.0 as usize]
    }

    /// What a deployment says: its document, or one item of several with what
    /// the document says of all.
    pub fn says<'a>(&'a self, entry: &'a DeploymentEntry) -> &'a Deployment {
        match (&entry.single, &self.document(entry.document).body) {
            (Some(single), _) => &single.deployment,
            (None, Body::Deployment(deployment)) => deployment,
            (None, _) => unreachable!("deployments come from documents of that kind"),
        }
    }

    /// Whether what one of some keys of a deployment should say is unknown.
    pub fn is_faulty(&self, entry: &DeploymentEntry, keys: &[&str]) -> bool {
        match &entry.single {
            Some(single) => single.faulty.iter().any(|faulty| keys.contains(faulty)),
            None => self.document(entry.document).is_faulty(keys),
        }
    }

    /// The deployments in the order in which they win.
    pub fn ranking(&self) -> &Ranking {
        &self.ranking
    }

    /// The schedules, by path and line.
    pub fn schedules(&self) -> &[ScheduleEntry] {
        &self.schedules
    }

    /// The windows, by path and line.
    pub fn windows(&self) -> &[WindowEntry] {
        &self.windows
    }

    /// The rollout of an item that a deployment asks for: its own, else the
    /// repository's.
    pub fn rollout(&self, deployment: Option<DeploymentId>) -> Option<&RolloutEntry> {
        let own = deployment.and_then(|id| self.deployment(id).rollout.as_deref());
        own.or(self.rollout.as_ref())
    }

    /// Every target by which rings choose their computers, with the tenant in
    /// whose folder it stands and whether it is about its descendants too.
    pub fn ring_targets(&self) -> impl Iterator<Item = (&Target, Option<TenantId>, bool)> {
        let own = self.deployments.iter();
        let own = own.filter_map(|one| Some((one.rollout.as_deref()?, one.scope, one.propagate)));
        let rollouts = own.chain(self.rollout.iter().map(|rollout| (rollout, None, false)));
        rollouts.flat_map(|(rollout, scope, propagate)| {
            rollout.targets().map(move |target| (target, scope, propagate))
        })
    }

    /// A group.
    pub fn group(&self, id: DocumentId) -> Option<&GroupEntry> {
        self.groups.get(&id)
    }

    /// The groups whose members no session touches, with the tenant whose
    /// computers they are about; none: all.
    pub fn excluding(&self) -> &[(Option<TenantId>, DocumentId)] {
        &self.excluding
    }

    /// What git pins about a computer.
    pub fn pin(&self, tenant: Option<TenantId>, name: &str) -> Option<&Computer> {
        let id = self.pins.get(&tenant?)?.get(name)?;
        match &self.document(*id).body {
            Body::Computer(computer) => Some(computer),
            _ => None,
        }
    }

    /// The computers that git pins in a tenant, by name.
    pub fn pinned(&self, tenant: TenantId) -> impl Iterator<Item = &str> {
        self.pins.get(&tenant).into_iter().flat_map(|pins| pins.keys().map(String::as_str))
    }

    /// The software document of an item.
    pub fn software(&self, item: ItemId) -> Option<&Software> {
        match &self.document(self.items.entry(item).document).body {
            Body::Software(software) => Some(software),
            _ => None,
        }
    }

    /// The task document of an item.
    pub fn task(&self, item: ItemId) -> Option<&Task> {
        match &self.document(self.items.entry(item).document).body {
            Body::Task(task) => Some(task),
            _ => None,
        }
    }

    /// The object id of the file at a path.
    pub fn blob(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(|id| &**id)
    }

    /// Whether some parameter has a value that each computer computes.
    pub fn computes(&self) -> bool {
        self.computes
    }

    /// The files of the commit with their object ids, where they are known.
    pub fn files(&self) -> &BTreeMap<String, Arc<str>> {
        &self.files
    }
}

/// The path of a file that a document names, from the repository's root.
pub fn beside(document_path: &str, file: &str) -> String {
    match document_path.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/{file}"),
        None => file.to_owned(),
    }
}

/// Where a document begins.
pub fn place(document: &Document) -> (Arc<str>, Span) {
    (document.path.clone(), document.span)
}

fn default_rollout(
    documents: &[Arc<Document>],
    repository: Option<DocumentId>,
    tenants: &Tenants,
    names: &Names,
) -> Option<RolloutEntry> {
    let document = &documents[repository?.0 as usize];
    let Body::Repository(repository) = &document.body else {
        return None;
    };
    let rollout = repository.defaults.rollout.as_ref()?;
    Some(RolloutEntry::compile(rollout, &document.path, None, tenants, names, documents))
}

fn find(documents: &[Arc<Document>], matches: impl Fn(&Body) -> bool) -> Option<DocumentId> {
    documents
        .iter()
        .position(|document| matches(&document.body))
        .map(|index| DocumentId(index as u32))
}

fn pins(
    documents: &[Arc<Document>],
    tenants: &Tenants,
) -> FxHashMap<TenantId, FxHashMap<String, DocumentId>> {
    let mut pins: FxHashMap<TenantId, FxHashMap<String, DocumentId>> = FxHashMap::default();
    for (index, document) in documents.iter().enumerate() {
        let (Body::Computer(_), Scope::Tenant(tenant)) = (&document.body, &document.scope) else {
            continue;
        };
        let Some(tenant) = tenants.find(tenant) else {
            continue;
        };
        pins.entry(tenant)
            .or_default()
            .entry(document.name.value.clone())
            .or_insert(DocumentId(index as u32));
    }
    pins
}
