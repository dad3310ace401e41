//! Prerequisites and configuration tasks with their names resolved.

use std::sync::Arc;

use ordain_schema::document::{Body, Document, Presence, Rule, Software};
use rustc_hash::FxHashMap;

use super::{DocumentId, ItemId, ItemTable, Kind, Names, TenantId, Tenants};

/// One prerequisite rule of a software.
#[derive(Debug, Clone)]
pub struct RuleEntry {
    /// The file it stands in.
    pub path: Arc<str>,
    /// The line of its list entry.
    pub line: u32,
    /// When it holds; always, where there is none.
    pub condition: Option<ConditionEntry>,
    /// What it asks for.
    pub demand: Demand,
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
    /// These must be present.
    Present(Vec<ItemId>),
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
            Self::Present(items) | Self::Absent(items) => items,
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
            let Body::Software(software) = &document.body else {
                continue;
            };
            let Some(item) = items.of(DocumentId(index as u32)) else {
                continue;
            };
            let scope = tenants.of_scope(&document.scope);
            let resolve = Resolve { tenants, names, items, scope };
            let entries = compile(&document.path, software, &resolve);
            if !entries.is_empty() {
                rules.requires.insert(item, entries);
            }
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

    /// The prerequisite rules of a software.
    pub fn of(&self, item: ItemId) -> &[RuleEntry] {
        self.requires.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Every software with its prerequisite rules; in no particular order.
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

    fn software<'a>(
        &self,
        names: impl IntoIterator<Item = &'a ordain_schema::Spanned<String>>,
    ) -> Vec<ItemId> {
        names.into_iter().filter_map(|name| self.item(Kind::Software, name)).collect()
    }
}

fn compile(path: &Arc<str>, software: &Software, resolve: &Resolve<'_>) -> Vec<RuleEntry> {
    let entry = |rule: &ordain_schema::Spanned<Rule>| {
        let demand = demand(rule, resolve)?;
        Some(RuleEntry {
            path: path.clone(),
            line: rule.span.line,
            condition: condition(rule, resolve),
            demand,
        })
    };
    software.requires.iter().filter_map(entry).collect()
}

fn demand(rule: &Rule, resolve: &Resolve<'_>) -> Option<Demand> {
    if let Some(name) = &rule.software {
        return Some(Demand::Present(resolve.software([name])));
    }
    if let Some(name) = &rule.absent {
        return Some(Demand::Absent(resolve.software([name])));
    }
    let then = rule.then.as_ref()?;
    if let Some(names) = &then.install {
        return Some(Demand::Present(resolve.software(names)));
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
