//! `Schedule`: when sessions start. When they may act is `window.rs`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{NthDay, Offline, Reboot, Seconds, Target, TimeOfDay, Weekday, nth_day};
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
    /// Once a month: which one of the month's weekdays, from 1 to 5; with `weekday`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nth: Option<Spanned<u32>>,
    /// The weekday that `nth` counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekday: Option<Weekday>,
    /// How many days after that day, as `5d`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plus: Option<Seconds>,
    /// The time of that day; midnight where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<TimeOfDay>,
}

impl When {
    /// The day of the month, where it is one.
    pub fn nth_day(&self) -> Option<NthDay> {
        nth_day(self.nth.as_ref(), self.weekday, self.plus, self.at)
    }
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
