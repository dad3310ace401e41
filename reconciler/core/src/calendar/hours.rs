//! Business hours: on which days they begin, and when they end.

use jiff::civil::{Date, time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
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
