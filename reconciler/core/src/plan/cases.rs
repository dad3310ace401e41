//! The software of one computer, as the state table sees it.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::memo::{Answer, Asked, Memo};
use super::wish::{Outcome, platform};
use crate::fleet::Subject;
use crate::policy::{ItemId, Policy};
use crate::resolve::Settled;

/// The software of a computer, with what its winners add.
pub(super) struct Cases<'a, 'w> {
    pub(super) subject: &'a Subject<'w>,
    pub(super) settled: &'a FxHashMap<ItemId, Settled>,
    pub(super) memo: &'a Memo<'w>,
}

impl<'w> Cases<'_, 'w> {
    /// What comes of a need.
    pub(super) fn answer(&self, item: ItemId, need: Asked) -> Rc<Answer> {
        let policy: &'w Policy = self.subject.world.policy;
        let licence = match self.settled.get(&item) {
            Some(Settled::Winner(id)) => policy.deployment(*id).licence_document,
            _ => None,
        };
        self.memo.answer(self.subject, item, licence, need)
    }

    /// Whether the state table alone says that a software fails where it is asked for.
    pub(super) fn fails(&self, item: ItemId) -> bool {
        let asked = match self.settled.get(&item) {
            Some(Settled::Winner(id)) => Asked::Winner(*id),
            _ => Asked::Present,
        };
        matches!(self.answer(item, asked).outcome, Outcome::Fails(_))
    }

    /// Whether a software is for this computer; a fact where that is not known.
    pub(super) fn is_applicable(&self, item: ItemId) -> Result<bool, &'static str> {
        let software = self.subject.world.policy.software(item);
        platform(software.and_then(|software| software.platforms.as_deref()), self.subject)
    }
}
