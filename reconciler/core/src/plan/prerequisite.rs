//! What prerequisites make of their dependants, and what these bring along.
//!
//! Failures travel from prerequisites to dependants; dependants that do not
//! fail pull in what they need. Where an item stands is [`super::evaluate`]'s.

use ordain_schema::document::VersionBound;
use rustc_hash::FxHashSet;

use super::applies::{Applies, applies};
use super::evaluate::{Evaluator, will_be_there};
use super::standing::Standing;
use super::wish::{Detected, allows};
use crate::item::Reason;
use crate::parameter::Recipient;
use crate::policy::{Demand, Entity, ItemId, RuleEntry};
use crate::version;

/// Items that living dependants need there, and gone.
#[derive(Default)]
pub(super) struct Pulled {
    /// Active items that do not fail.
    pub(super) alive: FxHashSet<ItemId>,
    /// Needed there.
    pub(super) present: FxHashSet<ItemId>,
    /// Needed gone.
    pub(super) absent: FxHashSet<ItemId>,
}

/// What a rule asks of a software.
#[derive(Clone, Copy)]
enum Presence<'a> {
    /// It must be there, in a version that this allows.
    In(Option<&'a VersionBound>),
    /// It must not be there.
    Absent,
}

impl<'w> Evaluator<'_, 'w> {
    /// What an item's prerequisites make of it, where they leave nothing good.
    pub(super) fn prerequisites(&mut self, item: ItemId) -> Option<Standing> {
        let rules: Vec<&'w RuleEntry> = self.rules(item).to_vec();
        let mut worst = None;
        for rule in rules {
            let (items, wanted) = match &rule.demand {
                Demand::Fail(message) => {
                    let message = Some(message.clone());
                    return Some(Standing::Fails(Reason::PrerequisiteFailed, message));
                }
                Demand::Present(items, version) => (items, Presence::In(version.as_ref())),
                Demand::Absent(items) => (items, Presence::Absent),
            };
            for other in items {
                match self.met(item, *other, wanted) {
                    None => {}
                    Some(Reason::PrerequisiteFailed) => {
                        return Some(Standing::Fails(Reason::PrerequisiteFailed, None));
                    }
                    Some(Reason::Unknown) => worst = worst.or(Some(Standing::Unknown)),
                    Some(Reason::Unattested) => worst = worst.or(Some(Standing::Unattested)),
                    Some(reason) => worst = Some(Standing::Fails(reason, None)),
                }
            }
        }
        worst
    }

    /// What stands against a prerequisite of an item, if anything.
    fn met(&mut self, by: ItemId, item: ItemId, wanted: Presence<'_>) -> Option<Reason> {
        let present = matches!(wanted, Presence::In(_));
        if self.ground.is_overruled(item, present, self.demands) {
            return Some(Reason::PrerequisiteFailed);
        }
        let standing = self.standing(item);
        if self.is_behind(by, item) && will_be_there(&standing) {
            // A configuration task stands behind its software.
            return None;
        }
        let as_it_is = self.fits(item, self.detected(item), wanted);
        match standing {
            Standing::Conflict | Standing::Fails(..) => Some(Reason::PrerequisiteFailed),
            Standing::Ignored if !as_it_is => Some(Reason::PrerequisiteIgnored),
            Standing::NotApplicable if !as_it_is => Some(Reason::PrerequisiteFailed),
            Standing::Unknown if !as_it_is => Some(Reason::Unknown),
            Standing::Unattested if !as_it_is => Some(Reason::Unattested),
            Standing::Settled(_) if matches!(wanted, Presence::In(Some(_))) && !as_it_is => {
                Some(Reason::PrerequisiteFailed)
            }
            Standing::Change(changes) if matches!(wanted, Presence::In(Some(_))) => {
                let to = changes.last().and_then(|change| change.to.clone());
                let comes = to.as_deref().map_or(Detected::Missing, Detected::Version);
                (!self.fits(item, comes, wanted)).then_some(Reason::PrerequisiteFailed)
            }
            _ => None,
        }
    }

    /// Whether what there is of a software will do for a prerequisite.
    fn fits(&self, item: ItemId, there: Detected<'_>, wanted: Presence<'_>) -> bool {
        match (there, wanted) {
            (Detected::Version(_), Presence::In(None)) => true,
            (Detected::Version(version), Presence::In(Some(bound))) => {
                let software = self.policy().software(item);
                software.is_some_and(|software| {
                    let scheme = version::resolve(software.version_scheme, &software.detect);
                    allows(scheme, bound, version)
                })
            }
            (Detected::Missing | Detected::Unknown, Presence::In(_)) => false,
            (there, Presence::Absent) => !matches!(there, Detected::Version(_)),
        }
    }

    /// Whether a task configures a software.
    fn is_behind(&self, task: ItemId, software: ItemId) -> bool {
        self.policy().rules().configuration(software) == Some(task)
    }

    /// What dependants that do not fail need, beginning with items that have a winner.
    pub(super) fn pull(&mut self, own: &[ItemId]) -> Pulled {
        let mut pulled = Pulled::default();
        let mut open: Vec<ItemId> = own.to_vec();
        while let Some(item) = open.pop() {
            if !self.demands.active.contains_key(&item) || pulled.alive.contains(&item) {
                continue;
            }
            let waits = self.waits_to_be_found(item) && !pulled.present.contains(&item);
            if waits || !self.lives(item) {
                continue;
            }
            pulled.alive.insert(item);
            for rule in self.rules(item) {
                match &rule.demand {
                    Demand::Present(items, _) => {
                        let others = items.iter().filter(|other| !self.is_behind(item, **other));
                        pulled.present.extend(others.clone());
                        open.extend(others);
                    }
                    Demand::Absent(items) => pulled.absent.extend(items),
                    Demand::Fail(_) => {}
                }
            }
            if let Some(task) = self.policy().rules().configuration(item)
                && will_be_there(&self.standing(item))
            {
                open.push(task);
            }
        }
        pulled
    }

    /// Whether an active item does not fail, so that what it needs is brought along.
    fn lives(&mut self, item: ItemId) -> bool {
        if self.policy().items().entry(item).entity == Entity::Software {
            return matches!(self.standing(item), Standing::Settled(_) | Standing::Change(_));
        }
        // A task whose test has no answer yet needs what it needs all the same.
        let pairs = self.policy().rules().configurations();
        let behind = pairs
            .filter(|(software, task)| *task == item && self.demands.active.contains_key(software));
        let first = behind.min_by_key(|(software, _)| self.policy().items().position(*software));
        let configures = first.map(|(software, _)| (software, self.winner(software)));
        let recipient = Recipient { item, winner: self.winner(item), configures };
        applies(self.ground.subject, item) == Applies::Yes
            && !self.in_conflict(item)
            && self.cases.missing(recipient).is_none()
            && !matches!(self.prerequisites(item), Some(Standing::Fails(..)))
    }
}
