//! Small values that several kinds of documents share.

use schemars::JsonSchema;
use serde::Serialize;

/// A length of time in whole seconds, written `30s`, `15m`, `4h`, `7d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seconds(pub u64);

impl Seconds {
    /// Reads the written form.
    pub fn parse(text: &str) -> Option<Self> {
        crate::decode::parse_seconds(text)
    }
}

/// A time of day, written `"HH:MM"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// A calendar day, written `2026-03-02`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    /// Year of the common era.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// A share in percent, written `5%`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percent(pub f64);

/// A count or a share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CountOrPercent {
    /// A number of things.
    Count(u64),
    /// A share of all things.
    Percent(Percent),
}

/// A family of operating systems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum OsFamily {
    Windows,
    Macos,
    Linux,
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Arch {
    X64,
    X86,
    Arm64,
}

/// Where working hours begin and end; may span midnight.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BusinessHours {
    /// First minute.
    pub start: TimeOfDay,
    /// First minute after.
    pub end: TimeOfDay,
    /// The days on which they begin; none given means Monday to Friday.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<Weekday>>,
}

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

/// What happens to a session whose computer is offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Offline {
    /// The session is missed.
    Skip,
    /// The session waits for the computer.
    OnConnect,
}

/// When a session may reboot a computer: a mode alone, or the mode with its settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Reboot {
    /// The mode.
    pub mode: RebootMode,
    /// Whether it may happen in business hours; no mode does otherwise.
    pub during_business_hours: bool,
}

/// The modes of rebooting.
#[derive(Debug, Clone, PartialEq)]
pub enum RebootMode {
    /// Never.
    Suppress,
    /// When something asks for it.
    IfNeeded,
    /// At the start and the end of execution.
    Force,
    /// After asking whoever is logged on.
    Prompt {
        /// How long to wait for an answer.
        timeout: Seconds,
        /// What happens without one.
        on_timeout: OnTimeout,
    },
}

impl RebootMode {
    /// The word of the language.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Suppress => "suppress",
            Self::IfNeeded => "if-needed",
            Self::Force => "force",
            Self::Prompt { .. } => "prompt",
        }
    }
}

/// What an unanswered prompt leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the answers")]
pub enum OnTimeout {
    Reboot,
    Suppress,
    Fail,
}

/// A reference to a secret: `{secret: NAME}`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SecretRef {
    /// The name of a file below `secrets/`, without `.age`.
    pub secret: crate::Spanned<String>,
}
