//! Items that no prerequisite and no configuration bears on: most of them.
//!
//! Their winner and the state table say everything; what they need of others,
//! and others of them, never has to be asked.

use super::memo::{Asked, Memo};
use super::standing::{Listed, Standing, of_answer};
use super::task;
use super::wish::detected;
use crate::fleet::Subject;
use crate::parameter::Recipient;
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
        let from = match entry.entity {
            Entity::Software => detected(subject, entry.item.name()).version(),
            Entity::Task => None,
        };
        let recipient = Recipient::new(item, None);
        return (Listed { standing: Standing::of_none(settled), recipient, from }, None);
    };
    let wish = &policy.deployment(*winner).wish;
    let recipient = Recipient::new(item, Some(*winner));
    let lacks = || memo.missing(policy, subject.tenant.id, recipient);
    let (standing, from, missing) = match entry.entity {
        _ if *wish == Wish::Ignored => (Standing::Ignored, None, None),
        Entity::Task => {
            let (standing, missing) = task::standing(subject, item, Some(wish), lacks(), || {
                memo.undecided(subject, recipient)
            });
            (standing, None, missing)
        }
        Entity::Software => {
            let known = memo.answer(subject, item, Some(*winner), &Asked::Winner(*winner));
            let (standing, missing) = of_answer(&known, entry.item.name());
            (standing.with_message(lacks), known.from.clone(), missing)
        }
    };
    (Listed { standing, recipient, from }, missing)
}
