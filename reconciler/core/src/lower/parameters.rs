//! The parameters of one item on one computer, and how scripts receive them:
//! as environment variables and as one JSON object, never spliced into text.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_schema::document::Override;
use serde_json::{Map, Value};

use crate::fleet::Subject;
use crate::item::Item;
use crate::lower::NotExecutable;
use crate::order::{Dealing, File, Made};
use crate::parameter::{
    Giver, MissingValue, OnComputer, Recipient, declared, missing, secrets, settle_on, text,
    variable,
};
use crate::policy::{DocumentId, Policy, TenantId};
use crate::resolve::{Missing, TakingIn};

/// Values by name, and those that no order may hold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    /// A secret stands as `{secret: NAME}`.
    values: Map<String, Value>,
    /// The files of the secrets among the values, by name.
    secrets: BTreeMap<String, File>,
    /// What the computer makes itself; what is dealt with it is settled with each run.
    made: Vec<Made>,
}

/// What becomes of an item whose values are not all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// It only looks, or takes away: what is not known is left out.
    Known,
    /// It needs those that are given.
    Given,
    /// It needs those too that are required.
    Required,
}

impl Parameters {
    /// The values that hold for an item on a computer; `blob` answers with the
    /// object id of a file of the policy.
    ///
    /// # Errors
    /// A value that is missing or not known yet. `taking` is there in onboarding sessions.
    pub fn new(
        subject: &Subject<'_>,
        recipient: Recipient,
        demand: Demand,
        taking: Option<&TakingIn>,
        blob: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, NotExecutable> {
        let (policy, tenant) = (subject.world.policy, subject.tenant.id);
        if demand == Demand::Required
            && let Some(MissingValue { parameter, secret: None }) =
                missing(policy, tenant, recipient)
        {
            return Err(NotExecutable::Parameter(parameter.to_string()));
        }
        let mut all = Self::default();
        for (name, one) in settle_on(policy, tenant, recipient, subject.values()) {
            let given = given(policy, recipient, demand, taking, name)?;
            if given.is_none()
                && let Some(made) = made(policy, recipient, name, &one)
            {
                all.made.push(made);
                continue;
            }
            let known = match given.as_ref().map_or(&one.value, |value| value) {
                Ok(value) => value.clone(),
                Err(_) if demand == Demand::Known => continue,
                Err(missing) => return Err(NotExecutable::Undecided(missing.fact.clone())),
            };
            let mut files = Vec::new();
            for secret in secrets(&known) {
                files.push((secret.to_owned(), secret_file(policy, tenant, secret, blob)));
            }
            if demand == Demand::Known && files.iter().any(|(_, file)| file.is_none()) {
                continue;
            }
            for (secret, file) in files {
                let file = file.ok_or_else(|| NotExecutable::NoSecret(secret.clone()))?;
                all.secrets.insert(secret, file);
            }
            if text(&known).contains('\0') {
                return Err(NotExecutable::Nul(name.to_owned()));
            }
            all.values.insert(name.to_owned(), known);
        }
        Ok(all)
    }

    /// These values, for a task that stands alone.
    pub fn alone(values: Map<String, Value>) -> Self {
        Self { values, ..Self::default() }
    }

    /// One value.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name)
    }

    /// `ORDAIN_PARAM_<NAME>` of those that an order may hold.
    pub(super) fn environment(&self) -> impl Iterator<Item = (String, String)> {
        let open = self.values.iter().filter(|(_, value)| secrets(value).is_empty());
        open.map(|(name, value)| (variable(name), text(value)))
    }

    /// Whether an order may not hold the value of a parameter.
    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|value| !secrets(value).is_empty())
            || self.made.iter().any(|made| made.parameter == name)
    }

    /// One value as scripts receive it; none where it has none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.values.get(name).map(text)
    }

    /// The files of the secrets among the values, by name.
    pub(super) fn secrets(&self) -> &BTreeMap<String, File> {
        &self.secrets
    }

    /// What the computer makes itself.
    pub(super) fn made(&self) -> &[Made] {
        &self.made
    }

    /// One object, with `{"secret": NAME}` for each secret; none where there is no parameter.
    pub(super) fn input(&self) -> Option<Arc<str>> {
        if self.values.is_empty() && self.made.is_empty() {
            return None;
        }
        serde_json::to_string(&self.values).ok().map(Into::into)
    }
}

/// The value that whoever onboards the computer gives, where it is asked for.
fn given(
    policy: &Policy,
    recipient: Recipient,
    demand: Demand,
    taking: Option<&TakingIn>,
    name: &str,
) -> Result<Option<Result<Value, Missing>>, NotExecutable> {
    let Some(taking) = taking else { return Ok(None) };
    let inherited = recipient.configures.and_then(|(_, winner)| winner);
    let winner = recipient.winner.or(inherited);
    let over = winner.and_then(|id| policy.written_parameters(id).get(name)?.over);
    let value = taking.value(&policy.items().entry(recipient.item).item, name);
    match (over, value) {
        (Some(Override::Allow | Override::Require), Some(value)) => Ok(Some(Ok(value.clone()))),
        (Some(Override::No) | None, Some(_)) => Err(NotExecutable::NotAsked(name.to_owned())),
        (Some(Override::Require), None) if demand != Demand::Known => {
            Err(NotExecutable::Asked(name.to_owned()))
        }
        (_, None) => Ok(None),
    }
}

/// The file of a secret, as a tenant's computers get it.
pub(super) fn secret_file(
    policy: &Policy,
    tenant: Option<TenantId>,
    name: &str,
    blob: &dyn Fn(&str) -> Option<String>,
) -> Option<File> {
    let path = policy.secret_path(tenant, name)?;
    let blob = blob(&path)?;
    Some(File { path, blob })
}

/// How a value is made where it is the computer's own.
fn made(policy: &Policy, recipient: Recipient, name: &str, one: &OnComputer<'_>) -> Option<Made> {
    let Giver::Default(declaration) = one.given.giver else { return None };
    let generate = declared(policy.document(declaration)).get(name)?.generate()?;
    Some(Made {
        parameter: name.to_owned(),
        owner: owner(policy, recipient, declaration).to_string(),
        length: generate.length,
        rotate_seconds: generate.rotate.map(|rotate| rotate.0),
        dealing: Dealing::Give,
    })
}

/// The item that declares a parameter: the recipient, or what it configures,
/// or what configures it.
fn owner(policy: &Policy, recipient: Recipient, declaration: DocumentId) -> Item {
    let own = policy.items().entry(recipient.item);
    if own.document == declaration {
        return own.item.clone();
    }
    let software = recipient.configures.map(|(software, _)| policy.items().entry(software));
    match software.filter(|entry| entry.document == declaration) {
        Some(entry) => entry.item.clone(),
        None => Item::task(&policy.document(declaration).name.value),
    }
}
