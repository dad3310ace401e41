//! `Repository`: settings of the whole repository, in `ordain.yaml`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{BusinessHours, CountOrPercent, Offline, Reboot, Rollout, Seconds};
use crate::Spanned;

/// Settings of the whole repository.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    /// The language's version: `ordain/v1`.
    pub api_version: Spanned<String>,
    /// The IANA time zone that holds where a tenant names none; UTC otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Spanned<String>>,
    /// What holds where nothing nearer says otherwise.
    #[serde(default)]
    pub defaults: Defaults,
    /// What a change may not exceed.
    #[serde(default)]
    pub limits: Limits,
    /// How versions from outside are looked up.
    #[serde(default)]
    pub versions: Versions,
}

/// What holds where nothing nearer says otherwise.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Defaults {
    /// When sessions may reboot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot: Option<Reboot>,
    /// When people work, where a tenant says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_hours: Option<BusinessHours>,
    /// What happens to offline computers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Offline>,
    /// How a change reaches the fleet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollout: Option<Spanned<Rollout>>,
    /// How often an action is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// How long results are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
}

/// How long results are kept.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retention {
    /// Output of scripts; 30 days where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logs: Option<Seconds>,
    /// Results of actions; 400 days where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcomes: Option<Seconds>,
}

/// What a change may not exceed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Limits {
    /// How many computers may get another action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_computers_changed: Option<CountOrPercent>,
    /// How many uninstalls it may bring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uninstalls: Option<u64>,
    /// How many sessions run at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrent_sessions: Option<ConcurrentSessions>,
}

/// How many sessions run at a time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConcurrentSessions {
    /// In the whole installation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global: Option<u32>,
    /// Within one tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_tenant: Option<u32>,
}

/// How versions from outside are looked up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Versions {
    /// How long an answer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache_for: Option<Seconds>,
}
