//! What must be found out about a computer before it can be planned for.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::fleet::Subject;
use crate::lower::catalogue::{Catalogue, Lookup};
use crate::lower::{NotExecutable, TaskMode};
use crate::order::Check;
use crate::parameter::Recipient;
use crate::plan::{Applies, on_platform};
use crate::policy::{AppliesIf, Demand, DeploymentId, Entity, ItemId, Policy, Wish};
use crate::resolve::{Candidates, Request, Settled, resolve};

/// How to find out about every item that counts in a session on a computer:
/// what its winners name, the prerequisites of that, what conditions look at,
/// and configuration tasks. What is ignored is looked at only where a rule
/// asks for it; what is known not to be for this computer never. An item that
/// cannot be looked at by this version is left out, and [`super::carry_out`]
/// makes it fail.
pub fn checks(subject: &Subject<'_>, candidates: &Candidates<'_>, request: &Request) -> Vec<Check> {
    let policy = subject.world.policy;
    let resolution = resolve(subject, candidates, request);
    let settled: FxHashMap<ItemId, &Settled> =
        resolution.items.iter().map(|(item, decision)| (*item, &decision.settled)).collect();
    let mut wanted = Wanted { policy, subject, settled, checks: BTreeMap::new(), open: Vec::new() };
    let mut covered: Vec<ItemId> = wanted.settled.keys().copied().collect();
    covered.retain(|item| request.covers(policy, *item));
    covered.sort_by_key(|item| policy.items().position(*item));
    for item in covered {
        wanted.for_its_own_sake(item);
    }
    wanted.follow_rules();
    let lookup = Lookup::new(subject);
    let catalogue = Catalogue::new(subject, request, &lookup);
    let each = wanted.checks.into_values();
    each.filter_map(|(recipient, mode)| catalogue.check(recipient, mode).ok()).collect()
}

/// How to ask a task what it says of a computer.
///
/// # Errors
/// Where this version cannot ask it.
pub fn gather(subject: &Subject<'_>, recipient: Recipient) -> Result<Check, NotExecutable> {
    let lookup = Lookup::new(subject);
    let request = Request::default();
    Catalogue::new(subject, &request, &lookup).check(recipient, TaskMode::Get)
}

struct Wanted<'a> {
    policy: &'a Policy,
    subject: &'a Subject<'a>,
    settled: FxHashMap<ItemId, &'a Settled>,
    /// By place among the actions, then id.
    checks: BTreeMap<(u32, ItemId), (Recipient, TaskMode)>,
    /// Software whose rules are to be followed.
    open: Vec<ItemId>,
}

impl Wanted<'_> {
    fn winner(&self, item: ItemId) -> Option<DeploymentId> {
        self.settled.get(&item)?.winner()
    }

    fn wish(&self, item: ItemId) -> Option<&Wish> {
        self.winner(item).map(|id| &self.policy.deployment(id).wish)
    }

    fn for_its_own_sake(&mut self, item: ItemId) {
        let Some(wish) = self.wish(item) else { return };
        let mode = match wish {
            Wish::Ignored => return,
            Wish::Monitor => TaskMode::Get,
            Wish::Installed(_)
            | Wish::Absent
            | Wish::UpdateIfFound
            | Wish::Enforce
            | Wish::Audit => TaskMode::Test,
        };
        let follows = matches!(wish, Wish::Installed(_) | Wish::UpdateIfFound | Wish::Enforce);
        self.add(item, mode);
        if follows {
            self.open.push(item);
        }
    }

    fn add(&mut self, item: ItemId, mode: TaskMode) {
        let known = self.checks.contains_key(&self.place(item));
        if known || on_platform(self.subject, item) == Applies::No {
            return;
        }
        let recipient = Recipient::new(item, self.winner(item));
        self.checks.insert(self.place(item), (recipient, mode));
        // Whether it applies is judged on what this detection finds.
        let document = self.policy.items().entry(item).document;
        for condition in self.policy.applicability().of(document) {
            if let AppliesIf::Present(software) | AppliesIf::Absent(software) = condition {
                self.add(*software, TaskMode::Test);
            }
        }
    }

    fn place(&self, item: ItemId) -> (u32, ItemId) {
        (self.policy.items().position(item), item)
    }

    fn follow_rules(&mut self) {
        let mut done: FxHashSet<ItemId> = FxHashSet::default();
        while let Some(item) = self.open.pop() {
            if done.insert(item) {
                self.follow(item);
                let task = self.policy.rules().configuration(item);
                let enforced = |task: &ItemId| {
                    !self.settled.contains_key(task) || self.wish(*task) == Some(&Wish::Enforce)
                };
                let task = task.filter(enforced);
                self.open.extend(task);
            }
        }
        let mut configured: Vec<ItemId> = done.into_iter().collect();
        configured.sort_by_key(|item| self.policy.items().position(*item));
        for item in configured {
            self.configuration(item);
        }
    }

    fn follow(&mut self, item: ItemId) {
        for rule in self.policy.rules().of(item) {
            let looked_at = rule.condition.iter().flat_map(|condition| &condition.of);
            for other in looked_at.copied().flatten() {
                self.add(other, TaskMode::Test);
            }
            match &rule.demand {
                Demand::Present(items, _) => {
                    for other in items {
                        self.add(*other, TaskMode::Test);
                        self.open.push(*other);
                    }
                }
                Demand::Absent(items) => {
                    for other in items {
                        self.add(*other, TaskMode::Test);
                    }
                }
                Demand::Fail(_) => {}
            }
        }
    }

    /// A configuration task takes values of its software, the first one where
    /// there are several.
    fn configuration(&mut self, software: ItemId) {
        let Some(task) = self.policy.rules().configuration(software) else { return };
        if self.policy.items().entry(task).entity != Entity::Task {
            return;
        }
        if self.settled.contains_key(&task) {
            self.for_its_own_sake(task);
        } else {
            self.add(task, TaskMode::Test);
        }
        let behind = (software, self.winner(software));
        if let Some((recipient, _)) = self.checks.get_mut(&self.place(task)) {
            recipient.configures.get_or_insert(behind);
        }
    }
}
