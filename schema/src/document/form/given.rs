//! How values are given to parameters: by a deployment, and by a tenant.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::{GivenParameter, ItemValues, Override};

impl Serialize for GivenParameter {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value = &self.value.value;
        let plain = stands_for_another(value) || !(value.is_object() || value.is_array());
        if plain && self.over.is_none() {
            return self.value.serialize(serializer);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.value)?;
        if let Some(over) = &self.over {
            map.serialize_entry("override", over)?;
        }
        map.end()
    }
}

/// Whether it is `{secret: NAME}` or `{cel: TEXT}`.
fn stands_for_another(value: &serde_json::Value) -> bool {
    let known = |key: &String| key == "secret" || key == "cel";
    value.as_object().is_some_and(|map| map.len() == 1 && map.keys().all(known))
}

/// The mapping forms of a given parameter: `{secret}`, `{cel}`, or `{value, override}`.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ParameterValue")]
#[expect(dead_code, reason = "only the shape matters")]
struct ParameterValue {
    /// The name of a secret, for a parameter of that type.
    #[serde(default)]
    secret: Option<String>,
    /// An expression over `computer`, `person` and `tenant` that gives the value.
    #[serde(default)]
    cel: Option<String>,
    /// The value; the only way to write a map.
    #[serde(default)]
    value: Option<serde_json::Value>,
    /// Whether an onboarding may, or must, give another value.
    #[serde(default, rename = "override")]
    over: Option<Override>,
}

inline_schema!(GivenParameter, "GivenParameter", generator => json_schema!({
    "anyOf": [
        {"type": ["string", "number", "boolean"]},
        generator.subschema_for::<ParameterValue>(),
    ],
}));

impl Serialize for ItemValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.parameters.serialize(serializer)
    }
}

/// The shape of a value that a tenant gives: as a deployment's, or null for none.
pub(in super::super) enum ValueShape {}

/// The mapping forms of such a value.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "TenantValue")]
#[expect(dead_code, reason = "only the shape matters")]
struct TenantValue {
    /// The name of a secret, for a parameter of that type.
    #[serde(default)]
    secret: Option<String>,
    /// An expression over `computer`, `person` and `tenant` that gives the value.
    #[serde(default)]
    cel: Option<String>,
    /// The value; the only way to write a map.
    #[serde(default)]
    value: Option<serde_json::Value>,
}

inline_schema!(ValueShape, "ValueShape", generator => json_schema!({
    "anyOf": [
        {"type": ["string", "number", "boolean", "null"]},
        generator.subschema_for::<TenantValue>(),
    ],
}));
