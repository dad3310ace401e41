//! The parameters of one item on one computer, and how scripts receive them:
//! as environment variables and as one JSON object, never spliced into text.

use std::sync::Arc;

use ordain_schema::document::{Generate, Override};
use serde_json::{Map, Value};

use crate::fleet::Subject;
use crate::lower::NotExecutable;
use crate::parameter::{
    Giver, MissingValue, OnComputer, Recipient, declared, missing, secrets, settle_on,
};
use crate::policy::Policy;
use crate::resolve::{Missing, TakingIn};

/// Values by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(Map<String, Value>);

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
    /// The values that hold for an item on a computer.
    ///
    /// # Errors
    /// A value that is missing, not known yet, or that no script may be given.
    /// `taking` is there in onboarding sessions.
    pub fn new(
        subject: &Subject<'_>,
        recipient: Recipient,
        demand: Demand,
        taking: Option<&TakingIn>,
    ) -> Result<Self, NotExecutable> {
        let (policy, tenant) = (subject.world.policy, subject.tenant.id);
        if demand == Demand::Required
            && let Some(MissingValue { parameter, secret: None }) =
                missing(policy, tenant, recipient)
        {
            return Err(NotExecutable::Parameter(parameter.to_string()));
        }
        let mut values = Map::new();
        for (name, one) in settle_on(policy, tenant, recipient, subject.values()) {
            let given = given(policy, recipient, demand, taking, name)?;
            let known = match given.as_ref().map_or(&one.value, |value| value) {
                Ok(value) => value.clone(),
                Err(_) if demand == Demand::Known => continue,
                Err(missing) => return Err(NotExecutable::Undecided(missing.fact.clone())),
            };
            if !secrets(&known).is_empty() || generated(policy, name, &one).is_some() {
                return Err(NotExecutable::Secret(name.to_owned()));
            }
            if text(&known).contains('\0') {
                return Err(NotExecutable::Nul(name.to_owned()));
            }
            values.insert(name.to_owned(), known);
        }
        Ok(Self(values))
    }

    /// These values, for a task that stands alone.
    pub fn alone(values: Map<String, Value>) -> Self {
        Self(values)
    }

    /// One value.
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// `ORDAIN_PARAM_<NAME>`, upper case with dashes as underscores.
    pub(super) fn environment(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(name, value)| (variable(name), text(value)))
    }

    /// One value as scripts receive it; none where it has none.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.0.get(name).map(text)
    }

    /// One object; none where there is no parameter.
    pub(super) fn input(&self) -> Option<Arc<str>> {
        if self.0.is_empty() {
            return None;
        }
        serde_json::to_string(&self.0).ok().map(Into::into)
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

/// How a value is made where it is the computer's own.
fn generated(policy: &Policy, name: &str, one: &OnComputer<'_>) -> Option<Generate> {
    let Giver::Default(declaration) = one.given.giver else { return None };
    declared(policy.document(declaration)).get(name)?.generate()
}

fn variable(name: &str) -> String {
    let letter = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    let name: String = name.chars().map(letter).collect();
    format!("ORDAIN_PARAM_{name}")
}

/// Texts as they are, everything else as JSON.
fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
