//! `Deployment`: which item should be in which state on which computers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Day, DeploymentItem, Exception, Only, Rollout};
use crate::Spanned;

/// The wish for one maintenance item on the computers of a target.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    /// The software, where the item is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<Spanned<String>>,
    /// The task, where the item is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<Spanned<String>>,
    /// Several items in the place of one; the other keys hold for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Spanned<DeploymentItem>>>,
    /// Tells several uses of a task on one computer apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Spanned<String>>,
    /// The wished state; `installed` for software and `enforce` for tasks where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Spanned<DeploymentState>>,
    /// The wished version: `latest`, `any`, `"=V"`, `">=V"` or `"<=V"`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Spanned<VersionWish>>,
    /// The computers.
    pub target: Target,
    /// When it is a candidate.
    #[serde(default)]
    pub enforcement: Enforcement,
    /// Values for the task's parameters by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, GivenParameter>,
    /// Whether a tenant's deployment also reaches its descendants.
    #[serde(default)]
    pub propagate: Spanned<bool>,
    /// Whether it wins before everything else, wherever it reaches; only in
    /// cross-tenant files, and only with the enforcement `required`.
    #[serde(default)]
    pub mandatory: Spanned<bool>,
    /// Higher wins within one scope.
    #[serde(default)]
    pub priority: i64,
    /// Whether it is left aside.
    #[serde(default)]
    pub disabled: bool,
    /// The licence to install with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<Spanned<String>>,
    /// Where else it shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<VisibilityShape>")]
    pub visibility: Option<Vec<Visibility>>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
    /// The ticket it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The first day on which it is a candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Spanned<Day>>,
    /// The last day on which it is a candidate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Spanned<Day>>,
    /// What happens to what it installed once a computer leaves its reach.
    #[serde(default)]
    pub on_unmatch: OnUnmatch,
    /// How a change of it reaches the fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Spanned<Rollout>>,
}

/// The states that a deployment may wish for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DeploymentState {
    /// Software: present, in the wished version.
    Installed,
    /// Software: not there. Task: undone.
    Absent,
    /// Software: updated where it is there.
    UpdateIfFound,
    /// Left alone, not even detected.
    Ignored,
    /// Task: tested and put right.
    Enforce,
    /// Task: tested only.
    Audit,
    /// Task: read only.
    Monitor,
}

/// Which version is wished for; versions as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum VersionWish {
    /// The newest.
    Latest,
    /// Whichever is there.
    Any,
    /// Exactly this one.
    Exactly(String),
    /// This one or a newer one.
    AtLeast(String),
    /// This one or an older one.
    AtMost(String),
}

/// Which computers: exactly one selector, and optionally `only` and `except`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// The computers of that name in reach, `TENANT/NAME` for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<Spanned<String>>,
    /// The computers whose primary person it is, by UPN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Spanned<String>>,
    /// What the filter script returns, by its path from the document's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
    /// The members of a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<Spanned<String>>,
    /// What bears a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Spanned<String>>,
    /// The primary computers of a directory group's members.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub directory_group: Option<Spanned<String>>,
    /// The computers of tenants with an active agreement for a product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Spanned<String>>,
    /// The computers of tenants with an active agreement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement: Option<Spanned<String>>,
    /// A group of an RMM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_group: Option<DeviceGroup>,
    /// Every computer in reach; only `true` may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<Spanned<bool>>,
    /// Cloud tasks: every tenant; only `all` may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenants: Option<Spanned<String>>,
    /// Cloud tasks: one tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Spanned<String>>,
    /// Cloud tasks: the tenants that bear a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_tag: Option<Spanned<String>>,
    /// What the computers must be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<Spanned<Only>>,
    /// Selectors whose computers are taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Exception>,
}

/// A group of an RMM.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeviceGroup {
    /// The integration's name.
    pub integration: Spanned<String>,
    /// The group's name there.
    pub name: Spanned<String>,
}

/// When a deployment is a candidate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Enforcement {
    /// In every session.
    #[default]
    Required,
    /// In onboarding sessions.
    Onboarding,
    /// When a session names the item or the deployment.
    AdHoc,
    /// Where it was approved.
    Optional,
}

/// A value for a parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenParameter {
    /// The place of the key; where it stands is no part of what is given.
    pub key: Spanned<()>,
    /// The value as written; for a secret `{secret: NAME}`, for a computed one
    /// `{cel: TEXT}` at the place of its text.
    pub value: Spanned<serde_json::Value>,
    /// Whether an onboarding may, or must, give another.
    pub over: Option<Override>,
}

/// Whether an onboarding may give another value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Override {
    No,
    Allow,
    Require,
}

/// Where else a deployment shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Visibility {
    TechnicianTools,
    SelfService,
}

/// One place alone, or several.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "only the shape matters")]
enum VisibilityShape {
    One(Visibility),
    Several(Vec<Visibility>),
}

/// What happens to what a deployment installed once a computer leaves its reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum OnUnmatch {
    #[default]
    Leave,
    Remove,
}
