//! The software of one computer, as the state table sees it.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::applies::{Applies, applies};
use super::memo::{Answer, Asked, Bounds, Memo};
use super::versions::fitting;
use super::wish::{Detected, Outcome, detected};
use crate::fleet::Subject;
use crate::parameter::Recipient;
use crate::policy::{DeploymentId, ItemId, Level, Wish};
use crate::resolve::{Missing, Settled};
use crate::version;

/// The software of a computer, with what its winners add.
pub(super) struct Cases<'a, 'w> {
    pub(super) subject: &'a Subject<'w>,
    pub(super) settled: &'a FxHashMap<ItemId, Settled>,
    pub(super) memo: &'a Memo<'w>,
}

impl Cases<'_, '_> {
    /// What comes of a need.
    pub(super) fn answer(&self, item: ItemId, need: &Asked) -> Rc<Answer> {
        self.memo.answer(self.subject, item, self.winner(item), need)
    }

    /// An item's winner.
    pub(super) fn winner(&self, item: ItemId) -> Option<DeploymentId> {
        self.settled.get(&item)?.winner()
    }

    /// What an item's own parameters lack here, for people.
    pub(super) fn missing(&self, recipient: Recipient) -> Option<Arc<str>> {
        self.memo.missing(self.subject.world.policy, self.subject.tenant.id, recipient)
    }

    /// What the computed values of an item wait for here.
    pub(super) fn undecided(&self, recipient: Recipient) -> Option<Missing> {
        self.memo.undecided(self.subject, recipient)
    }

    /// What a software is asked for where it is needed in these versions.
    fn needed(&self, item: ItemId, bounds: Bounds) -> Asked {
        let policy = self.subject.world.policy;
        let Some(winner) = self.winner(item) else { return Asked::Present(bounds) };
        let name = policy.items().entry(item).item.name();
        let lacks = policy.deployment(winner).wish == Wish::UpdateIfFound
            && detected(self.subject, name) == Detected::Missing;
        if lacks { Asked::Present(bounds) } else { Asked::Winner(winner) }
    }

    /// Whether the state table alone says that a software fails where it is
    /// asked for; of a task it says nothing.
    pub(super) fn fails(&self, item: ItemId, bounds: Bounds) -> bool {
        let is_software = self.subject.world.policy.software(item).is_some();
        is_software
            && matches!(self.answer(item, &self.needed(item, bounds)).outcome, Outcome::Fails(_))
    }

    /// Whether a rule of an item stands for the version that is chosen: the one
    /// it is brought to, else the one that is there.
    pub(super) fn is_chosen(&self, item: ItemId, level: Level, bounds: &Bounds) -> bool {
        let (index, artifact) = match level {
            Level::Item => return true,
            Level::Version(index) => (index, None),
            Level::Artifact(index, artifact) => (index, Some(artifact)),
        };
        let Some(software) = self.subject.world.policy.software(item) else { return false };
        let entry = &software.versions[index];
        let scheme = version::resolve(software.version_scheme, &software.detect);
        let is_entry = |other: &str| version::compare(scheme, &entry.version, other).is_eq();
        let answer = self.answer(item, &self.needed(item, bounds.clone()));
        let chosen = match &answer.outcome {
            Outcome::Change(changes) => {
                changes.iter().filter_map(|change| change.to.as_deref()).any(is_entry)
            }
            _ => answer.from.as_deref().is_some_and(is_entry),
        };
        let fits = |number: usize| {
            let all = fitting(&entry.artifacts, self.subject.facts.os.as_ref());
            all.iter().any(|one| std::ptr::eq(*one, std::ptr::from_ref(&entry.artifacts[number])))
        };
        chosen && artifact.is_none_or(fits)
    }

    /// Whether an item is known not to be for this computer.
    pub(super) fn is_not_applicable(&self, item: ItemId) -> bool {
        applies(self.subject, item) == Applies::No
    }
}
