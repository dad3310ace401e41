//! A value for every computer, or a list by platform.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::{Action, Arch, Detect, OsFamily};

/// One value for every computer, or a list of which the first entry that fits counts.
#[derive(Debug, Clone, PartialEq)]
pub enum ByPlatform<T> {
    /// The same for every computer.
    One(T),
    /// One for each platform; a computer that none fits has none.
    List(Vec<OnPlatform<T>>),
}

/// A value for one kind of computer; what is left out fits all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "{T}OnPlatform")]
pub struct OnPlatform<T> {
    /// The operating system it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFamily>,
    /// The architecture it is for; arm64 computers also run x64 and x86, x64 ones x86.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
    /// The value.
    #[serde(flatten)]
    pub value: T,
}

impl<T: Default> Default for ByPlatform<T> {
    fn default() -> Self {
        Self::One(T::default())
    }
}

impl<T> ByPlatform<T> {
    /// Every value with the platform that it is for, in order.
    pub fn entries(&self) -> impl Iterator<Item = (Option<OsFamily>, Option<Arch>, &T)> {
        let (one, list) = match self {
            Self::One(value) => (Some((None, None, value)), &[][..]),
            Self::List(list) => (None, list.as_slice()),
        };
        one.into_iter().chain(list.iter().map(|entry| (entry.os, entry.arch, &entry.value)))
    }

    /// Every value, in order.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.entries().map(|(_, _, value)| value)
    }
}

impl<T: Serialize> Serialize for ByPlatform<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => value.serialize(serializer),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

/// What may stand in a list by platform.
pub trait PlatformChoice: JsonSchema {}

impl PlatformChoice for Action {}
impl PlatformChoice for Detect {}

impl<T: PlatformChoice> JsonSchema for ByPlatform<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}ByPlatform", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        let entry = generator.subschema_for::<OnPlatform<T>>();
        json_schema!({
            "anyOf": [one, {"type": "array", "items": entry, "minItems": 1}],
        })
    }
}
