//! The parameters of one item on one computer, and how scripts receive them:
//! as environment variables and as one JSON object, never spliced into text.

use std::collections::BTreeMap;
use std::sync::Arc;

use ordain_schema::document::{GivenParameter, Parameter, ParameterType};
use serde_json::{Map, Value};

use crate::lower::NotExecutable;
use crate::parameter;

/// Values by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters(Map<String, Value>);

impl Parameters {
    /// The values that a deployment gives, and the declared defaults of those it does not.
    pub fn new(
        declared: Option<&BTreeMap<String, Parameter>>,
        given: Option<&BTreeMap<String, GivenParameter>>,
    ) -> Result<Self, NotExecutable> {
        let mut values = Map::new();
        for (name, parameter) in declared.into_iter().flatten() {
            let default = parameter.default.as_ref().map(|default| default.value.clone());
            values.extend(default.map(|default| (name.clone(), default)));
        }
        for (name, given) in given.into_iter().flatten() {
            values.insert(name.clone(), given.value.value.clone());
        }
        values.retain(|_, value| !value.is_null());
        let kind = |name: &str| declared?.get(name).map(|parameter| parameter.kind);
        for (name, value) in &values {
            if kind(name) == Some(ParameterType::Secret) || parameter::secret(value).is_some() {
                return Err(NotExecutable::Secret(name.clone()));
            }
            if text(value).contains('\0') {
                return Err(NotExecutable::Nul(name.clone()));
            }
        }
        Ok(Self(values))
    }

    /// Fails where a required one has no value.
    pub fn complete(self, declared: &BTreeMap<String, Parameter>) -> Result<Self, NotExecutable> {
        let mut required = declared.iter().filter(|(_, parameter)| parameter.required);
        match required.find(|(name, _)| !self.0.contains_key(*name)) {
            Some((name, _)) => Err(NotExecutable::Parameter(name.clone())),
            None => Ok(self),
        }
    }

    /// `ORDAIN_PARAM_<NAME>`, upper case with dashes as underscores.
    pub(super) fn environment(&self) -> impl Iterator<Item = (String, String)> {
        self.0.iter().map(|(name, value)| (variable(name), text(value)))
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
