//! The parameters of one item on one computer, and how scripts receive them:
//! as environment variables and as one JSON object, never spliced into text.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::lower::NotExecutable;
use crate::parameter::{MissingValue, Recipient, missing, secrets, settle};
use crate::policy::{Policy, TenantId};

/// Values by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(Map<String, Value>);

impl Parameters {
    /// The values that hold for an item in a tenant.
    pub fn new(
        policy: &Policy,
        tenant: Option<TenantId>,
        recipient: Recipient,
    ) -> Result<Self, NotExecutable> {
        let mut values = Map::new();
        for (name, given) in settle(policy, tenant, recipient) {
            if !secrets(given.value).is_empty() {
                return Err(NotExecutable::Secret(name.to_owned()));
            }
            if text(given.value).contains('\0') {
                return Err(NotExecutable::Nul(name.to_owned()));
            }
            values.insert(name.to_owned(), given.value.clone());
        }
        Ok(Self(values))
    }

    /// The same; fails where a required one has no value.
    pub fn complete(
        policy: &Policy,
        tenant: Option<TenantId>,
        recipient: Recipient,
    ) -> Result<Self, NotExecutable> {
        match missing(policy, tenant, recipient) {
            Some(MissingValue { parameter, secret: None }) => {
                Err(NotExecutable::Parameter(parameter.to_string()))
            }
            Some(_) | None => Self::new(policy, tenant, recipient),
        }
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
