//! The counts of a plan without its rows: neither order nor words are needed.

use super::evaluate::Evaluation;
use super::row::Totals;
use super::standing::Standing;
use crate::item::Act;
use crate::policy::Policy;
use crate::resolve::{Request, Resolution, Settled};

impl Evaluation {
    /// Counts what stands in the plan, as its rows would be counted.
    pub(super) fn count(
        &self,
        policy: &Policy,
        resolution: &Resolution,
        request: &Request,
        totals: &mut Totals,
    ) {
        let free = self.free.iter().map(|(_, listed)| listed);
        for listed in self.listed.values().chain(free) {
            match &listed.standing {
                Standing::Change(changes) => {
                    changes.iter().for_each(|change| totals.add_one(change.act, false));
                }
                Standing::Fails(..) | Standing::Conflict => totals.add_one(Act::None, true),
                _ => totals.add_one(Act::None, false),
            }
        }
        let conflicts = resolution.items.iter().filter(|(item, decision)| {
            matches!(decision.settled, Settled::Conflict(..)) && self.lists(policy, *item, request)
        });
        let asked = self.conflicts.keys().filter(|item| self.lists(policy, **item, request));
        totals.conflicts += conflicts.count() + asked.count();
    }
}
