//! Days, time zones and cron: when something is, in people's time.
//!
//! Zones come from the database that is compiled in, so that every program
//! of an installation reckons alike. When sessions start is decided by those
//! who hold a clock; here time is always a parameter.

mod hours;
mod nth;

use std::str::FromStr;

use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned, civil};
use ordain_schema::Spanned;
use ordain_schema::document::{Day, NthDay};

pub use hours::{business_hours, business_stretches, next_business_hours};

/// The zone of an IANA name; none for any other text.
pub fn zone(name: &str) -> Option<TimeZone> {
    let zone = TimeZoneDatabase::bundled().get(name).ok()?;
    (zone.iana_name() == Some(name)).then_some(zone)
}

/// The name of a zone that was meant by one in other letters, or by its city.
pub fn nearest_zone(name: &str) -> Option<String> {
    let names = TimeZoneDatabase::bundled();
    let wanted = name.replace(' ', "_");
    let city = |known: &str| known.rsplit('/').next().map(str::to_ascii_lowercase);
    let by_city = || {
        let mut known = names.available().map(|known| known.as_str().to_owned());
        known.find(|known| city(known) == city(&wanted))
    };
    let same = names.get(&wanted).ok();
    same.and_then(|zone| zone.iana_name().map(ToOwned::to_owned)).or_else(by_city)
}

/// The day that a moment belongs to, in a zone.
pub fn day(moment: Timestamp, zone: &TimeZone) -> Day {
    let date = moment.to_zoned(zone.clone()).date();
    Day { year: date.year(), month: date.month().unsigned_abs(), day: date.day().unsigned_abs() }
}

/// How many days lie from one day to another; negative where it is past.
pub fn days_between(from: Day, to: Day) -> i64 {
    let count = |day: Day| {
        let date = civil::Date::new(day.year, day.month.cast_signed(), day.day.cast_signed());
        date.map_or(0, |date| {
            let since = date - civil::date(1970, 1, 1);
            i64::from(since.get_days())
        })
    };
    count(to) - count(from)
}

/// A cron expression of five fields: minute, hour, day of month, month, weekday.
#[derive(Debug, Clone)]
pub struct Cron {
    cron: croner::Cron,
    once_a_day: bool,
}

/// A text that is no cron expression; says why, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadCron(String);

/// One field: its name, bounds, and the names that stand for its numbers.
struct Field {
    name: &'static str,
    least: u8,
    greatest: u8,
    names: &'static [&'static str],
}

const MONTHS: &[&str] =
    &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const WEEKDAYS: &[&str] = &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: [Field; 5] = [
    Field { name: "minute", least: 0, greatest: 59, names: &[] },
    Field { name: "hour", least: 0, greatest: 23, names: &[] },
    Field { name: "day of month", least: 1, greatest: 31, names: &[] },
    Field { name: "month", least: 1, greatest: 12, names: MONTHS },
    Field { name: "weekday", least: 0, greatest: 7, names: WEEKDAYS },
];

impl Cron {
    /// Reads an expression. Names of months and weekdays may stand for
    /// numbers, 0 and 7 are Sunday; a day that never comes is refused.
    pub fn parse(text: &str) -> Result<Self, BadCron> {
        let parts: Vec<&str> = text.split_whitespace().collect();
        if parts.len() != FIELDS.len() {
            let message = format!(
                "a cron expression has five fields (minute, hour, day of month, month, weekday), this one has {}",
                parts.len()
            );
            return Err(BadCron(message));
        }
        let fields: Result<Vec<String>, BadCron> =
            FIELDS.iter().zip(&parts).map(|(field, part)| field.plain(part)).collect();
        let plain = fields?.join(" ");
        let cron = croner::Cron::from_str(&plain).map_err(|error| BadCron(error.to_string()))?;
        let cron = Self {
            cron,
            once_a_day: parts[..2]
                .iter()
                .all(|part| part.bytes().all(|byte| byte.is_ascii_digit())),
        };
        let start = civil::date(2024, 1, 1).at(0, 0, 0, 0).to_zoned(TimeZone::UTC);
        match start.ok().and_then(|start| cron.next(&start)) {
            Some(_) => Ok(cron),
            None => Err(BadCron("there is no such day".to_owned())),
        }
    }

    /// Whether minute and hour are plain numbers, so that it comes at most once a day.
    pub fn is_once_a_day(&self) -> bool {
        self.once_a_day
    }

    /// The first occurrence after a moment, in that moment's zone. An hour
    /// that a clock skips is made up for, one that it repeats counts once.
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        self.cron.find_next_occurrence(after, false).ok()
    }

    /// The last occurrence before a moment, or at it.
    pub fn last(&self, until: &Zoned) -> Option<Zoned> {
        self.cron.find_previous_occurrence(until, true).ok()
    }
}

/// When something comes again and again.
#[derive(Debug, Clone)]
pub enum Recurrence {
    /// By a cron expression.
    Cron(Box<Cron>),
    /// Once a month.
    Nth(NthDay),
}

impl Recurrence {
    /// As a document writes it: one of both, none where it is at fault.
    pub fn of(cron: Option<&Spanned<String>>, nth: Option<NthDay>) -> Option<Self> {
        match cron {
            Some(cron) => Some(Self::Cron(Box::new(Cron::parse(cron).ok()?))),
            None => nth.map(Self::Nth),
        }
    }

    /// The first occurrence after a moment, in that moment's zone.
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        match self {
            Self::Cron(cron) => cron.next(after),
            Self::Nth(day) => nth::next(*day, after),
        }
    }

    /// The last occurrence before a moment, or at it.
    pub fn last(&self, until: &Zoned) -> Option<Zoned> {
        match self {
            Self::Cron(cron) => cron.last(until),
            Self::Nth(day) => nth::last(*day, until),
        }
    }
}

/// The moment at which a day begins in a zone; none at the end of all days.
pub fn start_of(day: Day, zone: &TimeZone) -> Option<Timestamp> {
    let date = civil::Date::new(day.year, day.month.cast_signed(), day.day.cast_signed()).ok()?;
    Some(date.to_zoned(zone.clone()).ok()?.timestamp())
}

/// The day after a day.
pub fn day_after(day: Day) -> Option<Day> {
    let date = civil::Date::new(day.year, day.month.cast_signed(), day.day.cast_signed()).ok()?;
    let next = date.tomorrow().ok()?;
    Some(Day {
        year: next.year(),
        month: next.month().unsigned_abs(),
        day: next.day().unsigned_abs(),
    })
}

impl Field {
    /// The field in numbers alone.
    fn plain(&self, text: &str) -> Result<String, BadCron> {
        let items: Result<Vec<String>, BadCron> =
            text.split(',').map(|item| self.item(item)).collect();
        Ok(items?.join(","))
    }

    /// `*`, a value or a range, and after a range or `*` perhaps a step.
    fn item(&self, text: &str) -> Result<String, BadCron> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step)),
            None => (text, None),
        };
        let plain = match range.split_once('-') {
            _ if range == "*" => "*".to_owned(),
            None if step.is_some() => {
                return Err(self.fault(text, "a step stands behind `*` or a range"));
            }
            None => self.value(range)?.to_string(),
            Some((from, to)) => {
                let (from, mut to) = (self.value(from)?, self.value(to)?);
                if to == 0 && self.greatest == 7 {
                    to = 7;
                }
                if from > to {
                    return Err(self.fault(text, "the range runs backwards"));
                }
                format!("{from}-{to}")
            }
        };
        match step {
            None => Ok(plain),
            Some(step) => match step.parse::<u8>() {
                Ok(count) if (1..=self.greatest).contains(&count) && !step.starts_with('+') => {
                    Ok(format!("{plain}/{count}"))
                }
                _ => Err(self.fault(text, "its step is no number that fits")),
            },
        }
    }

    fn value(&self, text: &str) -> Result<u8, BadCron> {
        let upper = text.to_ascii_uppercase();
        if let Some(index) = self.names.iter().position(|name| *name == upper) {
            return Ok(self.least + u8::try_from(index).expect("a field has few names"));
        }
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse::<u8>() {
            Ok(value) if digits && (self.least..=self.greatest).contains(&value) => Ok(value),
            _ => {
                let bounds = format!("it goes from {} to {}", self.least, self.greatest);
                Err(self.fault(text, &bounds))
            }
        }
    }

    fn fault(&self, text: &str, why: &str) -> BadCron {
        BadCron(format!("`{text}` is no {}: {why}", self.name))
    }
}

#[cfg(test)]
mod tests;
