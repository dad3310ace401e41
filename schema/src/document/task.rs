//! `Task`: something that is tested and set, or only read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Applies, Ensure, Order, Platform, Rule, RunContext, Seconds};
use crate::Spanned;

/// A task of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Task {
    /// What it runs for.
    #[serde(default)]
    pub runs_on: RunsOn,
    /// Says whether all is as it should be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Action>,
    /// Puts it right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set: Option<Action>,
    /// Reads a value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub get: Option<Action>,
    /// Undoes what `set` does, where a deployment says `absent`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unset: Option<Action>,
    /// One script for test, set and get, which receives `method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
    /// Files of the root's `lib/` that stand beside each of its scripts, by
    /// their paths from the root.
    #[serde(default, rename = "use", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Spanned<String>>,
    /// Settings without scripts, all of which must hold: the task's test and its set follow from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ensure: Vec<Spanned<Ensure>>,
    /// As whom, and where, it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<RunContext>,
    /// What a deployment may or must give, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// What its `set` hands back, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub outputs: BTreeMap<String, Output>,
    /// Reboots the computer after `set` or `unset`, and goes on in the same session.
    #[serde(default)]
    pub reboot_after: bool,
    /// One at a time in the whole installation.
    #[serde(default)]
    pub serial: bool,
    /// Runs its `get` on a rhythm and feeds the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory: Option<InventoryTask>,
    /// Its deployments are no candidates in other sessions than onboarding.
    #[serde(default)]
    pub onboarding_only: bool,
    /// Left out where onboarding runs by itself.
    #[serde(default)]
    pub skip_in_automatic_onboarding: bool,
    /// The task that should be used instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<Spanned<String>>,
    /// What must be there, or gone, before; counts where the task is enforced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Spanned<Rule>>,
    /// The computers it is for; every one where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<Platform>>,
    /// What must hold on a computer that it is for; on any other it is not applicable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_if: Vec<Spanned<Applies>>,
    /// Where it stands among the actions.
    #[serde(default)]
    pub order: Order,
}

/// What a task runs for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunsOn {
    /// Each computer.
    #[default]
    Computer,
    /// Each tenant.
    Tenant,
    /// Each person, on their primary computer.
    Person,
}

/// What a deployment or a tenant may or must give to an item.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameter {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ParameterType,
    /// Whether a deployment must give it.
    #[serde(default)]
    pub required: bool,
    /// Its value where none is given: a value, `{cel: …}` for a computed one, or
    /// `{generate: {length, rotate}}` for a secret that each computer makes itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Spanned<serde_json::Value>>,
    /// The values of a select.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// What a string must match as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Spanned<String>>,
    /// The least number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// The greatest number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Parameter {
    /// How its value is made where none is given.
    pub fn generate(&self) -> Option<Generate> {
        let made = matches!(self.kind, ParameterType::Secret | ParameterType::String);
        let map = self.default.as_ref()?.value.as_object().filter(|_| made)?.get("generate")?;
        let length = map.get("length")?.as_u64()?;
        let rotate = map.get("rotate").and_then(serde_json::Value::as_str);
        let rotate = rotate.and_then(Seconds::parse);
        Some(Generate { length: u32::try_from(length).ok()?, rotate })
    }
}

/// A value that each computer makes for itself; it never stands in git or in a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generate {
    /// How many letters and digits it has.
    pub length: u32,
    /// After how long another one is made; never where nothing is given.
    pub rotate: Option<Seconds>,
}

/// What a task's `set` hands back.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: OutputType,
    /// Whether it is kept, encrypted to the tenant; for a secret only.
    #[serde(default)]
    pub escrow: bool,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// The types of outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OutputType {
    /// A text that everybody may read who may read results.
    String,
    /// A text that stands in no log.
    Secret,
}

/// The types of parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum ParameterType {
    String,
    Integer,
    Number,
    Boolean,
    Select,
    Secret,
    File,
    Uri,
    Map,
}

/// Makes a task an inventory task.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InventoryTask {
    /// How often it runs.
    pub every: Seconds,
    /// Whether older results are kept.
    #[serde(default)]
    pub keep: Keep,
    /// The name under `computer.facts`; the task's where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
}

/// Which results are kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Keep {
    #[default]
    Latest,
    History,
}
