//! Required parameters that nobody gives, and those that some tenants lack.
//!
//! What holds whatever the fleet is said here; where it depends on who is
//! reached, the plan fails the item with `missing-value`.

use ordain_schema::document::{Document, Parameter};
use ordain_schema::{Code, Diagnostic};
use serde_json::Value;

use super::parameters::called;
use super::review::Review;
use crate::parameter::{Giver, Recipient, declared, missing_one, secrets};
use crate::policy::{DeploymentEntry, DeploymentId, ItemId, Policy, Selector, TenantId, Wish};

/// Reports what deployments leave without a value.
pub(super) fn check(review: &mut Review<'_>) {
    let policy = review.policy;
    for (index, entry) in policy.deployments().iter().enumerate() {
        let needs_none = matches!(entry.wish, Wish::Absent | Wish::Ignored);
        let unknown = policy.is_faulty(entry, &["state"]);
        if let (Some(item), false) = (entry.item, needs_none || unknown) {
            let look = Look { policy, id: DeploymentId(index as u32), entry };
            look.report(review, item);
        }
    }
}

/// One deployment looked at.
struct Look<'a> {
    policy: &'a Policy,
    id: DeploymentId,
    entry: &'a DeploymentEntry,
}

/// How a parameter is without a value in a tenant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lack {
    /// Nobody gives it.
    Nothing,
    /// It is a secret that the tenant does not have.
    Secret,
}

impl Look<'_> {
    /// Looks at the item's own parameters and at those of its configuration task.
    fn report(&self, review: &mut Review<'_>, item: ItemId) {
        let own = Recipient::new(item, Some(self.id));
        let task = self.policy.rules().configuration(item).map(|task| Recipient {
            item: task,
            winner: None,
            configures: Some((item, Some(self.id))),
        });
        let mut said: Vec<&str> = Vec::new();
        for recipient in [Some(own), task].into_iter().flatten() {
            let by = self.policy.document(self.policy.items().entry(recipient.item).document);
            for (name, parameter) in declared(by) {
                let unknown = said.contains(&name.as_str()) || self.is_unknown(name);
                if !unknown && self.of_parameter(review, recipient, by, (name, parameter)) {
                    said.push(name);
                }
            }
        }
    }

    /// Whether the deployment may give it where it is at fault.
    fn is_unknown(&self, name: &str) -> bool {
        let written = self.policy.written_parameters(self.id);
        let null = written.get(name).is_some_and(|given| given.value.value.is_null());
        self.policy.is_faulty(self.entry, &["parameters"]) && (written.is_empty() || null)
    }

    /// Reports a parameter that some tenant in reach lacks; whether it did.
    fn of_parameter(
        &self,
        review: &mut Review<'_>,
        recipient: Recipient,
        by: &Document,
        (name, parameter): (&str, &Parameter),
    ) -> bool {
        if !self.may_be_missing(name, parameter) {
            return false;
        }
        let reached = self.reached();
        let lacks = |tenant: &TenantId| {
            Some((*tenant, self.lack(recipient, (name, parameter), *tenant, &reached)?))
        };
        let lacking: Vec<(TenantId, Lack)> = reached.iter().filter_map(lacks).collect();
        let nothing = lacking.iter().filter(|(_, lack)| *lack == Lack::Nothing).count();
        let unvalued = !lacking.iter().any(|(_, lack)| *lack == Lack::Secret)
            && self.is_unvalued(name, parameter);
        if unvalued && nothing == reached.len() {
            let message = format!("{} needs `{name}`, and nothing gives it", called(by));
            let hint = format!("add `{name}` to `parameters`, or to the `values` of tenants");
            self.push(review, Code::BadParameter, message, hint, |diagnostic| {
                diagnostic.related(&*by.path, by.span.line, "the declaration stands here")
            });
            return true;
        }
        let tenants: Vec<TenantId> = lacking
            .into_iter()
            .map(|(tenant, _)| tenant)
            .filter(|tenant| !self.has_other(recipient, *tenant))
            .collect();
        if tenants.is_empty() || !self.reaches_all() {
            return false;
        }
        self.missing_value(review, by, name, &tenants);
        true
    }

    fn missing_value(
        &self,
        review: &mut Review<'_>,
        by: &Document,
        name: &str,
        tenants: &[TenantId],
    ) {
        let ids = || tenants.iter().map(|id| &*self.policy.tenants().node(*id).id);
        let quoted: Vec<String> = ids().map(|id| format!("`{id}`")).collect();
        let word = if quoted.len() == 1 { "tenant" } else { "tenants" };
        let message = format!(
            "{} needs `{name}`, and it has no value for {word} {}",
            called(by),
            quoted.join(", ")
        );
        let hint = format!("add `{name}` to the `values` of each of them, or to `parameters`");
        self.push(review, Code::MissingValue, message, hint, |mut diagnostic| {
            for id in ids() {
                let file = format!("tenants/{id}/tenant.yaml");
                diagnostic = diagnostic.related(file, 1, format!("`{id}` gives no value"));
            }
            diagnostic
        });
    }

    fn push(
        &self,
        review: &mut Review<'_>,
        code: Code,
        message: String,
        hint: String,
        relate: impl FnOnce(Diagnostic) -> Diagnostic,
    ) {
        let diagnostic = Diagnostic::error(code, &*self.entry.path, self.entry.span, message);
        review.push(relate(diagnostic.hint(hint)));
    }

    /// Whether it can be without a value in any tenant: most are given where they are needed.
    fn may_be_missing(&self, name: &str, parameter: &Parameter) -> bool {
        self.is_unvalued(name, parameter)
            || self.written(name, parameter).any(|value| !secrets(value).is_empty())
    }

    /// Whether it needs a value that neither the deployment nor the declaration gives.
    fn is_unvalued(&self, name: &str, parameter: &Parameter) -> bool {
        parameter.required && self.written(name, parameter).next().is_none()
    }

    /// What the deployment and the declaration give.
    fn written<'p>(
        &'p self,
        name: &str,
        parameter: &'p Parameter,
    ) -> impl Iterator<Item = &'p Value> {
        let written = self.policy.written_parameters(self.id);
        let given = written.get(name).map(|given| &given.value.value);
        let default = parameter.default.as_ref().map(|default| &default.value);
        [given, default].into_iter().flatten().filter(|value| !value.is_null())
    }

    /// The tenants that the deployment may reach.
    fn reached(&self) -> Vec<TenantId> {
        let tenants = self.policy.tenants();
        let reaches = |id: &TenantId| match self.entry.scope {
            None if self.entry.precedence.mandatory => true,
            None => self.policy.tenant(*id).is_none_or(|tenant| tenant.cross_tenant),
            Some(own) => own == *id || (self.entry.propagate && tenants.covers(own, *id)),
        };
        tenants.iter().map(|(id, _)| id).filter(reaches).collect()
    }

    fn lack(
        &self,
        recipient: Recipient,
        (name, parameter): (&str, &Parameter),
        tenant: TenantId,
        reached: &[TenantId],
    ) -> Option<Lack> {
        // What a tenant's values say is unknown where they are at fault.
        let documents = self.policy.tenants().line(tenant);
        let documents = documents.filter_map(|id| self.policy.tenants().node(id).document);
        if documents.into_iter().any(|id| self.policy.document(id).is_faulty(&["values"])) {
            return None;
        }
        let gone = missing_one(self.policy, Some(tenant), recipient, name, parameter.required)?;
        let Some((secret, giver)) = gone.secret else { return Some(Lack::Nothing) };
        // A secret that nobody has is an unknown reference where it is written.
        let has = |id: &TenantId| self.policy.has_secret(Some(*id), &secret);
        let somebody = match giver {
            Giver::Deployment(_) => reached.iter().any(has),
            Giver::Tenant(_) | Giver::Default(_) => {
                self.policy.tenants().iter().any(|(id, _)| has(&id))
            }
        };
        somebody.then_some(Lack::Secret)
    }

    /// Whether another deployment of the item stands in a tenant's line.
    fn has_other(&self, recipient: Recipient, tenant: TenantId) -> bool {
        let items = [Some(recipient.item), recipient.configures.map(|(software, _)| software)];
        let counts = |scope: TenantId, id: &DeploymentId| {
            let other = self.policy.deployment(*id);
            let same = other.item.is_some() && items.contains(&other.item);
            *id != self.id && !other.disabled && same && (scope == tenant || other.propagate)
        };
        let mut line = self.policy.tenants().line(tenant);
        line.any(|scope| self.policy.ranking().of_tenant(scope).iter().any(|id| counts(scope, id)))
    }

    /// Whether every computer of the tenants is reached.
    fn reaches_all(&self) -> bool {
        let unknown = self.policy.is_faulty(self.entry, &["target", "propagate", "disabled"]);
        let target = &self.entry.target;
        let all = matches!(target.selector, Selector::All | Selector::AllTenants);
        let plain = target.only.is_none() && target.except.is_empty();
        all && plain && !self.entry.disabled && !unknown
    }
}
