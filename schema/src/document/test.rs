//! `Test`: assertions about the policy, and the inventory they share with `--inventory`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Arch, DetectedVersions, OsFamily};
use crate::Spanned;

/// An assertion about the policy.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Test {
    /// The inventory that the test assumes.
    #[serde(flatten)]
    pub inventory: Inventory,
    /// The session whose plan is asserted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<TestSession>,
    /// The actions by computer, in execution order.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub expect: BTreeMap<String, Spanned<Vec<ExpectedAction>>>,
    /// Whether further actions are allowed.
    #[serde(default)]
    pub partial: bool,
    /// The conflicts by computer.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub conflicts: BTreeMap<String, Vec<ExpectedConflict>>,
    /// Diagnostics that the files of `given` must lead to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub errors: Option<Vec<ExpectedError>>,
    /// Files laid over the repository for this test alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub given: Vec<GivenFile>,
}

/// Which session a test plans.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestSession {
    /// Its kind; `maintenance` where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Spanned<SessionKind>>,
    /// The item of an item session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Spanned<String>>,
    /// The schedule that starts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<Spanned<String>>,
    /// The deployment it is limited to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<Spanned<String>>,
}

/// The kinds of sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the kinds of the language")]
pub enum SessionKind {
    Maintenance,
    Item,
    Onboarding,
    DetectionOnly,
    ResolutionOnly,
    InventoryOnly,
    DownloadOnly,
    Repair,
}

/// An action that a test expects: given keys must match, omitted ones are not compared.
/// `Some(None)` is an expected null.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ExpectedAction {
    /// The item: `software/NAME` or `task/NAME`, with `#INSTANCE` where there is one.
    pub item: Spanned<String>,
    /// What is done.
    pub action: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// The detected version.
    pub from: Option<Option<String>>,
    /// The version it leads to.
    pub to: Option<Option<String>>,
    /// The file of the winner.
    pub by: Option<Option<String>>,
    /// The line of the winner.
    pub line: Option<u32>,
    /// The item that brought it in.
    pub because: Option<Option<String>>,
    /// The items it waits for.
    pub waits_for: Option<Vec<String>>,
    /// The part of the session.
    pub phase: Option<String>,
    /// Whether it is known to fail.
    pub failed: Option<bool>,
    /// The values of some of its parameters; a secret as `{secret: NAME}`, null for none.
    pub parameters: Option<BTreeMap<String, serde_json::Value>>,
    /// The ring of the computer, counted from 1; null where nothing is rolled out.
    pub ring: Option<Option<u32>>,
    /// Everything that holds it back, in any order.
    pub held_by: Option<Vec<ExpectedHold>>,
}

/// Something that a test expects to hold an action back.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedHold {
    /// What holds it: `windows/NAME`, `tenants/ID/windows/NAME`, `ring N`,
    /// `business-hours`.
    pub what: String,
    /// Until when, RFC 3339; not compared where nothing is given.
    pub until: Option<Option<Spanned<String>>>,
}

/// A conflict that a test expects.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedConflict {
    /// The item in conflict.
    pub item: String,
    /// The rule at which it arose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The places, as `file:line`, in any order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Vec<String>>,
}

/// A diagnostic that a test expects.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpectedError {
    /// Its code.
    pub code: Spanned<String>,
    /// Its place as `file:line`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
}

/// A file laid over the repository.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GivenFile {
    /// Its path from the root.
    pub file: String,
    /// Its content.
    pub text: String,
}

/// The keys of [`Inventory`], which stand in a test beside its own.
pub const INVENTORY_KEYS: &[&str] =
    &["now", "tenants", "persons", "available", "scripts", "approvals", "rollouts", "computers"];

/// What is known of a fleet: the inventory file, and part of every test.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Inventory {
    /// The moment of planning, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub now: Option<Spanned<String>>,
    /// Facts about tenants, added to their documents.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tenants: Vec<TenantFacts>,
    /// The persons that are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<PersonFacts>,
    /// Versions by software, for software whose `latest` is not static.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub available: BTreeMap<String, Vec<String>>,
    /// Answers of filter scripts: names of computers by the script's path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scripts: BTreeMap<String, Vec<String>>,
    /// Approvals of optional deployments.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub approvals: Vec<Approval>,
    /// The rollouts that are under way.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rollouts: Vec<RolloutFacts>,
    /// The computers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computers: Vec<ComputerFacts>,
}

/// A rollout that is under way: its rings open as time passes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RolloutFacts {
    /// The item: `software/NAME` or `task/NAME`, with `#INSTANCE` where there is one.
    pub item: String,
    /// The moment at which its first ring opened, or the one that `ring` names, RFC 3339.
    pub started: Spanned<String>,
    /// The ring that opened then, with all before it; the first where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ring: Option<u32>,
    /// The deployment whose rollout it is, as `path` or `path#name`; any that has rings without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// The version that is rolled out, where it came without a commit; any without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The ring that has halted: neither it nor one behind it acts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halted: Option<u32>,
}

/// Facts about a tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TenantFacts {
    /// The tenant's id.
    pub id: String,
    /// Tags, added to those of its document.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The rows of its agreements.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreements: Vec<AgreementRow>,
}

/// A row of a PSA's agreements, or of an addition to one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgreementRow {
    /// The agreement's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<String>,
    /// The product of an addition to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// The first day; an open beginning where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<super::Day>,
    /// The last day; an open end where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<super::Day>,
    /// The PSA it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub integration: Option<String>,
}

/// Facts about a person.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonFacts {
    /// The person's user principal name.
    pub upn: String,
    /// The tenant; that of the UPN's domain where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Groups of the identity provider, nested ones included.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Further facts, for expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<serde_json::Map<String, serde_json::Value>>,
}

/// An approval of an optional deployment on a computer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Approval {
    /// NAME or TENANT/NAME.
    pub computer: String,
    /// The deployment by path, or `path#name`.
    pub deployment: String,
}

/// Facts about a computer.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputerFacts {
    /// The computer's name.
    pub name: String,
    /// The tenant it belongs to.
    pub tenant: String,
    /// The fingerprint of its agent's key, by which rings go; its tenant and
    /// name where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it is connected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub online: Option<bool>,
    /// Its form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chassis: Option<Chassis>,
    /// What it is in its domain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain_role: Option<DomainRole>,
    /// Its operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFacts>,
    /// Its primary person by UPN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Whether a person at the controller keeps sessions away from it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub excluded: bool,
    /// Tags.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Groups of an RMM it is in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub device_groups: Vec<DeviceGroupFact>,
    /// Further facts, for expressions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<serde_json::Map<String, serde_json::Value>>,
    /// Detected versions by software; a name that is not there is not installed; no map at all is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub software: Option<DetectedVersions>,
    /// Answers of software tests by software.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tests: BTreeMap<String, bool>,
    /// Last answers of task tests by task, with `#INSTANCE` where there is one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tasks: BTreeMap<String, bool>,
}

/// Membership in a group of an RMM.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceGroupFact {
    /// The RMM.
    pub integration: String,
    /// The group's name there.
    pub name: String,
}

/// What is reported of an operating system.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OsFacts {
    /// The family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<OsFamily>,
    /// Its version as it says itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The architecture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
}

/// The form of a computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Chassis {
    Desktop,
    Portable,
    Server,
    Unknown,
}

/// What a computer is in its domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum DomainRole {
    Standalone,
    Member,
    Dc,
    PrimaryDc,
}
