//! Days of the month counted by weekdays: the second Tuesday, five days later.

use jiff::civil::{self, Date};
use jiff::{Span, ToSpan, Zoned};
use ordain_schema::document::{NthDay, Weekday};

/// A fifth weekday comes within this many months.
const MONTHS: i32 = 4;

/// The first occurrence after a moment, in that moment's zone.
pub(super) fn next(day: NthDay, after: &Zoned) -> Option<Zoned> {
    // A clock that is set back or forward moves an occurrence by hours at most.
    let from = after.date().checked_sub(days(day)).ok()?.checked_sub(1.day()).ok()?;
    let months =
        (0..=MONTHS).filter_map(|count| from.first_of_month().checked_add(count.months()).ok());
    let mut occurrences = months.filter_map(|month| in_month(day, month, after));
    occurrences.find(|occurrence| occurrence > after)
}

/// The last occurrence before a moment, or at it.
pub(super) fn last(day: NthDay, until: &Zoned) -> Option<Zoned> {
    let from = until.date().checked_sub(days(day)).ok()?.checked_add(1.day()).ok()?;
    let months =
        (0..=MONTHS).filter_map(|count| from.first_of_month().checked_sub(count.months()).ok());
    let mut occurrences = months.filter_map(|month| in_month(day, month, until));
    occurrences.find(|occurrence| occurrence <= until)
}

fn days(day: NthDay) -> Span {
    i64::from(day.plus_days).days()
}

/// The occurrence that is counted from a month, where it has that many such
/// weekdays. A time that clocks skip is made up for, one that they repeat
/// counts once.
fn in_month(day: NthDay, month: Date, like: &Zoned) -> Option<Zoned> {
    let nth = i8::try_from(day.nth).ok()?;
    let counted = month.nth_weekday_of_month(nth, weekday(day.weekday)).ok()?;
    let date = counted.checked_add(days(day)).ok()?;
    let at = civil::time(day.at.hour.cast_signed(), day.at.minute.cast_signed(), 0, 0);
    date.to_datetime(at).to_zoned(like.time_zone().clone()).ok()
}

/// A weekday as the calendar has it.
pub(super) fn weekday(day: Weekday) -> civil::Weekday {
    match day {
        Weekday::Mon => civil::Weekday::Monday,
        Weekday::Tue => civil::Weekday::Tuesday,
        Weekday::Wed => civil::Weekday::Wednesday,
        Weekday::Thu => civil::Weekday::Thursday,
        Weekday::Fri => civil::Weekday::Friday,
        Weekday::Sat => civil::Weekday::Saturday,
        Weekday::Sun => civil::Weekday::Sunday,
    }
}
