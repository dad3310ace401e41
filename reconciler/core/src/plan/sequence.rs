//! The order of actions, and the finished plan of one computer.
//!
//! A prerequisite stands directly before its first dependant, a configuration
//! task directly after its software, everything else by `order` and name; the
//! onboarding part comes first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::{Evaluation, Listed, Standing};
use super::row::{Action, Because, ComputerPlan, Conflict, Place, Shadowed};
use super::wish::Change;
use crate::fleet::Subject;
use crate::item::{Act, Phase, Reason};
use crate::policy::{ItemId, Policy};
use crate::resolve::{Missing, Request, Resolution, Rule, Settled};

/// Puts everything in order and words.
pub(super) fn finish(
    subject: &Subject<'_>,
    resolution: &Resolution,
    evaluation: &Evaluation,
    request: &Request,
) -> ComputerPlan {
    let policy = subject.world.policy;
    let onboarding = onboarding_part(policy, evaluation);
    let order = Sequence::new(policy, evaluation, &onboarding).run();
    let places: FxHashMap<ItemId, usize> =
        order.iter().enumerate().map(|(place, item)| (*item, place)).collect();
    let rows = Rows { policy, evaluation, onboarding: &onboarding, places: &places };
    let listed =
        order.iter().filter_map(|item| evaluation.listed.get(item).map(|listed| (*item, listed)));
    let actions: Vec<Action> =
        listed.flat_map(|(item, listed)| rows.actions(item, listed)).collect();
    let mut unknown: Vec<Missing> = evaluation.unknown.clone();
    let concerns =
        |item: &ItemId| request.covers(policy, *item) || evaluation.listed.contains_key(item);
    unknown.extend(
        resolution
            .unknown
            .iter()
            .filter(|(item, _)| concerns(item))
            .map(|(_, missing)| missing.clone()),
    );
    unknown.sort();
    unknown.dedup();
    ComputerPlan {
        computer: subject.facts.name.clone(),
        tenant: subject.facts.tenant.clone(),
        actions,
        shadowed: shadowed(policy, resolution, |item| evaluation.listed.contains_key(&item)),
        conflicts: conflicts(policy, resolution, evaluation),
        unknown,
    }
}

/// Onboarding items and all that they pull in.
fn onboarding_part(policy: &Policy, evaluation: &Evaluation) -> FxHashSet<ItemId> {
    let is_onboarding =
        |listed: &Listed| listed.winner.is_some_and(|id| policy.deployment(id).is_onboarding());
    let roots = evaluation.listed.iter().filter(|(_, listed)| is_onboarding(listed));
    let mut open: Vec<ItemId> = roots.map(|(item, _)| *item).collect();
    let mut part = FxHashSet::default();
    while let Some(item) = open.pop() {
        if part.insert(item) {
            open.extend(evaluation.edges.get(&item).into_iter().flatten());
            let configured = policy.rules().configuration(item);
            open.extend(configured.filter(|task| {
                evaluation.configures.get(task).is_some_and(|by| by.contains(&item))
            }));
        }
    }
    part
}

/// Puts items in order.
struct Sequence<'a> {
    policy: &'a Policy,
    evaluation: &'a Evaluation,
    onboarding: &'a FxHashSet<ItemId>,
    reachable: FxHashMap<ItemId, FxHashSet<ItemId>>,
    done: FxHashSet<ItemId>,
    order: Vec<ItemId>,
}

impl<'a> Sequence<'a> {
    fn new(
        policy: &'a Policy,
        evaluation: &'a Evaluation,
        onboarding: &'a FxHashSet<ItemId>,
    ) -> Self {
        Self {
            policy,
            evaluation,
            onboarding,
            reachable: FxHashMap::default(),
            done: FxHashSet::default(),
            order: Vec::new(),
        }
    }

    fn run(mut self) -> Vec<ItemId> {
        let mut nodes: FxHashSet<ItemId> = self.evaluation.listed.keys().copied().collect();
        for (item, targets) in &self.evaluation.edges {
            nodes.insert(*item);
            nodes.extend(targets);
        }
        for onboarding in [true, false] {
            let in_part = |item: &ItemId| self.onboarding.contains(item) == onboarding;
            let part: Vec<ItemId> = self.sorted(nodes.iter().copied().filter(in_part));
            let mut needed: FxHashSet<ItemId> = FxHashSet::default();
            for item in &part {
                needed.extend(self.evaluation.edges.get(item).into_iter().flatten());
            }
            let attached = |item: &ItemId| self.evaluation.configures.contains_key(item);
            let roots: Vec<ItemId> = part
                .iter()
                .copied()
                .filter(|item| !needed.contains(item) && !attached(item))
                .collect();
            // What is left after the roots excludes each other in a circle.
            for item in roots.into_iter().chain(part.iter().copied().filter(|item| !attached(item)))
            {
                self.emit(item);
            }
        }
        for item in self.sorted(nodes.into_iter()) {
            self.emit(item);
        }
        self.order
    }

    fn sorted(&self, items: impl Iterator<Item = ItemId>) -> Vec<ItemId> {
        let mut items: Vec<ItemId> = items.collect();
        items.sort_by_key(|item| self.policy.items().position(*item));
        items
    }

    fn emit(&mut self, item: ItemId) {
        if !self.done.insert(item) {
            return;
        }
        for prerequisite in self.direct(item) {
            self.emit(prerequisite);
        }
        self.order.push(item);
        let task = self.policy.rules().configuration(item);
        let wanted = |task: &ItemId| {
            self.evaluation.configures.get(task).is_some_and(|by| by.contains(&item))
        };
        if let Some(task) = task.filter(wanted) {
            self.emit(task);
        }
    }

    /// The prerequisites that no other prerequisite of the same item brings along.
    fn direct(&mut self, item: ItemId) -> Vec<ItemId> {
        let targets = self.evaluation.edges.get(&item).cloned().unwrap_or_default();
        let mut brought: FxHashSet<ItemId> = FxHashSet::default();
        if targets.len() > 1 {
            for target in &targets {
                brought.extend(self.reach(*target).iter().filter(|other| *other != target));
            }
        }
        let direct: Vec<ItemId> =
            targets.iter().copied().filter(|target| !brought.contains(target)).collect();
        // Where they exclude each other in a circle, none would be left.
        let kept = if direct.is_empty() { targets } else { direct };
        self.sorted(kept.into_iter())
    }

    fn reach(&mut self, item: ItemId) -> &FxHashSet<ItemId> {
        if !self.reachable.contains_key(&item) {
            let mut seen = FxHashSet::default();
            let mut open = self.evaluation.edges.get(&item).cloned().unwrap_or_default();
            while let Some(next) = open.pop() {
                if seen.insert(next) {
                    open.extend(self.evaluation.edges.get(&next).into_iter().flatten());
                }
            }
            self.reachable.insert(item, seen);
        }
        &self.reachable[&item]
    }
}

/// Puts standings into words.
struct Rows<'a> {
    policy: &'a Policy,
    evaluation: &'a Evaluation,
    onboarding: &'a FxHashSet<ItemId>,
    places: &'a FxHashMap<ItemId, usize>,
}

impl Rows<'_> {
    fn actions(&self, item: ItemId, listed: &Listed) -> Vec<Action> {
        let none = |reason, failed| {
            (vec![Change { act: Act::None, reason, from: listed.from.clone(), to: None }], failed)
        };
        let (changes, failed) = match &listed.standing {
            Standing::Ignored => none(Reason::Ignored, false),
            Standing::Conflict => none(Reason::Conflict, true),
            Standing::NotApplicable => none(Reason::NotApplicable, false),
            Standing::Unknown => none(Reason::Unknown, false),
            Standing::Settled(reason) => none(*reason, false),
            Standing::Fails(reason, _) => none(*reason, true),
            Standing::Change(changes) => (changes.clone(), false),
        };
        let message = match &listed.standing {
            Standing::Fails(_, message) => message.clone(),
            _ => None,
        };
        let because = self.because(item);
        let by =
            if listed.standing == Standing::Conflict { None } else { self.by(listed, because) };
        let in_onboarding =
            self.onboarding.contains(&item) && listed.standing != Standing::Conflict;
        let rows = changes.into_iter().map(|change| Action {
            item: self.policy.items().entry(item).item.clone(),
            id: item,
            act: change.act,
            reason: change.reason,
            from: change.from,
            to: change.to,
            by: by.clone(),
            deployment: listed.winner,
            because: because.map(|(other, configures)| self.word(other, configures)),
            waits_for: self.waits_for(item),
            phase: if in_onboarding { Phase::Onboarding } else { Phase::Main },
            failed,
            message: message.clone(),
        });
        rows.collect()
    }

    /// The item before, or after, which this one stands; true for a configuration.
    fn because(&self, item: ItemId) -> Option<(ItemId, bool)> {
        let first = |items: Vec<ItemId>| {
            items.into_iter().min_by_key(|other| self.places.get(other).copied())
        };
        if let Some(software) = self.evaluation.configures.get(&item) {
            return first(software.clone()).map(|software| (software, true));
        }
        let dependants =
            self.evaluation.edges.iter().filter(|(_, targets)| targets.contains(&item));
        first(dependants.map(|(dependant, _)| *dependant).collect())
            .map(|dependant| (dependant, false))
    }

    fn word(&self, other: ItemId, configures: bool) -> Because {
        let other = self.policy.items().entry(other).item.clone();
        if configures { Because::ConfigurationOf(other) } else { Because::PrerequisiteOf(other) }
    }

    /// The winner's file; without one, the file of the software that brought the item in.
    fn by(&self, listed: &Listed, because: Option<(ItemId, bool)>) -> Option<Place> {
        if let Some(winner) = listed.winner {
            let winner = self.policy.deployment(winner);
            return Some(Place { path: winner.path.clone(), line: winner.line });
        }
        let (software, _) = because?;
        let document = self.policy.document(self.policy.items().entry(software).document);
        Some(Place { path: document.path.clone(), line: document.span.line })
    }

    fn waits_for(&self, item: ItemId) -> Vec<crate::item::Item> {
        let targets = self.evaluation.edges.get(&item).cloned().unwrap_or_default();
        let mut targets: Vec<ItemId> = targets
            .into_iter()
            .filter(|target| self.evaluation.listed.contains_key(target))
            .collect();
        targets.sort_by_key(|target| self.places.get(target).copied());
        targets.into_iter().map(|target| self.policy.items().entry(target).item.clone()).collect()
    }
}

/// The candidates that lost, by item, file and line.
pub(super) fn shadowed(
    policy: &Policy,
    resolution: &Resolution,
    listed: impl Fn(ItemId) -> bool,
) -> Vec<Shadowed> {
    let items = resolution.items.iter().filter(|(item, _)| listed(*item));
    let losers = items.flat_map(|(item, decision)| {
        decision.shadowed.iter().map(move |(id, rule)| (*item, *id, *rule))
    });
    let mut shadowed: Vec<Shadowed> = losers
        .map(|(item, id, rule)| {
            let loser = policy.deployment(id);
            let by = Place { path: loser.path.clone(), line: loser.line };
            Shadowed { item: policy.items().entry(item).item.clone(), deployment: id, by, rule }
        })
        .collect();
    shadowed.sort_by(|a, b| (&a.item, &a.by).cmp(&(&b.item, &b.by)));
    shadowed
}

fn conflicts(policy: &Policy, resolution: &Resolution, evaluation: &Evaluation) -> Vec<Conflict> {
    let listed = |item: &ItemId| evaluation.listed.contains_key(item);
    let mut conflicts: Vec<Conflict> = resolved_conflicts(policy, resolution, listed);
    for (item, places) in evaluation.conflicts.iter().filter(|(item, _)| listed(item)) {
        let by = places.iter().map(ToString::to_string);
        conflicts.push(conflict(policy, *item, Rule::Prerequisite, by.collect()));
    }
    conflicts.sort_by(|a, b| a.item.cmp(&b.item));
    conflicts
}

/// The conflicts among deployments, by item.
pub(super) fn resolved_conflicts(
    policy: &Policy,
    resolution: &Resolution,
    listed: impl Fn(&ItemId) -> bool,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (item, decision) in resolution.items.iter().filter(|(item, _)| listed(item)) {
        if let Settled::Conflict(rule, ids) = &decision.settled {
            let places = ids.iter().map(|id| {
                let one = policy.deployment(*id);
                format!("{}:{}", one.path, one.line)
            });
            found.push(conflict(policy, *item, *rule, places.collect()));
        }
    }
    found.sort_by(|a, b| a.item.cmp(&b.item));
    found
}

fn conflict(policy: &Policy, item: ItemId, rule: Rule, mut by: Vec<String>) -> Conflict {
    by.sort();
    by.dedup();
    Conflict { item: policy.items().entry(item).item.clone(), rule, by }
}
