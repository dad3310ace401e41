//! Reading the small values that have a written form of their own: durations,
//! times, dates, shares, wishes for a version.

use super::{Decode, Faults, Input};
use crate::document::{CountOrPercent, Day, Percent, Seconds, TimeOfDay, VersionWish};
use crate::tree::Plain;

/// Why a text is no regular expression, in one line.
pub(super) fn regex_reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// The raw text of a scalar; reports collections.
fn raw<'n>(input: Input<'n, '_>, wanted: &str, faults: &mut Faults) -> Option<&'n str> {
    let text = input.raw();
    if text.is_none() || input.node.is_null() {
        faults.wrong_type(input, wanted);
        return None;
    }
    text
}

impl Decode for Seconds {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let text = raw(input, "a duration", faults)?;
        let value = parse_seconds(text);
        if value.is_none() {
            faults.bad_value(input, "no duration", "write a number with a unit: 30s, 15m, 4h, 7d");
        }
        value
    }
}

/// A length that no clock can add to a moment is refused with the rest.
const LONGEST: u64 = 100 * 366 * 86_400;

pub(crate) fn parse_seconds(text: &str) -> Option<Seconds> {
    let unit = match text.bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3_600,
        b'd' => 86_400,
        _ => return None,
    };
    let number = &text[..text.len() - 1];
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|all| *all <= LONGEST).map(Seconds)
}

impl Decode for TimeOfDay {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let text = raw(input, "a time of day", faults)?;
        let value = parse_time(text);
        if value.is_none() {
            faults.bad_value(input, "no time of day", "write hours and minutes: \"22:00\"");
        }
        value
    }
}

pub(super) fn parse_time(text: &str) -> Option<TimeOfDay> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    let fits = hour < 24 && minute < 60;
    fits.then_some(TimeOfDay { hour: hour as u8, minute: minute as u8 })
}

/// A number of exactly so many digits.
fn digits(text: &str, length: usize) -> Option<u32> {
    let whole = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole { text.parse().ok() } else { None }
}

impl Decode for Day {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let text = raw(input, "a date", faults)?;
        let value = parse_day(text);
        if value.is_none() {
            let hint = "write a day of the calendar as YYYY-MM-DD: 2026-03-02";
            faults.bad_value(input, "no date", hint);
        }
        value
    }
}

fn parse_day(text: &str) -> Option<Day> {
    let mut parts = text.split('-');
    let year = digits(parts.next()?, 4)?;
    let month = digits(parts.next()?, 2)?;
    let day = digits(parts.next()?, 2)?;
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let fits = parts.next().is_none() && (1..=longest).contains(&day) && year > 0;
    fits.then_some(Day { year: year as i16, month: month as u8, day: day as u8 })
}

/// Whether a text is a moment by RFC 3339, with seconds and an offset.
pub(super) fn is_moment(text: &str) -> bool {
    let Some((day, time)) = text.split_at_checked(10) else {
        return false;
    };
    let Some(time) = time.strip_prefix(['T', 't', ' ']) else {
        return false;
    };
    let Some((clock, rest)) = time.split_at_checked(8) else {
        return false;
    };
    let (Some(minutes), Some(seconds)) = (clock.get(..5), clock.get(5..)) else {
        return false;
    };
    let seconds = seconds.strip_prefix(':').and_then(|seconds| digits(seconds, 2));
    let offset = match rest.strip_prefix('.') {
        Some(fraction) => {
            let offset = fraction.trim_start_matches(|sign: char| sign.is_ascii_digit());
            if offset.len() == fraction.len() {
                return false;
            }
            offset
        }
        None => rest,
    };
    let offset_fits = matches!(offset, "Z" | "z")
        || offset.strip_prefix(['+', '-']).is_some_and(|offset| parse_time(offset).is_some());
    parse_day(day).is_some()
        && parse_time(minutes).is_some()
        && seconds.is_some_and(|seconds| seconds <= 60)
        && offset_fits
}

impl Decode for Percent {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        let value = match input.node.plain() {
            Some(Plain::Integer(_) | Plain::Float(_)) => input.raw().and_then(parse_share),
            Some(Plain::Text(text)) => text.strip_suffix('%').and_then(parse_share),
            Some(Plain::Null | Plain::Boolean(_)) | None => {
                faults.wrong_type(input, "a share in percent");
                return None;
            }
        };
        if value.is_none() {
            faults.bad_value(input, "no share in percent", "write 0% to 100%");
        }
        value
    }
}

fn parse_share(text: &str) -> Option<Percent> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let share: f64 = if plain {
        text.parse().ok()?
    } else {
        return None;
    };
    (0.0..=100.0).contains(&share).then_some(Percent(share))
}

impl Decode for CountOrPercent {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        match input.node.plain() {
            Some(Plain::Text(_)) => Percent::decode(input, faults).map(Self::Percent),
            _ => u64::decode(input, faults).map(Self::Count),
        }
    }
}

impl Decode for VersionWish {
    fn decode(input: Input<'_, '_>, faults: &mut Faults) -> Option<Self> {
        if let Some(Plain::Integer(_) | Plain::Float(_)) = input.node.plain() {
            let hint = format!("quote it: \"={}\"", input.raw().unwrap_or_default());
            faults.wrong_type(input, "a text").hint = Some(hint);
            return None;
        }
        let text = String::decode(input, faults)?;
        let value = parse_wish(&text);
        if value.is_none() {
            let hint = if text.starts_with(|sign: char| sign.is_ascii_digit()) {
                format!("write `latest`, `any`, \"={text}\", \">={text}\" or \"<={text}\"")
            } else {
                "write `latest`, `any`, \"=V\", \">=V\" or \"<=V\" with a version V".to_owned()
            };
            faults.bad_value(input, "no wish for a version", &hint);
        }
        value
    }
}

pub(super) fn parse_wish(text: &str) -> Option<VersionWish> {
    let version = |text: &str| {
        let text = text.trim();
        (!text.is_empty() && !text.starts_with(['=', '<', '>'])).then(|| text.to_owned())
    };
    match text {
        "latest" => Some(VersionWish::Latest),
        "any" => Some(VersionWish::Any),
        _ => {
            if let Some(rest) = text.strip_prefix(">=") {
                version(rest).map(VersionWish::AtLeast)
            } else if let Some(rest) = text.strip_prefix("<=") {
                version(rest).map(VersionWish::AtMost)
            } else {
                version(text.strip_prefix('=')?).map(VersionWish::Exactly)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_dates() {
        for (text, seconds) in [("30s", 30), ("15m", 900), ("4h", 14_400), ("7d", 604_800)] {
            assert_eq!(parse_seconds(text), Some(Seconds(seconds)));
            assert_eq!(Seconds(seconds).to_string(), text);
        }
        for text in
            ["", "s", "30", "1.5h", "-1m", "1w", "99999999999999999999s", "40000d", "é", "3é"]
        {
            assert_eq!(parse_seconds(text), None, "{text}");
        }
        let days = ["2024-02-29", "2000-02-29", "2026-12-31"];
        assert!(
            days.iter().all(|text| parse_day(text).is_some_and(|day| day.to_string() == *text))
        );
        let none = [
            "2023-02-29",
            "1900-02-29",
            "2026-13-01",
            "2026-04-31",
            "2026-4-1",
            "x",
            "2026-01-01-01",
        ];
        assert!(none.iter().all(|text| parse_day(text).is_none()));
    }

    #[test]
    fn moments() {
        for text in
            ["2026-03-02T09:00:00-06:00", "2026-04-14T10:00:00Z", "2026-04-14 10:00:00.123+00:00"]
        {
            assert!(is_moment(text), "{text}");
        }
        let none = [
            "2026-03-02",
            "2026-03-02T09:00",
            "2026-03-02T09:00:00",
            "2026-02-30T09:00:00Z",
            "2026-03-02T25:00:00Z",
            "2026-03-02T09:00:00.Z",
            "2026-03-02T09:00:00+6",
            "2026-03-0éT09:00:00Z",
        ];
        for text in none {
            assert!(!is_moment(text), "{text}");
        }
    }

    #[test]
    fn wishes() {
        let wishes = [
            ("latest", Some(VersionWish::Latest)),
            ("any", Some(VersionWish::Any)),
            ("=24.10", Some(VersionWish::Exactly("24.10".into()))),
            (">= 2", Some(VersionWish::AtLeast("2".into()))),
            ("<=2", Some(VersionWish::AtMost("2".into()))),
            ("24.10", None),
            ("=", None),
            (">2", None),
            ("==2", None),
            ("newest", None),
        ];
        for (text, wish) in wishes {
            assert_eq!(parse_wish(text), wish, "{text}");
        }
    }
}
