//! The software of one computer, as the state table sees it.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::applies::{Applies, applies};
use super::memo::{Answer, Asked, Memo};
use super::wish::Outcome;
use crate::fleet::Subject;
use crate::parameter::Recipient;
use crate::policy::{DeploymentId, ItemId};
use crate::resolve::Settled;

/// The software of a computer, with what its winners add.
pub(super) struct Cases<'a, 'w> {
    pub(super) subject: &'a Subject<'w>,
    pub(super) settled: &'a FxHashMap<ItemId, Settled>,
    pub(super) memo: &'a Memo<'w>,
}

impl Cases<'_, '_> {
    /// What comes of a need.
    pub(super) fn answer(&self, item: ItemId, need: Asked) -> Rc<Answer> {
        self.memo.answer(self.subject, item, self.winner(item), need)
    }

    /// An item's winner.
    pub(super) fn winner(&self, item: ItemId) -> Option<DeploymentId> {
        match self.settled.get(&item)? {
            Settled::Winner(id) => Some(*id),
            Settled::Conflict(..) => None,
        }
    }

    /// What an item's own parameters lack here, for people.
    pub(super) fn missing(&self, recipient: Recipient) -> Option<Arc<str>> {
        self.memo.missing(self.subject.world.policy, self.subject.tenant.id, recipient)
    }

    /// Whether the state table alone says that a software fails where it is asked for.
    pub(super) fn fails(&self, item: ItemId) -> bool {
        let asked = match self.settled.get(&item) {
            Some(Settled::Winner(id)) => Asked::Winner(*id),
            _ => Asked::Present,
        };
        matches!(self.answer(item, asked).outcome, Outcome::Fails(_))
    }

    /// Whether an item is known not to be for this computer.
    pub(super) fn is_not_applicable(&self, item: ItemId) -> bool {
        applies(self.subject, item) == Applies::No
    }
}
