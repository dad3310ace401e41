//! How the small values are written: the one place that says for each of them
//! its text, the shape that the JSON Schemas give it, and how it is written
//! back. Reading them is the business of `decode`; values that are given to
//! parameters are `given.rs`.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{
    CountOrPercent, Day, Execute, Feed, FileVersion, Latest, OnTimeout, Percent, Reboot,
    RebootMode, Seconds, TimeOfDay, VersionBound, VersionWish,
};

/// A JSON Schema that is written where it is used, not in `$defs`.
macro_rules! inline_schema {
    ($type:ty, $name:literal, $generator:ident => $schema:expr) => {
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

/// Serializes through `Display`.
macro_rules! serialize_as_text {
    ($($type:ty),+) => {
        $(impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        })+
    };
}

mod argument;
mod expected;
mod given;
mod window;

pub(super) use given::ValueShape;

serialize_as_text!(Seconds, TimeOfDay, Day, Percent, VersionBound, VersionWish);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, 'd'), (3_600, 'h'), (60, 'm')];
        for (length, unit) in units {
            if self.0 > 0 && self.0.is_multiple_of(length) {
                return write!(f, "{}{unit}", self.0 / length);
            }
        }
        write!(f, "{}s", self.0)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}%", self.0)
    }
}

impl fmt::Display for VersionWish {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Latest => f.write_str("latest"),
            Self::Any => f.write_str("any"),
            Self::Exactly(version) => write!(f, "={version}"),
            Self::AtLeast(version) => write!(f, ">={version}"),
            Self::AtMost(version) => write!(f, "<={version}"),
        }
    }
}

impl fmt::Display for VersionBound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(version) => write!(f, "={version}"),
            Self::AtLeast(version) => write!(f, ">={version}"),
            Self::AtMost(version) => write!(f, "<={version}"),
        }
    }
}

inline_schema!(VersionBound, "VersionBound", _generator => json_schema!({
    "type": "string",
    "pattern": r"^(=|>=|<=)\s*\S.*$",
}));

inline_schema!(Seconds, "Duration", _generator => json_schema!({
    "type": "string",
    "pattern": "^[0-9]+[smhd]$",
}));

inline_schema!(TimeOfDay, "TimeOfDay", _generator => json_schema!({
    "type": "string",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
}));

inline_schema!(Day, "Day", _generator => json_schema!({
    "type": "string",
    "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
}));

const PERCENT: &str = r"^(100(\.0+)?|[0-9]{1,2}(\.[0-9]+)?)%$";

inline_schema!(Percent, "Percent", _generator => json_schema!({
    "anyOf": [
        {"type": "string", "pattern": PERCENT},
        {"type": "number", "minimum": 0, "maximum": 100},
    ],
}));

inline_schema!(CountOrPercent, "CountOrPercent", _generator => json_schema!({
    "anyOf": [
        {"type": "string", "pattern": PERCENT},
        {"type": "integer", "minimum": 0},
    ],
}));

inline_schema!(VersionWish, "VersionWish", _generator => json_schema!({
    "type": "string",
    "pattern": r"^(latest|any|(=|>=|<=)\s*\S.*)$",
}));

impl Serialize for CountOrPercent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Count(count) => serializer.serialize_u64(*count),
            Self::Percent(percent) => percent.serialize(serializer),
        }
    }
}

impl Serialize for Execute {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Immediately => serializer.serialize_str("immediately"),
            Self::ActiveHours => serializer.serialize_str("active-hours"),
            Self::At(time) => one_entry(serializer, "at", time),
        }
    }
}

/// The mapping form of [`Execute`].
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ExecuteAt")]
struct ExecuteAt {
    /// The time of day, at least an hour after detection.
    at: TimeOfDay,
}

inline_schema!(Execute, "Execute", generator => json_schema!({
    "anyOf": [
        {"enum": ["immediately", "active-hours"]},
        generator.subschema_for::<ExecuteAt>(),
    ],
}));

impl Serialize for Latest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Static => serializer.serialize_str("static"),
            Self::Package => serializer.serialize_str("package"),
            Self::Source => serializer.serialize_str("source"),
            Self::Script(script) => one_entry(serializer, "script", script),
            Self::Feed(feed) => one_entry(serializer, "feed", feed),
        }
    }
}

/// The mapping forms of [`Latest`]: exactly one of the keys.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "LatestFrom")]
#[expect(dead_code, reason = "only the shape matters")]
struct LatestFrom {
    /// A script beside the document that prints versions, one a line.
    #[serde(default)]
    script: Option<String>,
    /// A JSON document on the web that lists versions.
    #[serde(default)]
    feed: Option<Feed>,
}

inline_schema!(Latest, "Latest", generator => json_schema!({
    "anyOf": [
        {"enum": ["static", "package", "source"]},
        generator.subschema_for::<LatestFrom>(),
    ],
}));

inline_schema!(FileVersion, "FileVersion", _generator => json_schema!({
    "type": ["boolean", "string"],
}));

impl Serialize for Reboot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (word, prompt) = match &self.mode {
            RebootMode::Suppress => ("suppress", None),
            RebootMode::IfNeeded => ("if-needed", None),
            RebootMode::Force => ("force", None),
            RebootMode::Prompt { timeout, on_timeout } => ("prompt", Some((timeout, on_timeout))),
        };
        if prompt.is_none() && !self.during_business_hours {
            return serializer.serialize_str(word);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("mode", word)?;
        if let Some((timeout, on_timeout)) = prompt {
            map.serialize_entry("timeout", timeout)?;
            map.serialize_entry("onTimeout", on_timeout)?;
        }
        if self.during_business_hours {
            map.serialize_entry("duringBusinessHours", &true)?;
        }
        map.end()
    }
}

/// The mapping form of [`Reboot`].
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RebootSettings")]
#[expect(dead_code, reason = "only the shape matters")]
struct RebootSettings {
    /// The mode.
    #[serde(default)]
    mode: Option<RebootWord>,
    /// The mode `prompt` with its settings.
    #[serde(default)]
    prompt: Option<PromptSettings>,
    /// With the mode `prompt`: how long to wait for an answer.
    #[serde(default)]
    timeout: Option<Seconds>,
    /// With the mode `prompt`: what happens without an answer.
    #[serde(default)]
    on_timeout: Option<OnTimeout>,
    /// Whether it may happen in business hours; no mode does otherwise.
    #[serde(default)]
    during_business_hours: bool,
}

/// The settings of the mode `prompt`.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "PromptSettings")]
#[expect(dead_code, reason = "only the shape matters")]
struct PromptSettings {
    /// How long to wait for an answer.
    #[serde(default)]
    timeout: Option<Seconds>,
    /// What happens without an answer.
    #[serde(default)]
    on_timeout: Option<OnTimeout>,
}

/// The words of the reboot modes.
#[derive(JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "RebootMode", inline)]
#[expect(dead_code, reason = "only the shape matters")]
enum RebootWord {
    Suppress,
    IfNeeded,
    Force,
    Prompt,
}

inline_schema!(Reboot, "Reboot", generator => json_schema!({
    "anyOf": [
        generator.subschema_for::<RebootWord>(),
        generator.subschema_for::<RebootSettings>(),
    ],
}));

fn one_entry<S: Serializer>(
    serializer: S,
    key: &'static str,
    value: &impl Serialize,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(key, value)?;
    map.end()
}
