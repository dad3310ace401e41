//! Items that no prerequisite and no configuration bears on: most of them.
//!
//! Their winner and the state table say everything; what they need of others,
//! and others of them, never has to be asked.

use super::memo::{Asked, Memo};
use super::standing::{Listed, Standing, of_answer};
use super::task;
use super::wish::{Detected, detected};
use crate::fleet::Subject;
use crate::policy::{Entity, ItemId, Wish};
use crate::resolve::{Missing, Settled};

/// Where such an item stands, and what could not be known.
pub(super) fn list<'w>(
    subject: &Subject<'w>,
    item: ItemId,
    settled: &Settled,
    memo: &Memo<'w>,
) -> (Listed, Option<Missing>) {
    let policy = subject.world.policy;
    let entry = policy.items().entry(item);
    let Settled::Winner(winner) = settled else {
        let from = match (entry.entity, detected(subject, entry.item.name())) {
            (Entity::Software, Detected::Version(version)) => Some(version.into()),
            _ => None,
        };
        return (Listed { standing: Standing::Conflict, winner: None, from }, None);
    };
    let deployment = policy.deployment(*winner);
    let (standing, from, missing) = match entry.entity {
        _ if deployment.wish == Wish::Ignored => (Standing::Ignored, None, None),
        Entity::Task => (task::standing(subject, policy, item, Some(&deployment.wish)), None, None),
        Entity::Software => {
            let asked = Asked::Winner(*winner);
            let known = memo.answer(subject, item, deployment.licence_document, asked);
            let (standing, missing) = of_answer(&known, entry.item.name());
            (standing, known.from.clone(), missing)
        }
    };
    (Listed { standing, winner: Some(*winner), from }, missing)
}
