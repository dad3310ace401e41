//! Deployments with their names resolved and their precedence computed.

use std::cmp::Ordering;
use std::sync::Arc;

use ordain_schema::Span;
use ordain_schema::document::{
    self, Body, Day, Deployment, DeploymentState, Document, Enforcement, Single, VersionScheme,
    VersionWish,
};
use rustc_hash::FxHashMap;

use super::{DocumentId, ItemId, ItemTable, Kind, Names, RolloutEntry, Target, TenantId, Tenants};
use crate::item::Item;
use crate::version;

/// What a deployment wishes for its item.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Wish {
    /// Software: present, in the wished version.
    Installed(VersionWish),
    /// Software: not there.
    Absent,
    /// Software: updated where it is there.
    UpdateIfFound,
    /// Left alone.
    Ignored,
    /// Task: tested and put right.
    Enforce,
    /// Task: tested only.
    Audit,
    /// Task: read only.
    Monitor,
}

impl Wish {
    /// Rank of the state; higher wins, `absent` ranks with none.
    pub fn rank(&self) -> Option<u8> {
        Some(match self {
            Self::Ignored => 9,
            Self::Installed(VersionWish::Exactly(_)) => 8,
            Self::Installed(VersionWish::AtLeast(_) | VersionWish::AtMost(_)) => 7,
            Self::Installed(VersionWish::Latest) => 6,
            Self::Installed(VersionWish::Any) => 5,
            Self::UpdateIfFound => 4,
            Self::Enforce => 3,
            Self::Audit => 2,
            Self::Monitor => 1,
            Self::Absent => return None,
        })
    }
}

/// Index of a wish among the different ones of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WishId(pub u32);

/// The part of the total order that does not depend on a computer; greater wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Precedence {
    /// Whether it wins before everything else.
    pub mandatory: bool,
    /// 2 computer, 1 person, 0 else.
    pub class: u8,
    /// Depth of the tenant plus one; 0 for cross-tenant files.
    pub nearness: u32,
    /// As written.
    pub priority: i64,
    /// Rank of the selector.
    pub selector: u8,
    /// Rank of `only`.
    pub only: u8,
}

/// One deployment.
#[derive(Debug, Clone)]
pub struct DeploymentEntry {
    /// Its document.
    pub document: DocumentId,
    /// Its file.
    pub path: Arc<str>,
    /// Its line.
    pub line: u32,
    /// Where it stands: at its document, or at its entry of `items`.
    pub span: Span,
    /// What it says, where its document says it of several items; see [`super::Policy::says`].
    pub single: Option<Arc<Single>>,
    /// Whether its document is the only one of its file.
    pub alone: bool,
    /// The tenant in whose folder it stands; none for cross-tenant ones.
    pub scope: Option<TenantId>,
    /// The item; none where the name means nothing.
    pub item: Option<ItemId>,
    /// What it wishes.
    pub wish: Wish,
    /// The same as a dense id: equal wishes of one policy have equal ids.
    pub wish_id: WishId,
    /// Which computers it is for.
    pub target: Target,
    /// Where it stands in the total order.
    pub precedence: Precedence,
    /// When it is a candidate.
    pub enforcement: Enforcement,
    /// Whether it also reaches the tenant's descendants.
    pub propagate: bool,
    /// Whether it is left aside.
    pub disabled: bool,
    /// The first day on which it is a candidate.
    pub starts: Option<Day>,
    /// The last day on which it is a candidate.
    pub expires: Option<Day>,
    /// The licence it names.
    pub licence: Option<String>,
    /// The licence's document.
    pub licence_document: Option<DocumentId>,
    /// Whether its task only counts in onboarding sessions.
    pub onboarding_only: bool,
    /// Whether its task is left out of onboardings that start by themselves.
    pub left_out_when_automatic: bool,
    /// How versions of its software compare.
    pub scheme: VersionScheme,
    /// Its parameters as written, in one canonical text.
    pub parameters: String,
    /// The rings in which it reaches its computers, where it says so itself.
    pub rollout: Option<Arc<RolloutEntry>>,
}

impl DeploymentEntry {
    /// Whether it makes its item part of an onboarding.
    pub fn is_onboarding(&self) -> bool {
        self.enforcement == Enforcement::Onboarding || self.onboarding_only
    }

    /// Whether a day is one of those on which it is a candidate.
    pub fn counts_on(&self, day: Day) -> bool {
        self.starts.is_none_or(|first| first <= day) && self.expires.is_none_or(|last| day <= last)
    }

    /// Whether two deployments of one item say the same: state, version by
    /// comparison, parameters as written, and licence.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let same_wish = match (&self.wish, &other.wish) {
            (Wish::Installed(a), Wish::Installed(b)) => same_version(self.scheme, a, b),
            (a, b) => a == b,
        };
        same_wish && self.parameters == other.parameters && self.licence == other.licence
    }
}

fn same_version(scheme: VersionScheme, a: &VersionWish, b: &VersionWish) -> bool {
    match (a, b) {
        (VersionWish::Exactly(a), VersionWish::Exactly(b))
        | (VersionWish::AtLeast(a), VersionWish::AtLeast(b))
        | (VersionWish::AtMost(a), VersionWish::AtMost(b)) => {
            version::compare(scheme, a, b) == Ordering::Equal
        }
        (a, b) => a == b,
    }
}

pub(super) fn compile(
    documents: &[Arc<Document>],
    tenants: &Tenants,
    names: &Names,
    items: &mut ItemTable,
) -> Vec<DeploymentEntry> {
    let mut in_file: FxHashMap<&str, u32> = FxHashMap::default();
    for document in documents.iter().filter(|document| matches!(document.body, Body::Deployment(_)))
    {
        *in_file.entry(&document.path).or_default() += 1;
    }
    let mut entries = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let Body::Deployment(deployment) = &document.body else {
            continue;
        };
        let alone = in_file.get(&*document.path) == Some(&1);
        let id = DocumentId(index as u32);
        let mut add = |single: Option<Arc<Single>>| {
            entries.push(entry(documents, id, deployment, single, alone, tenants, names, items));
        };
        match deployment.singles(&document.faulty) {
            None => add(None),
            Some(singles) => singles.into_iter().for_each(|single| add(Some(Arc::new(single)))),
        }
    }
    number_wishes(&mut entries);
    entries
}

fn number_wishes(entries: &mut [DeploymentEntry]) {
    let mut known: FxHashMap<Wish, WishId> = FxHashMap::default();
    for entry in entries {
        let next = WishId(known.len() as u32);
        entry.wish_id = match known.get(&entry.wish) {
            Some(id) => *id,
            None => *known.entry(entry.wish.clone()).or_insert(next),
        };
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of a policy in the making")]
fn entry(
    documents: &[Arc<Document>],
    id: DocumentId,
    whole: &Deployment,
    single: Option<Arc<Single>>,
    alone: bool,
    tenants: &Tenants,
    names: &Names,
    items: &mut ItemTable,
) -> DeploymentEntry {
    let document = &documents[id.0 as usize];
    let deployment = single.as_ref().map_or(whole, |single| &single.deployment);
    let span = single.as_ref().map_or(document.span, |single| single.span);
    let scope = tenants.of_scope(&document.scope);
    let lookup = |kind, name: &str| names.lookup(tenants, kind, scope, name).found();
    let item_document = match (&deployment.software, &deployment.task) {
        (Some(name), _) => lookup(Kind::Software, name),
        (None, Some(name)) => lookup(Kind::Task, name),
        (None, None) => None,
    };
    let body = item_document.map(|id| &documents[id.0 as usize].body);
    let scheme = match body {
        Some(Body::Software(software)) => {
            version::resolve(software.version_scheme, &software.detect)
        }
        _ => VersionScheme::Segments,
    };
    let onboarding_only = matches!(body, Some(Body::Task(task)) if task.onboarding_only);
    let left_out_when_automatic =
        matches!(body, Some(Body::Task(task)) if task.skip_in_automatic_onboarding);
    let instance = deployment.instance.as_ref().filter(|_| deployment.task.is_some());
    let item =
        item_document.and_then(|id| items.intern(id, instance.map(|instance| instance.as_str())));
    let target =
        Target::compile(&deployment.target, &document.path, scope, tenants, names, documents);
    let rollout = deployment.rollout.as_ref().map(|rollout| {
        let path = &document.path;
        Arc::new(RolloutEntry::compile(rollout, path, scope, tenants, names, documents))
    });
    let precedence = Precedence {
        mandatory: deployment.mandatory.value,
        class: target.class(),
        nearness: scope.map_or(0, |tenant| tenants.depth(tenant) as u32 + 1),
        priority: deployment.priority,
        selector: target.selector_rank(),
        only: target.only_rank(),
    };
    DeploymentEntry {
        document: id,
        path: document.path.clone(),
        line: span.line,
        span,
        alone,
        scope,
        item,
        wish: wish(deployment),
        wish_id: WishId(0),
        target,
        precedence,
        enforcement: deployment.enforcement,
        propagate: deployment.propagate.value,
        disabled: deployment.disabled,
        starts: deployment.starts.as_ref().map(|day| day.value),
        expires: deployment.expires.as_ref().map(|day| day.value),
        licence_document: deployment.licence.as_ref().and_then(|name| lookup(Kind::Licence, name)),
        licence: deployment.licence.as_ref().map(|name| name.value.clone()),
        onboarding_only,
        left_out_when_automatic,
        scheme,
        parameters: canonical_parameters(deployment),
        rollout,
        single,
    }
}

fn wish(deployment: &Deployment) -> Wish {
    let version =
        || deployment.version.as_ref().map_or(VersionWish::Latest, |version| version.value.clone());
    match deployment.state.as_ref().map(|state| state.value) {
        Some(DeploymentState::Installed) => Wish::Installed(version()),
        Some(DeploymentState::Absent) => Wish::Absent,
        Some(DeploymentState::UpdateIfFound) => Wish::UpdateIfFound,
        Some(DeploymentState::Ignored) => Wish::Ignored,
        Some(DeploymentState::Enforce) => Wish::Enforce,
        Some(DeploymentState::Audit) => Wish::Audit,
        Some(DeploymentState::Monitor) => Wish::Monitor,
        None if deployment.task.is_some() => Wish::Enforce,
        None => Wish::Installed(version()),
    }
}

fn canonical_parameters(deployment: &Deployment) -> String {
    let line = |(name, given): (&String, &document::GivenParameter)| {
        format!("{name}={}|{:?}\n", given.value.value, given.over)
    };
    deployment.parameters.iter().map(line).collect()
}

/// The item a deployment is about, for messages, even where its name means nothing.
pub fn written_item(deployment: &Deployment) -> Option<Item> {
    match (&deployment.software, &deployment.task) {
        (Some(name), _) => Some(Item::software(name)),
        (None, Some(name)) => Some(Item::Task {
            name: name.as_str().into(),
            instance: deployment.instance.as_ref().map(|instance| instance.as_str().into()),
        }),
        (None, None) => None,
    }
}
