//! `Schedule` and `Window`: when sessions start and when they may act.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Day, Offline, Reboot, Seconds, Target, TimeOfDay};
use crate::Spanned;

/// When sessions start.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Schedule {
    /// For which computers; no script.
    pub target: Target,
    /// The occasion: exactly one of the keys.
    pub when: When,
    /// When a session that found something executes it.
    #[serde(default)]
    pub execute: Execute,
    /// An IANA time zone, `tenant` or `computer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Spanned<String>>,
    /// The one item it is limited to: `software/NAME` or `task/NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Spanned<String>>,
    /// What happens to offline computers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline: Option<Offline>,
    /// When sessions may reboot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot: Option<Reboot>,
    /// When persons get e-mail.
    #[serde(default)]
    pub notify: Notify,
    /// How persons may postpone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postpone: Option<Postpone>,
    /// Tasks whose test must hold before anything runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<Spanned<String>>,
    /// How many sessions of it run at a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u32>,
    /// Over how long the starts are spread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<Seconds>,
    /// Whether it is left aside.
    #[serde(default)]
    pub disabled: bool,
}

/// The occasion of a schedule: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct When {
    /// At most once a day: minute and hour are literal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<Spanned<String>>,
    /// Continuously, at least five minutes apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Spanned<Seconds>>,
    /// `commit`: for the computers whose winners changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<Spanned<String>>,
}

/// When a session that found something executes it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Execute {
    /// At once.
    #[default]
    Immediately,
    /// At a time of day, at least an hour after detection.
    At(TimeOfDay),
    /// In the middle of the computer's inactive period.
    ActiveHours,
}

/// When persons get e-mail.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notify {
    /// Before execution: what will change, and when.
    #[serde(default)]
    pub before: bool,
    /// After execution: what has changed.
    #[serde(default)]
    pub after: bool,
    /// Also where there was nothing to do.
    #[serde(default)]
    pub when_compliant: bool,
}

/// How persons may postpone a session.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Postpone {
    /// By how much.
    pub choices: Vec<Seconds>,
    /// How often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

/// When sessions may act: exactly one of `allow` and `deny`; deny wins.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Window {
    /// Acting is allowed inside; only `true` may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allow: Option<Spanned<bool>>,
    /// Acting is denied inside; only `true` may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny: Option<Spanned<bool>>,
    /// When it opens, together with `duration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<Spanned<String>>,
    /// How long it stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// The first day, instead of `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Spanned<Day>>,
    /// The last day, instead of `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Spanned<Day>>,
    /// An IANA time zone, `tenant` or `computer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Spanned<String>>,
    /// For which computers; all in reach where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Whether a running action is finished when it closes; true where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrun: Option<bool>,
}
