//! What active items ask of others, and where that contradicts.
//!
//! Static, whatever is detected, except that full-form rules are judged on it:
//! a contradiction is one also while nothing needs doing.

use ordain_schema::document::Presence;
use rustc_hash::{FxHashMap, FxHashSet};

use super::row::Place;
use super::wish::{Detected, detected};
use crate::fleet::Subject;
use crate::policy::{ConditionEntry, Demand, ItemId, RuleEntry, Wish};
use crate::resolve::Settled;

/// What is asked of one item, and by which rules.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// It must be there.
    pub(super) present: Vec<Place>,
    /// It must not be there.
    pub(super) absent: Vec<Place>,
    /// Whether somebody who does not fail wants it gone.
    pub(super) leaves: bool,
}

/// What active items ask of others.
#[derive(Debug, Default)]
pub(super) struct Demands {
    /// Items whose prerequisites count.
    pub(super) active: FxHashSet<ItemId>,
    /// What is asked, by item.
    pub(super) asked: FxHashMap<ItemId, Asked>,
    /// Items whose prerequisites contradict, with everything that takes part.
    pub(super) conflicts: FxHashMap<ItemId, Vec<Place>>,
}

impl Demands {
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
    /// Whether an item is known not to be for this computer.
    pub(super) not_applicable: &'a dyn Fn(ItemId) -> bool,
    /// Whether an item fails for reasons of its own; such a dependant pulls nothing in.
    pub(super) fails: &'a dyn Fn(ItemId) -> bool,
}

impl<'w> Ground<'_, 'w> {
    /// The winner's wish.
    fn wish(&self, item: ItemId) -> Option<&Wish> {
        match self.settled.get(&item)? {
            Settled::Winner(id) => Some(&self.subject.world.policy.deployment(*id).wish),
            Settled::Conflict(..) => None,
        }
    }

    fn in_conflict(&self, item: ItemId) -> bool {
        matches!(self.settled.get(&item), Some(Settled::Conflict(..)))
    }

    /// Whether its winner is mandatory: it takes part in no conflict, and
    /// whoever contradicts it fails.
    fn is_mandatory(&self, item: ItemId) -> bool {
        matches!(self.settled.get(&item), Some(Settled::Winner(id))
            if self.subject.world.policy.deployment(*id).precedence.mandatory)
    }

    /// Whether a mandatory winner stands against what is asked of its item.
    pub(super) fn is_overruled(&self, item: ItemId, present: bool, demands: &Demands) -> bool {
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
            Some(Wish::Installed(_)) => true,
            Some(Wish::UpdateIfFound) => matches!(self.detected(item), Detected::Version(_)),
            _ => false,
        };
        wished && !(self.not_applicable)(item)
    }

    /// Whether an item that must be there becomes active by that.
    fn can_be_pulled(&self, item: ItemId) -> bool {
        let wished = match self.wish(item) {
            None => !self.in_conflict(item),
            Some(Wish::Installed(_) | Wish::UpdateIfFound) => true,
            Some(_) => false,
        };
        wished && !(self.not_applicable)(item)
    }

    /// Whether a rule holds on this computer.
    pub(super) fn holds(&self, rule: &RuleEntry) -> bool {
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
    pub(super) fn collect(&self) -> Demands {
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

    fn mutual(&self, seen: &[FxHashSet<ItemId>], mut demands: Demands) -> Demands {
        for silent in seen {
            for (item, places) in self.collect_without(silent).conflicts {
                demands.conflicts.entry(item).or_insert(places);
            }
        }
        demands.active.retain(|item| !demands.conflicts.contains_key(item));
        demands
    }

    fn silent(&self, demands: &Demands) -> FxHashSet<ItemId> {
        let leaving = demands.asked.iter().filter(|(item, asked)| {
            asked.leaves && !matches!(self.wish(**item), Some(Wish::Installed(_) | Wish::Ignored))
        });
        demands.conflicts.keys().chain(leaving.map(|(item, _)| item)).copied().collect()
    }

    fn collect_without(&self, silent: &FxHashSet<ItemId>) -> Demands {
        let mut demands = Demands::default();
        let mut open: Vec<ItemId> =
            self.settled.keys().copied().filter(|item| self.is_root(*item)).collect();
        open.sort();
        while let Some(item) = open.pop() {
            if silent.contains(&item) || !demands.active.insert(item) {
                continue;
            }
            let rules = self.subject.world.policy.rules().of(item);
            let held = || rules.iter().filter(|rule| self.holds(rule));
            let fails = !rules.is_empty()
                && (held().any(|rule| matches!(rule.demand, Demand::Fail(_)))
                    || (self.fails)(item));
            held().for_each(|rule| self.record(rule, fails, &mut demands, &mut open));
        }
        self.find_conflicts(&mut demands);
        demands
    }

    /// Records what a rule asks; that of a dependant which fails counts for conflicts alone.
    fn record(&self, rule: &RuleEntry, fails: bool, demands: &mut Demands, open: &mut Vec<ItemId>) {
        let place = Place { path: rule.path.clone(), line: rule.line };
        match &rule.demand {
            Demand::Present(items) => {
                for item in items {
                    demands.asked.entry(*item).or_default().present.push(place.clone());
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

    fn find_conflicts(&self, demands: &mut Demands) {
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
            if self.in_conflict(*item) || stands_aside {
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
