//! Business hours: on which days they begin, and when they end.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _, Zoned};
use ordain_schema::document::{BusinessHours, TimeOfDay, Weekday};

use super::nth::weekday;

/// The days on which business hours begin where nothing is said.
const WORKING_DAYS: &[Weekday] =
    &[Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri];

/// How many days of hours that follow each other without a gap are looked at.
const LONGEST: usize = 14;

/// The end of the business hours that a moment lies in; none where it lies in
/// none. Hours that end at or before their start end on the next day.
pub fn business_hours(hours: &BusinessHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let mut end = ends(hours, now, zone)?;
    for _ in 0..LONGEST {
        match ends(hours, end, zone) {
            Some(later) => end = later,
            None => break,
        }
    }
    Some(end)
}

fn ends(hours: &BusinessHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let today = now.to_zoned(zone.clone()).date();
    let days = [today.yesterday().ok(), Some(today)].into_iter().flatten();
    let spans = days.filter_map(|day| span(hours, day, zone));
    let within = spans.filter(|(start, end)| (start.timestamp()..end.timestamp()).contains(&now));
    within.map(|(_, end)| end.timestamp()).max()
}

/// When business hours begin next, after a moment; none where they never do.
pub fn next_business_hours(
    hours: &BusinessHours,
    now: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    let mut day = now.to_zoned(zone.clone()).date();
    for _ in 0..LONGEST {
        let start = span(hours, day, zone).map(|(start, _)| start.timestamp());
        if let Some(start) = start.filter(|start| *start > now) {
            return Some(start);
        }
        day = day.tomorrow().ok()?;
    }
    None
}

/// The business hours that touch a stretch of time, in its order. Hours that
/// follow each other without a gap stand apart.
pub fn business_stretches(
    hours: &BusinessHours,
    from: Timestamp,
    until: Timestamp,
    zone: &TimeZone,
) -> Vec<(Timestamp, Timestamp)> {
    let first = from.to_zoned(zone.clone()).date();
    let last = until.to_zoned(zone.clone()).date();
    let begin = first.yesterday().unwrap_or(first);
    let days = begin.series(1.day()).take_while(|day| *day <= last);
    let spans = days.filter_map(|day| span(hours, day, zone));
    let spans = spans.map(|(start, end)| (start.timestamp(), end.timestamp()));
    spans.filter(|(start, end)| *end > from && *start < until).collect()
}

/// The hours that begin on a day.
fn span(hours: &BusinessHours, day: Date, zone: &TimeZone) -> Option<(Zoned, Zoned)> {
    let days = hours.days.as_deref().unwrap_or(WORKING_DAYS);
    if !days.iter().any(|begins| weekday(*begins) == day.weekday()) {
        return None;
    }
    let at = |day: Date, of: TimeOfDay| {
        let clock = time(of.hour.cast_signed(), of.minute.cast_signed(), 0, 0);
        day.to_datetime(clock).to_zoned(zone.clone()).ok()
    };
    let last = if hours.end <= hours.start { day.tomorrow().ok()? } else { day };
    Some((at(day, hours.start)?, at(last, hours.end)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_are_the_moments_at_which_people_work() {
        let of = |start, end, days| BusinessHours {
            start: TimeOfDay { hour: start, minute: 0 },
            end: TimeOfDay { hour: end, minute: 30 },
            days,
        };
        let (from, until) = ("2026-03-20T00:00:00Z", "2026-04-17T12:00:00Z");
        let moment = |text: &str| text.parse::<Timestamp>().expect("a moment");
        let (from, until) = (moment(from), moment(until));
        for hours in [
            of(8, 18, None),
            of(22, 6, Some(vec![Weekday::Fri, Weekday::Sun])),
            // Twice a year such hours lie in what clocks skip or repeat.
            of(2, 3, Some(vec![Weekday::Sun])),
            of(9, 9, Some(vec![Weekday::Mon, Weekday::Tue])),
            of(8, 18, Some(Vec::new())),
        ] {
            for zone in ["Europe/Oslo", "America/Chicago", "UTC"] {
                let zone = crate::calendar::zone(zone).expect("a zone");
                let stretches = business_stretches(&hours, from, until, &zone);
                let mut at = from;
                while at < until {
                    let told = stretches.iter().any(|(start, end)| *start <= at && at < *end);
                    let works = business_hours(&hours, at, &zone).is_some();
                    assert_eq!(told, works, "{hours:?} at {at}");
                    at += jiff::SignedDuration::from_mins(15);
                }
            }
        }
    }
}
