//! Looks up in a policy what lowering one item on one computer needs.

use std::collections::BTreeMap;

use ordain_schema::document::{GivenParameter, Parameter, VersionWish};

use crate::fleet::Subject;
use crate::lower::{
    NotExecutable, Parameters, Place, SoftwareInput, TaskInput, TaskMode, software_check,
    software_step, task_check, task_step,
};
use crate::order::{Check, Step};
use crate::policy::{DeploymentId, ItemId, Policy, Wish};
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

    /// How to find out about an item, with the parameters of a deployment.
    pub(super) fn check(
        &self,
        item: ItemId,
        deployment: Option<DeploymentId>,
        mode: TaskMode,
    ) -> Result<Check, NotExecutable> {
        if self.policy.software(item).is_some() {
            let name = self.policy.items().entry(item).item.name();
            let known = self.subject.facts.software.as_ref();
            let last = known.and_then(|all| all.get(name)).map(String::as_str);
            return self.software(item, deployment, |input| software_check(input, last));
        }
        self.task(item, deployment, |input| task_check(input, mode))
    }

    /// One action of a plan.
    pub(super) fn step(
        &self,
        item: ItemId,
        deployment: Option<DeploymentId>,
        row: &PlannedRow,
        gated: bool,
    ) -> Result<Step, NotExecutable> {
        if self.policy.software(item).is_some() {
            return self.software(item, deployment, |input| software_step(input, row));
        }
        self.task(item, deployment, |input| task_step(input, row, gated))
    }

    fn software<T>(
        &self,
        item: ItemId,
        deployment: Option<DeploymentId>,
        lower: impl FnOnce(&SoftwareInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let software = self.policy.software(item).ok_or(NotExecutable::Missing("document"))?;
        let task = self.policy.rules().configuration(item);
        let declared = task.and_then(|task| self.policy.task(task)).map(|task| &task.parameters);
        let parameters = Parameters::new(declared, self.given(deployment))?;
        let own = deployment.map(|id| self.policy.deployment(id));
        let wish = own.filter(|own| own.item == Some(item)).map(|own| &own.wish);
        let wish = match wish {
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
        item: ItemId,
        deployment: Option<DeploymentId>,
        lower: impl FnOnce(&TaskInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let task = self.policy.task(item).ok_or(NotExecutable::Missing("document"))?;
        let declared: &BTreeMap<String, Parameter> = &task.parameters;
        let parameters = Parameters::new(Some(declared), self.given(deployment))?;
        let parameters = parameters.complete(declared)?;
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

    fn given(&self, id: Option<DeploymentId>) -> Option<&'a BTreeMap<String, GivenParameter>> {
        let policy = self.subject.world.policy;
        Some(&policy.says(policy.deployment(id?)).parameters)
    }
}
