//! When schedules start sessions, and when those execute: occasions in people's time.
//!
//! Pure arithmetic over a zone and a moment. Starts are spread by where a
//! computer sits among all, so that they need no memory and never bunch up.
//! Who is reached is `plan::starts_for`; who keeps the clock is the shell.

use std::num::NonZeroU64;

use jiff::civil::{DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use ordain_schema::document::{Execute, Schedule, TimeOfDay};

use crate::calendar::{self, Recurrence};
use crate::fleet;
use crate::policy::{Policy, TenantId};

/// The least time between detection and an execution at a time of day.
const AT_LEAST: SignedDuration = SignedDuration::from_hours(1);
/// The hours in which people work where nothing says so.
const USUAL_HOURS: (i8, i8) = (8, 18);

/// When a schedule starts sessions by the clock.
#[derive(Debug, Clone)]
pub struct Timer {
    rhythm: Rhythm,
    /// Over how many seconds starts at one moment are spread.
    jitter: u64,
}

#[derive(Debug, Clone)]
enum Rhythm {
    /// At most once a day.
    Daily(Recurrence),
    /// So many seconds apart.
    Every(NonZeroU64),
}

/// Where a computer sits among all: a number that is its own and stays so,
/// spread evenly over the whole range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat(pub u64);

impl Timer {
    /// The timer of a schedule; none for one that is disabled or starts on commits.
    pub fn of(schedule: &Schedule) -> Option<Self> {
        let when = (!schedule.disabled).then_some(&schedule.when)?;
        let rhythm = match &when.every {
            Some(period) => Rhythm::Every(NonZeroU64::new(period.value.0)?),
            None => Rhythm::Daily(Recurrence::of(when.cron.as_ref(), when.nth_day())?),
        };
        Some(Self { rhythm, jitter: schedule.jitter.map_or(0, |seconds| seconds.0) })
    }

    /// The latest start after one moment and not after another. Of several
    /// that were missed only the last one counts.
    pub fn due(
        &self,
        zone: &TimeZone,
        seat: Seat,
        after: Timestamp,
        until: Timestamp,
    ) -> Option<Timestamp> {
        let last = match &self.rhythm {
            Rhythm::Every(period) => before(until, *period, seat)?.0,
            Rhythm::Daily(days) => {
                let spread = self.spread(seat);
                let before = until.checked_sub(spread).ok()?.to_zoned(zone.clone());
                days.last(&before)?.timestamp().checked_add(spread).ok()?
            }
        };
        (last > after).then_some(last)
    }

    /// The next start after a moment; none where there is none for years.
    pub fn next(&self, zone: &TimeZone, seat: Seat, after: Timestamp) -> Option<Timestamp> {
        match &self.rhythm {
            Rhythm::Every(period) => {
                let (last, step) = before(after, *period, seat)?;
                last.checked_add(step).ok()
            }
            Rhythm::Daily(days) => {
                let spread = self.spread(seat);
                let from = after.checked_sub(spread).ok()?.to_zoned(zone.clone());
                days.next(&from)?.timestamp().checked_add(spread).ok()
            }
        }
    }

    fn spread(&self, seat: Seat) -> SignedDuration {
        let seconds = seat.0 % (self.jitter + 1);
        SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(0))
    }
}

/// The last turn of a seat in an endless rhythm of so many seconds that is not
/// after a moment.
pub fn turn(period: NonZeroU64, seat: Seat, until: Timestamp) -> Option<Timestamp> {
    before(until, period, seat).map(|(last, _)| last)
}

/// The last moment of a seat in an endless rhythm that is not after another,
/// with the time between two of them.
fn before(until: Timestamp, period: NonZeroU64, seat: Seat) -> Option<(Timestamp, SignedDuration)> {
    let step = i64::try_from(period.get()).ok()?;
    let behind = until.as_second().checked_sub_unsigned(seat.0 % period)?.rem_euclid(step);
    let last = Timestamp::from_second(until.as_second().checked_sub(behind)?).ok()?;
    Some((last, SignedDuration::from_secs(step)))
}

/// Whose clock a schedule goes by.
pub fn zone(
    policy: &Policy,
    schedule: &Schedule,
    tenant: Option<TenantId>,
    computer: Option<&str>,
) -> TimeZone {
    let tenants = || fleet::zone(policy, tenant);
    match schedule.timezone.as_ref().map(|name| name.value.as_str()) {
        Some("computer") => computer.and_then(calendar::zone).unwrap_or_else(tenants),
        Some("tenant") | None => tenants(),
        Some(name) => calendar::zone(name).unwrap_or_else(tenants),
    }
}

/// When a session that found something at a moment executes it; none for at once.
pub fn execution(
    policy: &Policy,
    schedule: &Schedule,
    tenant: Option<TenantId>,
    zone: &TimeZone,
    found: Timestamp,
) -> Option<Timestamp> {
    match schedule.execute {
        Execute::Immediately => None,
        Execute::At(time) => next_at(clock(time), zone, found.checked_add(AT_LEAST).ok()?),
        Execute::ActiveHours => next_at(quiet_middle(policy, tenant), zone, found),
    }
}

/// The middle of the hours in which people of a tenant do not work.
fn quiet_middle(policy: &Policy, tenant: Option<TenantId>) -> Time {
    let hours = tenant.and_then(|id| policy.tenant(id)?.business_hours.as_ref());
    let hours = hours.or_else(|| policy.repository()?.defaults.business_hours.as_ref());
    let (start, end) = match hours {
        Some(hours) => (clock(hours.start), clock(hours.end)),
        None => (Time::constant(USUAL_HOURS.0, 0, 0, 0), Time::constant(USUAL_HOURS.1, 0, 0, 0)),
    };
    let minutes = |time: Time| i64::from(time.hour()) * 60 + i64::from(time.minute());
    let quiet = (minutes(start) - minutes(end)).rem_euclid(24 * 60);
    end.wrapping_add((quiet / 2).minutes())
}

/// The first moment with that time of day which is not before another.
fn next_at(time: Time, zone: &TimeZone, from: Timestamp) -> Option<Timestamp> {
    let local = from.to_zoned(zone.clone());
    let on = |date| zone.to_timestamp(DateTime::from_parts(date, time)).ok();
    let today = on(local.date()).filter(|at| *at >= from);
    today.or_else(|| on(local.date().tomorrow().ok()?))
}

fn clock(time: TimeOfDay) -> Time {
    Time::new(time.hour.cast_signed(), time.minute.cast_signed(), 0, 0).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ordain_schema::document::Body;
    use ordain_schema::{Content, Entry, Mode, Snapshot};

    use super::*;
    use crate::load::load;

    fn policy(schedule: &str) -> Arc<Policy> {
        let files = [
            ("ordain.yaml", "apiVersion: ordain/v1\nname: r\ntimezone: Europe/Oslo\n".to_owned()),
            (
                "tenants/t/tenant.yaml",
                "name: t\ntimezone: America/Chicago\nbusinessHours: {start: \"22:00\", end: \"06:00\"}\n"
                    .to_owned(),
            ),
            (
                "schedules/s.yaml",
                format!("kind: Schedule\nname: s\ntarget: {{all: true}}\n{schedule}\n"),
            ),
        ];
        let entries = files.into_iter().map(|(path, text)| {
            let content = Content::Bytes(Arc::from(text.into_bytes()));
            (path.to_owned(), Entry { mode: Mode::File, id: None, content })
        });
        let snapshot = Snapshot { revision: None, entries: entries.collect() };
        load(&snapshot, Timestamp::UNIX_EPOCH).policy
    }

    fn schedule(policy: &Policy) -> &Schedule {
        match &policy.document(policy.schedules()[0].document).body {
            Body::Schedule(schedule) => schedule,
            _ => unreachable!("a schedule's document is one"),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a timestamp")
    }

    /// The starts of a day and two seats, as they come when somebody looks every ten minutes.
    fn starts(when: &str, seat: u64, from: &str, until: &str) -> Vec<String> {
        let policy = policy(when);
        let timer = Timer::of(schedule(&policy)).expect("a timer");
        let zone = zone(&policy, schedule(&policy), policy.tenants().find("t"), None);
        let (mut looked, end) = (at(from), at(until));
        let mut found = Vec::new();
        while looked < end {
            let next = looked + SignedDuration::from_mins(10);
            if let Some(start) = timer.due(&zone, Seat(seat), looked, next) {
                assert_eq!(
                    timer.next(&zone, Seat(seat), start - SignedDuration::from_secs(1)),
                    Some(start)
                );
                found.push(start.to_string());
            }
            looked = next;
        }
        found
    }

    #[test]
    fn a_day_of_starts() {
        let day = ("2026-03-02T00:00:00Z", "2026-03-03T00:00:00Z");
        let of = |when, seat| starts(when, seat, day.0, day.1);
        // Eight in Chicago, the tenant's own zone.
        assert_eq!(of("when: {cron: \"0 8 * * *\"}", 7), ["2026-03-02T14:00:00Z"]);
        assert_eq!(of("when: {cron: \"0 8 * * *\"}\njitter: 1h", 3607), ["2026-03-02T14:00:06Z"]);
        assert_eq!(
            of("when: {cron: \"0 8 * * *\"}\ntimezone: Europe/Oslo", 7),
            ["2026-03-02T07:00:00Z"]
        );
        assert_eq!(of("when: {cron: \"0 8 * * TUE\"}", 7), [""; 0]);
        let patch = "when: {nth: 2, weekday: TUE, plus: 5d, at: \"22:00\"}";
        let april = starts(patch, 7, "2026-04-01T00:00:00Z", "2026-05-01T00:00:00Z");
        assert_eq!(april, ["2026-04-20T03:00:00Z"]);
        assert_eq!(
            of("when: {every: 8h}", 60),
            ["2026-03-02T00:01:00Z", "2026-03-02T08:01:00Z", "2026-03-02T16:01:00Z"]
        );
        assert_eq!(of("when: {every: 8h}", 28_800 + 60), of("when: {every: 8h}", 60));
    }

    #[test]
    fn of_what_was_missed_only_the_last_start_counts() {
        let policy = policy("when: {every: 1h}");
        let timer = Timer::of(schedule(&policy)).expect("a timer");
        let looked = (at("2026-03-02T00:30:00Z"), at("2026-03-02T09:30:00Z"));
        let due = |after, until| timer.due(&TimeZone::UTC, Seat(0), after, until);
        assert_eq!(due(looked.0, looked.1), Some(at("2026-03-02T09:00:00Z")));
        assert_eq!(due(at("2026-03-02T09:00:00Z"), looked.1), None);
    }

    #[test]
    fn what_has_no_timer() {
        for when in ["when: {on: commit}", "when: {every: 1h}\ndisabled: true"] {
            assert!(Timer::of(schedule(&policy(when))).is_none(), "{when}");
        }
    }

    #[test]
    fn times_of_execution() {
        let when = |execute: &str, found: &str| {
            let policy = policy(&format!("when: {{on: commit}}\n{execute}"));
            let (schedule, tenant) = (schedule(&policy), policy.tenants().find("t"));
            let zone = zone(&policy, schedule, tenant, Some("Asia/Tokyo"));
            execution(&policy, schedule, tenant, &zone, at(found)).map(|at| at.to_string())
        };
        let evening = "execute: {at: \"22:00\"}\ntimezone: computer";
        for (execute, found, wanted) in [
            ("execute: immediately", "2026-03-02T10:00:00Z", None),
            // Tokyo is nine hours ahead.
            (evening, "2026-03-02T10:00:00Z", Some("2026-03-02T13:00:00Z")),
            (evening, "2026-03-02T12:00:00Z", Some("2026-03-02T13:00:00Z")),
            (evening, "2026-03-02T12:00:01Z", Some("2026-03-03T13:00:00Z")),
            // People work from 22 to 6 in Chicago: 14 o'clock there is the middle of the rest.
            ("execute: active-hours", "2026-03-02T10:00:00Z", Some("2026-03-02T20:00:00Z")),
            // Half past two comes never on that morning: the clock goes on at three.
            ("execute: {at: \"02:30\"}", "2026-03-08T00:00:00Z", Some("2026-03-08T08:30:00Z")),
        ] {
            assert_eq!(when(execute, found).as_deref(), wanted, "{execute} found at {found}");
        }
    }
}
