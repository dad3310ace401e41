//! The order of actions.
//!
//! A prerequisite stands directly before its first dependant, a configuration
//! task directly after its software, everything else by `order` and name; the
//! onboarding part comes first.

use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::Evaluation;
use super::standing::Listed;
use crate::policy::{ItemId, Policy};

/// Onboarding items and all that they pull in.
pub(super) fn onboarding_part(policy: &Policy, evaluation: &Evaluation) -> FxHashSet<ItemId> {
    let is_onboarding = |listed: &Listed| {
        let winner = listed.recipient.winner;
        winner.is_some_and(|id| policy.deployment(id).is_onboarding())
    };
    // A configuration task is of the phase of its software, whatever its own winner says.
    let roots = evaluation.listed.iter().filter(|(item, listed)| {
        is_onboarding(listed) && !evaluation.configures.contains_key(item)
    });
    let mut open: Vec<ItemId> = roots.map(|(item, _)| *item).collect();
    let free = evaluation.free.iter().filter(|(_, listed)| is_onboarding(listed));
    let mut part: FxHashSet<ItemId> = free.map(|(item, _)| *item).collect();
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

/// The items of a plan in the order of execution.
pub(super) fn order(
    policy: &Policy,
    evaluation: &Evaluation,
    onboarding: &FxHashSet<ItemId>,
) -> Vec<ItemId> {
    let sequence = Sequence {
        policy,
        evaluation,
        onboarding,
        reachable: FxHashMap::default(),
        done: FxHashSet::default(),
        order: Vec::with_capacity(evaluation.listed.len() + evaluation.free.len()),
    };
    sequence.run()
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

impl Sequence<'_> {
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
            let roots = part.iter().filter(|item| !needed.contains(item) && !attached(item));
            let free =
                self.evaluation.free.iter().map(|(item, _)| item).filter(|item| in_part(item));
            for item in self.sorted(roots.chain(free).copied()) {
                self.emit(item);
            }
            // What is left after the roots excludes each other in a circle.
            for item in part.iter().copied().filter(|item| !attached(item)) {
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
        if !self.policy.rules().ties(item) {
            self.order.push(item);
            return;
        }
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
