//! Whether a session may reboot its computer.
//!
//! The schedule's preference counts before the repository's. Business hours
//! suppress every mode, `force` included, unless the preference says otherwise.
//! Nobody can be asked yet, so `prompt` reboots nothing.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_schema::document::{BusinessHours, Reboot, RebootMode, TimeOfDay, Weekday};

use crate::fleet::{Subject, zone};
use crate::resolve::Request;

/// When a session may reboot a computer.
pub(super) struct Rebooting {
    mode: &'static str,
    allowed: bool,
}

impl Rebooting {
    /// For a session on a computer, at the moment of its world.
    pub(super) fn new(subject: &Subject<'_>, request: &Request) -> Self {
        let policy = subject.world.policy;
        let schedule = request.schedule.map(|index| policy.schedule(&policy.schedules()[index]));
        let defaults = policy.repository().map(|repository| &repository.defaults);
        let own = schedule.and_then(|schedule| schedule.reboot.as_ref());
        let preference = own.or_else(|| defaults.and_then(|defaults| defaults.reboot.as_ref()));
        let fallback = Reboot { mode: RebootMode::IfNeeded, during_business_hours: false };
        let preference = preference.unwrap_or(&fallback);
        let tenant = subject.tenant.id.and_then(|id| policy.tenant(id));
        let hours = tenant.and_then(|tenant| tenant.business_hours.as_ref());
        let hours = hours.or_else(|| defaults.and_then(|all| all.business_hours.as_ref()));
        let at_work = hours.is_some_and(|hours| {
            is_within(hours, subject.world.now, zone(policy, subject.tenant.id))
        });
        let mode = match preference.mode {
            RebootMode::IfNeeded | RebootMode::Force => true,
            RebootMode::Suppress | RebootMode::Prompt { .. } => false,
        };
        let allowed = mode && (!at_work || preference.during_business_hours);
        Self { mode: preference.mode.word(), allowed }
    }

    /// The word of the mode.
    pub(super) fn mode(&self) -> &'static str {
        self.mode
    }

    /// Whether it may happen now, should something ask for it.
    pub(super) fn is_allowed(&self) -> bool {
        self.allowed
    }
}

/// Whether a moment is one of business: hours that span midnight belong to the
/// day on which they begin.
fn is_within(hours: &BusinessHours, now: Timestamp, zone: TimeZone) -> bool {
    let local = now.to_zoned(zone);
    let at = i32::from(local.hour()) * 60 + i32::from(local.minute());
    let of = |time: TimeOfDay| i32::from(time.hour) * 60 + i32::from(time.minute);
    let (start, end) = (of(hours.start), of(hours.end));
    let today = local.weekday();
    let works = |day: jiff::civil::Weekday| match &hours.days {
        Some(days) => days.iter().any(|one| same(*one, day)),
        None => !matches!(day, jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday),
    };
    if start < end {
        return works(today) && (start..end).contains(&at);
    }
    (works(today) && at >= start) || (works(today.previous()) && at < end)
}

fn same(one: Weekday, day: jiff::civil::Weekday) -> bool {
    let number = match one {
        Weekday::Mon => 1,
        Weekday::Tue => 2,
        Weekday::Wed => 3,
        Weekday::Thu => 4,
        Weekday::Fri => 5,
        Weekday::Sat => 6,
        Weekday::Sun => 7,
    };
    day.to_monday_one_offset() == number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_of_business() {
        let day = BusinessHours {
            start: TimeOfDay { hour: 8, minute: 0 },
            end: TimeOfDay { hour: 18, minute: 30 },
            days: None,
        };
        let night = BusinessHours {
            start: TimeOfDay { hour: 22, minute: 0 },
            end: TimeOfDay { hour: 6, minute: 0 },
            days: Some(vec![Weekday::Fri]),
        };
        // 2026-04-17 is a Friday.
        for (moment, in_day, in_night) in [
            ("2026-04-17T05:59:00Z", false, false),
            ("2026-04-17T06:00:00Z", true, false),
            ("2026-04-17T16:29:59Z", true, false),
            ("2026-04-17T16:30:00Z", false, false),
            ("2026-04-17T20:00:00Z", false, true),
            ("2026-04-18T03:59:00Z", false, true),
            ("2026-04-18T04:00:00Z", false, false),
            ("2026-04-18T10:00:00Z", false, false),
            ("2026-04-19T03:00:00Z", false, false),
        ] {
            let now: Timestamp = moment.parse().expect("a moment");
            let zone = || crate::calendar::zone("Europe/Oslo").expect("a zone");
            assert_eq!(is_within(&day, now, zone()), in_day, "{moment}");
            assert_eq!(is_within(&night, now, zone()), in_night, "{moment}");
        }
    }
}
