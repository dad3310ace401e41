//! What active items ask of others, and where that contradicts.
//!
//! Static, whatever is detected, except that full-form rules are judged on it:
//! a contradiction is one also while nothing needs doing.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::document::{Presence, VersionBound};
use rustc_hash::{FxHashMap, FxHashSet};

use super::cases::Cases;
use super::memo::Bounds;
use super::row::Place;
use super::wish::{Detected, detected};
use crate::fleet::Subject;
use crate::policy::{ConditionEntry, Demand, ItemId, Policy, RuleEntry, Wish};
use crate::resolve::Settled;

/// What is asked of one item, and by which rules.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// It must be there.
    pub(super) present: Vec<Place>,
    /// It must not be there.
    pub(super) absent: Vec<Place>,
    /// In a version that all of these allow.
    pub(super) bounds: BTreeSet<VersionBound>,
    /// Whether somebody who does not fail wants it gone.
    pub(super) leaves: bool,
}

/// What active items ask of others.
#[derive(Debug, Default)]
pub(super) struct Demands<'w> {
    /// Items whose prerequisites count, with the rules that hold.
    pub(super) active: FxHashMap<ItemId, Vec<&'w RuleEntry>>,
    /// What is asked, by item.
    pub(super) asked: FxHashMap<ItemId, Asked>,
    /// Items whose prerequisites contradict, with everything that takes part.
    pub(super) conflicts: FxHashMap<ItemId, Vec<Place>>,
}

impl Demands<'_> {
    /// The versions of an item that active rules ask for.
    pub(super) fn bounds(&self, item: ItemId) -> Bounds {
        self.asked
            .get(&item)
            .map_or_else(Bounds::default, |asked| asked.bounds.iter().cloned().collect())
    }

    /// Whether an item is asked to be there, and to be gone.
    pub(super) fn is_contradictory(&self, item: ItemId) -> bool {
        let asked = self.asked.get(&item);
        asked.is_some_and(|asked| !asked.present.is_empty() && !asked.absent.is_empty())
    }
}

/// What the collecting looks at.
pub(super) struct Ground<'a, 'w> {
    /// The computer.
    pub(super) subject: &'a Subject<'w>,
    /// The winners, or conflicts.
    pub(super) settled: &'a FxHashMap<ItemId, Settled>,
    /// What the state table says.
    pub(super) cases: &'a Cases<'a, 'w>,
}

impl<'w> Ground<'_, 'w> {
    /// The winner's wish.
    fn wish(&self, item: ItemId) -> Option<&Wish> {
        let winner = self.settled.get(&item)?.winner()?;
        Some(&self.subject.world.policy.deployment(winner).wish)
    }

    /// Whether nothing is done about it, whoever asks.
    fn is_unsettled(&self, item: ItemId) -> bool {
        self.settled.get(&item).is_some_and(|settled| settled.winner().is_none())
    }

    /// Whether its winner is mandatory: it takes part in no conflict, and
    /// whoever contradicts it fails.
    fn is_mandatory(&self, item: ItemId) -> bool {
        matches!(self.settled.get(&item), Some(Settled::Winner(id))
            if self.subject.world.policy.deployment(*id).precedence.mandatory)
    }

    /// Whether a mandatory winner stands against what is asked of its item.
    pub(super) fn is_overruled(&self, item: ItemId, present: bool, demands: &Demands<'_>) -> bool {
        self.is_mandatory(item)
            && match self.wish(item) {
                Some(Wish::Installed(_)) => !present,
                Some(Wish::Absent) => present,
                Some(Wish::UpdateIfFound) => demands.is_contradictory(item),
                _ => false,
            }
    }

    fn detected(&self, item: ItemId) -> Detected<'w> {
        detected(self.subject, self.subject.world.policy.items().entry(item).item.name())
    }

    /// Whether an item's prerequisites count for its own sake.
    fn is_root(&self, item: ItemId) -> bool {
        let wished = match self.wish(item) {
            Some(Wish::Installed(_) | Wish::Enforce) => true,
            Some(Wish::UpdateIfFound) => matches!(self.detected(item), Detected::Version(_)),
            _ => false,
        };
        wished && !self.cases.is_not_applicable(item)
    }

    /// Whether an item that must be there becomes active by that.
    fn can_be_pulled(&self, item: ItemId) -> bool {
        let wished = match self.wish(item) {
            None => !self.is_unsettled(item),
            Some(Wish::Installed(_) | Wish::UpdateIfFound) => true,
            Some(_) => false,
        };
        wished && !self.cases.is_not_applicable(item)
    }

    /// A configuration task that is enforced for want of a winner.
    fn configuration(&self, software: ItemId) -> Option<ItemId> {
        let task = self.subject.world.policy.rules().configuration(software)?;
        let own = self.settled.contains_key(&task) || self.cases.is_not_applicable(task);
        (!own).then_some(task)
    }

    /// Whether a rule is met by position: a configuration task stands behind its software.
    fn is_positional(&self, task: ItemId, software: ItemId) -> bool {
        self.subject.world.policy.rules().configuration(software) == Some(task)
            && self.is_root(software)
    }

    /// Whether a rule holds on this computer.
    fn holds(&self, rule: &RuleEntry) -> bool {
        rule.condition.as_ref().is_none_or(|condition| self.condition_holds(condition))
    }

    fn condition_holds(&self, condition: &ConditionEntry) -> bool {
        let as_asked = |item: &Option<ItemId>| {
            let Some(item) = item else { return false };
            match (self.detected(*item), condition.is) {
                (Detected::Version(_), Presence::Installed)
                | (Detected::Missing, Presence::Absent) => true,
                (Detected::Unknown | Detected::Version(_) | Detected::Missing, _) => false,
            }
        };
        if condition.every {
            condition.of.iter().all(as_asked)
        } else {
            condition.of.iter().any(as_asked)
        }
    }

    /// Collects what active items ask. Rules of items in conflict, and of items
    /// that are on their way out, do not count; since that can take conflicts
    /// away, it is repeated until nothing changes.
    pub(super) fn collect(&self) -> Demands<'w> {
        let mut silent = FxHashSet::default();
        let mut seen: Vec<FxHashSet<ItemId>> = Vec::new();
        loop {
            let demands = self.collect_without(&silent);
            let next = self.silent(&demands);
            if next == silent {
                return demands;
            }
            if seen.contains(&next) {
                // Items that exclude each other: each of them is in conflict.
                return self.mutual(&seen, demands);
            }
            seen.push(std::mem::replace(&mut silent, next));
        }
    }

    fn mutual(&self, seen: &[FxHashSet<ItemId>], mut demands: Demands<'w>) -> Demands<'w> {
        for silent in seen {
            for (item, places) in self.collect_without(silent).conflicts {
                demands.conflicts.entry(item).or_insert(places);
            }
        }
        demands.active.retain(|item, _| !demands.conflicts.contains_key(item));
        demands
    }

    fn silent(&self, demands: &Demands<'_>) -> FxHashSet<ItemId> {
        let leaving = demands.asked.iter().filter(|(item, asked)| {
            asked.leaves && !matches!(self.wish(**item), Some(Wish::Installed(_) | Wish::Ignored))
        });
        demands.conflicts.keys().chain(leaving.map(|(item, _)| item)).copied().collect()
    }

    /// Versions that are asked for decide which versions are chosen, and those
    /// may ask for more; since nothing needs itself, that comes to an end.
    fn collect_without(&self, silent: &FxHashSet<ItemId>) -> Demands<'w> {
        let mut demands = self.collect_within(silent, &Demands::default());
        for _ in 0..=self.subject.world.policy.items().len() {
            if demands.asked.values().all(|asked| asked.bounds.is_empty()) {
                break;
            }
            let next = self.collect_within(silent, &demands);
            let bounds = |of: &Demands<'w>| -> BTreeMap<ItemId, BTreeSet<VersionBound>> {
                of.asked.iter().map(|(item, asked)| (*item, asked.bounds.clone())).collect()
            };
            let settled = bounds(&next) == bounds(&demands);
            demands = next;
            if settled {
                break;
            }
        }
        self.find_conflicts(&mut demands);
        demands
    }

    /// Collects, on the word of `known` as to which versions are asked for.
    fn collect_within(&self, silent: &FxHashSet<ItemId>, known: &Demands<'_>) -> Demands<'w> {
        let mut demands = Demands::default();
        let mut open: Vec<ItemId> =
            self.settled.keys().copied().filter(|item| self.is_root(*item)).collect();
        open.sort();
        while let Some(item) = open.pop() {
            if silent.contains(&item) || demands.active.contains_key(&item) {
                continue;
            }
            let policy: &'w Policy = self.subject.world.policy;
            let rules = policy.rules().of(item);
            let bounds = known.bounds(item);
            let held: Vec<&'w RuleEntry> = rules
                .iter()
                .filter(|rule| self.cases.is_chosen(item, rule.level, &bounds) && self.holds(rule))
                .collect();
            let task = self.configuration(item);
            let asks = !held.is_empty() || task.is_some();
            let fails = asks
                && (held.iter().any(|rule| matches!(rule.demand, Demand::Fail(_)))
                    || self.cases.fails(item, bounds));
            for rule in &held {
                self.record(item, rule, fails, &mut demands, &mut open);
            }
            open.extend(task.filter(|_| !fails));
            demands.active.insert(item, held);
        }
        demands
    }

    /// Records what a rule asks; that of a dependant which fails counts for conflicts alone.
    fn record(
        &self,
        by: ItemId,
        rule: &RuleEntry,
        fails: bool,
        demands: &mut Demands<'w>,
        open: &mut Vec<ItemId>,
    ) {
        let place = Place { path: rule.path.clone(), line: rule.line };
        match &rule.demand {
            Demand::Present(items, version) => {
                for item in items.iter().filter(|item| !self.is_positional(by, **item)) {
                    let asked = demands.asked.entry(*item).or_default();
                    asked.present.push(place.clone());
                    asked.bounds.extend(version.clone());
                    if !fails && self.can_be_pulled(*item) {
                        open.push(*item);
                    }
                }
            }
            Demand::Absent(items) => {
                for item in items {
                    let asked = demands.asked.entry(*item).or_default();
                    asked.absent.push(place.clone());
                    asked.leaves |= !fails;
                }
            }
            Demand::Fail(_) => {}
        }
    }

    fn find_conflicts(&self, demands: &mut Demands<'_>) {
        for (item, asked) in &demands.asked {
            let own = |wanted: bool| match self.settled.get(item) {
                Some(Settled::Winner(id)) => {
                    let winner = self.subject.world.policy.deployment(*id);
                    let takes_part = match winner.wish {
                        Wish::Installed(_) => wanted,
                        Wish::Absent => !wanted,
                        _ => false,
                    };
                    takes_part.then(|| Place { path: winner.path.clone(), line: winner.line })
                }
                _ => None,
            };
            let stands_aside = self.wish(*item) == Some(&Wish::Ignored) || self.is_mandatory(*item);
            if self.is_unsettled(*item) || stands_aside {
                continue;
            }
            let present: Vec<Place> = asked.present.iter().cloned().chain(own(true)).collect();
            let absent: Vec<Place> = asked.absent.iter().cloned().chain(own(false)).collect();
            if !present.is_empty() && !absent.is_empty() {
                let mut places: Vec<Place> = present.into_iter().chain(absent).collect();
                places.sort();
                places.dedup();
                demands.conflicts.insert(*item, places);
            }
        }
    }
}
