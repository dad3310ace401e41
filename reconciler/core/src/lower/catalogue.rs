//! Looks up in a policy what lowering one item on one computer needs.

use ordain_schema::document::{Body, VersionWish};

use crate::fleet::Subject;
use crate::item::Act;
use crate::lower::parameters::secret_file;
use crate::lower::reboot::Rebooting;
use crate::lower::{
    Demand, NotExecutable, Parameters, Place, SoftwareInput, TaskInput, TaskMode, software_check,
    software_step, task_check, task_step,
};
use crate::order::{Check, File, Restarts, Step};
use crate::parameter::Recipient;
use crate::policy::{ItemId, Kind, Policy, Wish};
use crate::resolve::{Request, TakingIn};
use crate::session::PlannedRow;

/// Finds something by a text.
type ByText<'a, T> = Box<dyn Fn(&str) -> Option<T> + 'a>;

/// Files of a policy by their paths, and secrets by their names.
pub(super) struct Lookup<'a> {
    blob: ByText<'a, String>,
    secret: ByText<'a, File>,
}

impl<'a> Lookup<'a> {
    /// As a computer's tenant sees them.
    pub(super) fn new(subject: &'a Subject<'a>) -> Self {
        let (policy, tenant) = (subject.world.policy, subject.tenant.id);
        let blob = |path: &str| policy.blob(path).map(ToOwned::to_owned);
        let secret = move |name: &str| secret_file(policy, tenant, name, &blob);
        Self { blob: Box::new(blob), secret: Box::new(secret) }
    }
}

/// A policy's documents, seen from one computer.
pub(super) struct Catalogue<'a> {
    pub(super) policy: &'a Policy,
    subject: &'a Subject<'a>,
    taking: Option<&'a TakingIn>,
    place: Place<'a>,
    /// The restarts around the execution.
    pub(super) restarts: Restarts,
}

impl<'a> Catalogue<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        request: &'a Request,
        lookup: &'a Lookup<'a>,
    ) -> Self {
        let policy = subject.world.policy;
        let defaults = policy.repository().map(|all| &all.defaults);
        let attempts = defaults.and_then(|defaults| defaults.attempts);
        let tenant = subject.tenant.id.and_then(|id| policy.tenant(id));
        let reboot = Rebooting::new(subject, request);
        let place = Place {
            tenant: &subject.facts.tenant,
            slug: tenant.and_then(|tenant| tenant.slug.as_deref()).map(String::as_str),
            computer: &subject.facts.name,
            person: subject.person.as_ref().map(|person| person.upn.as_str()),
            reboot: reboot.mode(),
            restart: reboot.within(),
            restarts_barred: reboot.is_barred(),
            os: subject.facts.os.as_ref(),
            attempts: attempts.unwrap_or(1),
            blob: &*lookup.blob,
            secret: &*lookup.secret,
            recipient: policy.recipient(&subject.facts.tenant),
        };
        let taking = request.is_onboarding().then_some(&request.taking);
        Self { policy, subject, taking, place, restarts: reboot.around() }
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
            return self.software(recipient, Demand::Known, |input| software_check(input, last));
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
            let removes = row.action == Act::Uninstall;
            let demand = if removes { Demand::Known } else { Demand::Given };
            return self.software(recipient, demand, |input| software_step(input, row));
        }
        self.task(recipient, |input| task_step(input, row, gated))
    }

    fn software<T>(
        &self,
        recipient: Recipient,
        demand: Demand,
        lower: impl FnOnce(&SoftwareInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let item = recipient.item;
        let software = self.policy.software(item).ok_or(NotExecutable::Missing("document"))?;
        let parameters =
            Parameters::new(self.subject, recipient, demand, self.taking, self.place.blob)?;
        let winner = recipient.winner.map(|id| self.policy.deployment(id));
        let wish = match winner.map(|winner| &winner.wish) {
            Some(Wish::Installed(wish)) => Some(wish),
            Some(Wish::UpdateIfFound) => Some(&VersionWish::Latest),
            Some(Wish::Absent | Wish::Ignored | Wish::Enforce | Wish::Audit | Wish::Monitor)
            | None => None,
        };
        let licensed = recipient.winner.and_then(|id| self.policy.deployment(id).licence_document);
        let licensed = licensed.and_then(|id| match &self.policy.document(id).body {
            Body::Licence(licence) => Some(&**licence),
            _ => None,
        });
        let store = |name: &str| self.store(item, name);
        lower(&SoftwareInput {
            place: &self.place,
            item: &self.policy.items().entry(item).item,
            path: self.path(item),
            software,
            parameters: &parameters,
            wish,
            licensed,
            store: &store,
        })
    }

    /// Where the files of a store are that a software names.
    fn store(&self, item: ItemId, name: &str) -> Result<String, NotExecutable> {
        let fault = |why| NotExecutable::Store(name.to_owned(), why);
        let (policy, names) = (self.policy, self.policy.names());
        let document = policy.document(policy.items().entry(item).document);
        let scope = policy.tenants().of_scope(&document.scope);
        let found = names.lookup(policy.tenants(), Kind::Integration, scope, name).found();
        let found = found.map(|id| &policy.document(id).body);
        let Some(Body::Integration(integration)) = found else {
            return Err(fault("is not there"));
        };
        if integration.disabled {
            return Err(fault("is disabled"));
        }
        if integration.kind.value != "http" {
            return Err(fault("is of a type that files are not fetched from yet"));
        }
        let url = integration.settings.get("url").and_then(|url| url.as_str());
        url.map(ToOwned::to_owned).ok_or_else(|| fault("has no `url` among its settings"))
    }

    fn task<T>(
        &self,
        recipient: Recipient,
        lower: impl FnOnce(&TaskInput<'_>) -> Result<T, NotExecutable>,
    ) -> Result<T, NotExecutable> {
        let item = recipient.item;
        let task = self.policy.task(item).ok_or(NotExecutable::Missing("document"))?;
        let wish = recipient.winner.map(|id| &self.policy.deployment(id).wish);
        let undone = wish == Some(&Wish::Absent);
        let demand = if undone { Demand::Given } else { Demand::Required };
        let parameters =
            Parameters::new(self.subject, recipient, demand, self.taking, self.place.blob)?;
        lower(&TaskInput {
            place: &self.place,
            item: &self.policy.items().entry(item).item,
            path: self.path(item),
            task,
            parameters: &parameters,
            undone,
        })
    }

    /// The path of a task that runs one at a time in the whole installation.
    pub(super) fn serial(&self, item: ItemId) -> Option<&str> {
        self.policy.task(item).filter(|task| task.serial).map(|_| self.path(item))
    }

    fn path(&self, item: ItemId) -> &str {
        &self.policy.document(self.policy.items().entry(item).document).path
    }
}
