//! Prerequisites and configuration tasks with their names resolved.

use std::sync::Arc;

use ordain_schema::Spanned;
use ordain_schema::document::{Body, Document, Presence, Rule, SoftwareVersion, VersionBound};
use rustc_hash::FxHashMap;

use super::{DocumentId, ItemId, ItemTable, Kind, Names, TenantId, Tenants};

/// One prerequisite rule of a software or task.
#[derive(Debug, Clone)]
pub struct RuleEntry {
    /// The file it stands in.
    pub path: Arc<str>,
    /// The line of its list entry.
    pub line: u32,
    /// For which versions of its item it stands.
    pub level: Level,
    /// When it holds; always, where there is none.
    pub condition: Option<ConditionEntry>,
    /// What it asks for.
    pub demand: Demand,
}

/// Where in its document a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// At the software or task: it holds for every version.
    Item,
    /// At this entry of `versions`.
    Version(usize),
    /// At this artifact of that entry.
    Artifact(usize, usize),
}

/// When a full-form rule holds, judged on what is detected.
#[derive(Debug, Clone)]
pub struct ConditionEntry {
    /// Whether every one must be as asked, or one is enough.
    pub every: bool,
    /// The software it looks at; none where the name means nothing.
    pub of: Vec<Option<ItemId>>,
    /// What is asked of them.
    pub is: Presence,
}

/// What a rule asks for.
#[derive(Debug, Clone)]
pub enum Demand {
    /// These must be present, in a version that the bound allows.
    Present(Vec<ItemId>, Option<VersionBound>),
    /// These must be absent.
    Absent(Vec<ItemId>),
    /// The item fails with this message.
    Fail(String),
}

impl RuleEntry {
    /// The items it looks at, or asks something of.
    pub fn items(&self) -> impl Iterator<Item = ItemId> {
        let looked_at = self.condition.iter().flat_map(|condition| condition.of.iter().flatten());
        looked_at.chain(self.demand.items()).copied()
    }
}

impl Demand {
    /// The items it asks something of.
    pub fn items(&self) -> &[ItemId] {
        match self {
            Self::Present(items, _) | Self::Absent(items) => items,
            Self::Fail(_) => &[],
        }
    }
}

/// What surrounds the items of a policy.
#[derive(Debug, Default)]
pub struct Rules {
    requires: FxHashMap<ItemId, Vec<RuleEntry>>,
    configures: FxHashMap<ItemId, ItemId>,
    /// By item: whether prerequisites or configurations bear on it.
    tied: Vec<bool>,
}

impl Rules {
    pub(super) fn new(
        documents: &[Arc<Document>],
        tenants: &Tenants,
        names: &Names,
        items: &ItemTable,
    ) -> Self {
        let mut rules = Self { tied: vec![false; items.len()], ..Self::default() };
        for (index, document) in documents.iter().enumerate() {
            let id = DocumentId(index as u32);
            let Some(item) = items.of(id) else { continue };
            let scope = tenants.of_scope(&document.scope);
            let resolve = Resolve { tenants, names, items, scope };
            let entries: Vec<RuleEntry> = written(&document.body)
                .filter_map(|(level, rule)| compile(&document.path, level, rule, &resolve))
                .collect();
            if !entries.is_empty() {
                if matches!(document.body, Body::Task(_)) {
                    // Every instance of a task needs the same.
                    let instances = items.iter().filter(|(_, entry)| entry.document == id);
                    rules.requires.extend(instances.map(|(item, _)| (item, entries.clone())));
                }
                rules.requires.insert(item, entries);
            }
            let Body::Software(software) = &document.body else {
                continue;
            };
            let task = software.configure.as_ref().and_then(|task| resolve.item(Kind::Task, task));
            rules.configures.extend(task.map(|task| (item, task)));
        }
        rules.tie();
        rules
    }

    fn tie(&mut self) {
        let mut tied: Vec<ItemId> = Vec::new();
        for (item, entries) in &self.requires {
            tied.push(*item);
            for entry in entries {
                tied.extend(entry.items());
            }
        }
        tied.extend(self.configures.iter().flat_map(|(software, task)| [*software, *task]));
        for item in tied {
            self.tied[item.0 as usize] = true;
        }
    }

    /// Whether some prerequisite or configuration names an item, or it has one.
    pub fn ties(&self, item: ItemId) -> bool {
        self.tied[item.0 as usize]
    }

    /// The prerequisite rules of an item.
    pub fn of(&self, item: ItemId) -> &[RuleEntry] {
        self.requires.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Every item with its prerequisite rules; in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (ItemId, &[RuleEntry])> {
        self.requires.iter().map(|(item, entries)| (*item, entries.as_slice()))
    }

    /// The configuration task of a software.
    pub fn configuration(&self, item: ItemId) -> Option<ItemId> {
        self.configures.get(&item).copied()
    }

    /// Every software with its configuration task; in no particular order.
    pub fn configurations(&self) -> impl Iterator<Item = (ItemId, ItemId)> {
        self.configures.iter().map(|(software, task)| (*software, *task))
    }
}

struct Resolve<'a> {
    tenants: &'a Tenants,
    names: &'a Names,
    items: &'a ItemTable,
    scope: Option<TenantId>,
}

impl Resolve<'_> {
    fn item(&self, kind: Kind, name: &str) -> Option<ItemId> {
        self.names
            .lookup(self.tenants, kind, self.scope, name)
            .found()
            .and_then(|id| self.items.of(id))
    }

    fn software<'a>(&self, names: impl IntoIterator<Item = &'a Spanned<String>>) -> Vec<ItemId> {
        names.into_iter().filter_map(|name| self.item(Kind::Software, name)).collect()
    }
}

/// Every rule of a software or task with its place: the item's, then those of
/// its versions and their artifacts.
pub fn written(body: &Body) -> impl Iterator<Item = (Level, &Spanned<Rule>)> {
    let (own, versions): (&[Spanned<Rule>], &[SoftwareVersion]) = match body {
        Body::Software(software) => (&software.requires, &software.versions),
        Body::Task(task) => (&task.requires, &[]),
        _ => (&[], &[]),
    };
    let of_versions = versions.iter().enumerate().flat_map(|(index, version)| {
        let own = version.requires.iter().map(move |rule| (Level::Version(index), rule));
        let artifacts = version.artifacts.iter().enumerate();
        own.chain(artifacts.flat_map(move |(number, artifact)| {
            artifact.requires.iter().map(move |rule| (Level::Artifact(index, number), rule))
        }))
    });
    own.iter().map(|rule| (Level::Item, rule)).chain(of_versions)
}

fn compile(
    path: &Arc<str>,
    level: Level,
    rule: &Spanned<Rule>,
    resolve: &Resolve<'_>,
) -> Option<RuleEntry> {
    let demand = demand(rule, resolve)?;
    let condition = condition(rule, resolve);
    Some(RuleEntry { path: path.clone(), line: rule.span.line, level, condition, demand })
}

fn demand(rule: &Rule, resolve: &Resolve<'_>) -> Option<Demand> {
    if let Some(name) = &rule.software {
        let version = rule.version.as_ref().map(|version| version.value.clone());
        return Some(Demand::Present(resolve.software([name]), version));
    }
    if let Some(name) = &rule.absent {
        return Some(Demand::Absent(resolve.software([name])));
    }
    let then = rule.then.as_ref()?;
    if let Some(names) = &then.install {
        return Some(Demand::Present(resolve.software(names), None));
    }
    if let Some(names) = &then.uninstall {
        return Some(Demand::Absent(resolve.software(names)));
    }
    then.fail.clone().map(Demand::Fail)
}

fn condition(rule: &Rule, resolve: &Resolve<'_>) -> Option<ConditionEntry> {
    let condition = rule.condition.as_ref()?;
    let (every, names) = match (&condition.all_of, &condition.any_of) {
        (Some(names), _) => (true, names.as_slice()),
        (None, Some(names)) => (false, names.as_slice()),
        (None, None) => (true, &[][..]),
    };
    let of = names.iter().map(|name| resolve.item(Kind::Software, name)).collect();
    Some(ConditionEntry { every, of, is: condition.is })
}
