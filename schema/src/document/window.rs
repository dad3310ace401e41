//! `Window`: when sessions may act, and on which items. When they start is `schedule.rs`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Day, Seconds, Target, TimeOfDay, Weekday};
use crate::Spanned;

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
    /// When it opens once a month, in the place of `cron`: which one of the
    /// month's weekdays, from 1 to 5; with `weekday`.
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
    /// How long it stays open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<Seconds>,
    /// The first day, instead of `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Spanned<Day>>,
    /// The last day, instead of `cron`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Spanned<Day>>,
    /// An IANA time zone, `tenant` or `computer`; the tenant's where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Spanned<String>>,
    /// For which computers; all in reach where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// The items that it is about, as in a deployment: the name of a software,
    /// `software/NAME`, `task/NAME`, or a mapping; every item where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<Spanned<WindowItem>>>,
    /// Whether a running action is finished when it closes; true where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overrun: Option<bool>,
}

impl Window {
    /// The day of the month on which it opens, where it is one.
    pub fn nth_day(&self) -> Option<NthDay> {
        nth_day(self.nth.as_ref(), self.weekday, self.plus, self.at)
    }
}

/// An item that a window is about. A task without `instance` stands for all of
/// its instances.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WindowItem {
    /// The software, where the item is one.
    pub software: Option<Spanned<String>>,
    /// The task, where the item is one.
    pub task: Option<Spanned<String>>,
    /// Of several uses of a task this one alone.
    pub instance: Option<String>,
}

/// A day of each month, counted by weekdays: the second Tuesday, five days
/// later, at ten in the evening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NthDay {
    /// 1 to 5; a month that has no fifth one is left out.
    pub nth: u32,
    /// The weekday that is counted.
    pub weekday: Weekday,
    /// How many days later.
    pub plus_days: u32,
    /// The time of day.
    pub at: TimeOfDay,
}

/// A day of the month as it is written, where it is whole.
pub(super) fn nth_day(
    nth: Option<&Spanned<u32>>,
    weekday: Option<Weekday>,
    plus: Option<Seconds>,
    at: Option<TimeOfDay>,
) -> Option<NthDay> {
    let days = plus.map_or(0, |plus| plus.0 / 86_400);
    Some(NthDay {
        nth: nth?.value,
        weekday: weekday?,
        plus_days: u32::try_from(days).ok()?,
        at: at.unwrap_or(TimeOfDay { hour: 0, minute: 0 }),
    })
}
