//! The kinds of resources that only Windows or macOS has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{Seconds, TimeOfDay, Weekday};
use super::{EnsureText, OrParameter, is_no, is_yes, yes};
use crate::Spanned;

/// Values of a key of Windows' registry.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureRegistry {
    /// The key, from its root on: `HKLM\SOFTWARE\Policies\Google\Chrome`.
    pub key: EnsureText,
    /// Its values by name: a text, a whole number (a DWORD), a list of texts, or {type, value}.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, RegistryValue>,
    /// Sets them for every user of the computer; the key then begins with `HKCU`.
    #[serde(default, skip_serializing_if = "is_no")]
    pub each_user: bool,
    /// Whether they are there; `false` removes these values, without `values` the key with all below it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A value of the registry.
#[derive(Debug, Clone, PartialEq)]
pub struct RegistryValue {
    /// Its type; follows from the value where nothing is given.
    pub kind: Option<RegistryType>,
    /// The value.
    pub value: OrParameter<serde_json::Value>,
}

/// The types of values in the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RegistryType {
    /// A text.
    String,
    /// A text in which `%NAME%` stands for a variable.
    Expand,
    /// Several texts.
    Multi,
    /// A whole number of 32 bits.
    Dword,
    /// A whole number of 64 bits.
    Qword,
    /// Bytes, in hexadecimal.
    Binary,
}

impl RegistryType {
    /// The type that a value has of itself.
    pub fn of(value: &serde_json::Value) -> Option<Self> {
        let kind = match value {
            serde_json::Value::String(_) => Self::String,
            serde_json::Value::Number(_) => Self::Dword,
            serde_json::Value::Array(_) => Self::Multi,
            _ => return None,
        };
        kind.takes(value).then_some(kind)
    }

    /// Whether a value fits the type.
    pub fn takes(self, value: &serde_json::Value) -> bool {
        match self {
            Self::String | Self::Expand => value.is_string(),
            Self::Multi => {
                value.as_array().is_some_and(|all| all.iter().all(serde_json::Value::is_string))
            }
            Self::Dword => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
            Self::Qword => value.is_u64(),
            Self::Binary => value.as_str().is_some_and(|text| {
                text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
        }
    }

    /// What a value of the type is, in words.
    pub const fn described(self) -> &'static str {
        match self {
            Self::String | Self::Expand => "a text",
            Self::Multi => "a list of texts",
            Self::Dword => "a whole number from 0 to 4294967295",
            Self::Qword => "a whole number from 0 on",
            Self::Binary => "bytes in hexadecimal, two digits each",
        }
    }
}

/// A feature of Windows.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureFeature {
    /// Its name for the system.
    pub name: EnsureText,
    /// Whether it is on; `false` turns it off.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A task of Windows' scheduler.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureScheduledTask {
    /// Its name, with its folder: `\Contoso\Clean up`.
    pub name: EnsureText,
    /// The program that it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<EnsureText>,
    /// The program's arguments, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<EnsureText>,
    /// As whom; as the system where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<EnsureText>,
    /// When it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Trigger>,
    /// Whether it is there; `false` removes it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// When a scheduled task runs: exactly one of `at`, `every` and `on`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Trigger {
    /// At this time of day, by the computer's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<TimeOfDay>,
    /// With `at`: on these days alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days: Option<Vec<Weekday>>,
    /// Again and again after this time, at least a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Spanned<Seconds>>,
    /// When this happens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<TriggerEvent>,
}

/// What may start a scheduled task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TriggerEvent {
    /// The system starts.
    Startup,
    /// Somebody logs on.
    Logon,
}

/// Settings of macOS, of one domain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureDefaults {
    /// The domain.
    pub domain: EnsureText,
    /// Its settings by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, OrParameter<serde_json::Value>>,
    /// Sets them for every user of the computer, not for the computer itself.
    #[serde(default, skip_serializing_if = "is_no")]
    pub each_user: bool,
    /// Whether they are there; `false` removes these settings, without `values` the whole domain.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}
