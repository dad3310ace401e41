//! `Task`: something that is tested and set, or only read.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, Applies, Order, Platform, Rule, RunContext, Seconds};
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
    /// One script for all three, which receives `method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
    /// As whom, and where, it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<RunContext>,
    /// What a deployment may or must give, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
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
    /// Its value where none is given.
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
