//! `Trust`: who may sign what, in `.ordain/trust.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Seconds;

/// Who may sign what.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trust {
    /// The repository's object format.
    pub object_format: ObjectFormat,
    /// Keys by name.
    pub keys: BTreeMap<String, TrustKey>,
    /// Roles by name: `root`, `release`, `global`, `adhoc`, `heartbeat`, `agent-release`, `tenant:<id>`.
    pub roles: BTreeMap<String, TrustRole>,
    /// The kinds of fact that the controller may attest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub controller_facts: Vec<ControllerFact>,
    /// Whether artifacts without a hash may run.
    #[serde(default)]
    pub unpinned_artifacts: bool,
    /// How long the last head is enforced after the heartbeat stopped; 7 days where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stale_grace: Option<Seconds>,
    /// Bounds of ad-hoc statements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adhoc: Option<AdhocBounds>,
}

/// Git's object formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum ObjectFormat {
    Sha1,
    Sha256,
}

/// A key and whose it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustKey {
    /// An SSH public key in OpenSSH's one-line form.
    pub key: String,
    /// The person who holds it.
    pub person: String,
}

/// Who bears a role, and how many of them it takes.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustRole {
    /// Names of keys.
    pub keys: Vec<String>,
    /// How many distinct keys and persons; 1 where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<u32>,
}

/// Kinds of fact that a controller may attest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the variants are the words of the trust page")]
pub enum ControllerFact {
    Product,
    Agreement,
    DirectoryGroup,
    DeviceGroup,
    FilterScript,
    InventoryTag,
    Approval,
}

/// Bounds of ad-hoc statements.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdhocBounds {
    /// How many agents one may name; 25 where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_agents: Option<u32>,
    /// How long one holds; 15 minutes where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<Seconds>,
}
