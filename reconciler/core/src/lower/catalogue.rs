//! Looks up in a policy what lowering one item on one computer needs.

use ordain_schema::document::VersionWish;

use crate::fleet::Subject;
use crate::lower::{
    NotExecutable, Parameters, Place, SoftwareInput, TaskInput, TaskMode, software_check,
    software_step, task_check, task_step,
};
use crate::order::{Check, Step};
use crate::parameter::Recipient;
use crate::policy::{ItemId, Policy, Wish};
use crate::session::PlannedRow;

/// A policy's documents, seen from one computer.
pub(super) struct Catalogue<'a> {
    pub(super) policy: &'a Policy,
    subject: &'a Subject<'a>,
    place: Place<'a>,
}

impl<'a> Catalogue<'a> {
    /// `blob` answers with the object id of a file of the policy.
    pub(super) fn new(subject: &'a Subject<'a>, blob: &'a dyn Fn(&str) -> Option<String>) -> Self {
        let policy = subject.world.policy;
        let attempts = policy.repository().and_then(|all| all.defaults.attempts);
        let place = Place {
            tenant: &subject.facts.tenant,
            computer: &subject.facts.name,
            os: subject.facts.os.as_ref(),
            attempts: attempts.unwrap_or(1),
            blob,
        };
        Self { policy, subject, place }
    }

    /// How to find out about an item.
    pub(super) fn check(
        &self,
        recipient: Recipient,
        mode: TaskMode,
    ) -> Result<Check, NotExecutable> {
        let item = recipient.item;
        if self.policy.software(item).is_some() {
            let name = self.policy.items().entry(item).item.name();
            let known = self.subject.facts.software.as_ref();
            let last = known.and_then(|all| all.get(name));
            return self.software(recipient, |input| software_check(input, last));
        }
        self.task(recipient, |input| task_check(input, mode))
    }

    /// One action of a plan.
    pub(super) fn step(
        &self,
        recipient: Recipient,
        row: &PlannedRow,
        gated: bool,
    ) -> Result<Step, NotExecutable> {
        if self.policy.software(recipient.item).is_some() {
            return self.software(recipient, |input| software_step(input, row));
        }
        self.task(recipient, |input| task_step(input, row, gated))
    }

    fn software<T>(
        &self,
        recipient: Recipient,
        lower: impl FnOnce(&SoftwareInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let item = recipient.item;
        let software = self.policy.software(item).ok_or(NotExecutable::Missing("document"))?;
        let parameters = Parameters::new(self.policy, self.subject.tenant.id, recipient)?;
        let wish = match recipient.winner.map(|id| &self.policy.deployment(id).wish) {
            Some(Wish::Installed(wish)) => Some(wish),
            Some(Wish::UpdateIfFound) => Some(&VersionWish::Latest),
            Some(Wish::Absent | Wish::Ignored | Wish::Enforce | Wish::Audit | Wish::Monitor)
            | None => None,
        };
        lower(&SoftwareInput {
            place: &self.place,
            item: &self.policy.items().entry(item).item,
            path: self.path(item),
            software,
            parameters: &parameters,
            wish,
        })
    }

    fn task<T>(
        &self,
        recipient: Recipient,
        lower: impl FnOnce(&TaskInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let item = recipient.item;
        let task = self.policy.task(item).ok_or(NotExecutable::Missing("document"))?;
        let parameters = Parameters::complete(self.policy, self.subject.tenant.id, recipient)?;
        lower(&TaskInput {
            place: &self.place,
            item: &self.policy.items().entry(item).item,
            path: self.path(item),
            task,
            parameters: &parameters,
        })
    }

    fn path(&self, item: ItemId) -> &str {
        &self.policy.document(self.policy.items().entry(item).document).path
    }
}
