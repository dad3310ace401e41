//! How resources are written, and the shapes that the JSON Schemas give them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{
    Ensure, EnsureDefaults, EnsureDirectory, EnsureFeature, EnsureFile, EnsureGroup, EnsureLine,
    EnsureRegistry, EnsureScheduledTask, EnsureService, EnsureSysctl, EnsureUser, OrParameter,
    RegistryType, RegistryValue,
};

impl Serialize for Ensure {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        of_each!(self, one => map.serialize_entry(self.word(), one))?;
        map.end()
    }
}

impl JsonSchema for Ensure {
    fn schema_name() -> Cow<'static, str> {
        "Ensure".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        EnsureShape::json_schema(generator)
    }
}

/// One resource: exactly one of the kinds.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Ensure")]
#[expect(dead_code, reason = "only the shape matters")]
struct EnsureShape {
    /// Values of a key of Windows' registry.
    #[serde(default)]
    registry: Option<EnsureRegistry>,
    /// A file: its content, mode and owner.
    #[serde(default)]
    file: Option<EnsureFile>,
    /// A folder: its mode and owner.
    #[serde(default)]
    directory: Option<EnsureDirectory>,
    /// A line of a text file.
    #[serde(default)]
    line: Option<EnsureLine>,
    /// A service: when it starts, and whether it runs.
    #[serde(default)]
    service: Option<EnsureService>,
    /// A feature of Windows.
    #[serde(default)]
    feature: Option<EnsureFeature>,
    /// A task of Windows' scheduler.
    #[serde(default)]
    scheduled_task: Option<EnsureScheduledTask>,
    /// A group of this computer, and its members.
    #[serde(default)]
    local_group: Option<EnsureGroup>,
    /// An account of this computer.
    #[serde(default)]
    user: Option<EnsureUser>,
    /// A setting of the kernel.
    #[serde(default)]
    sysctl: Option<EnsureSysctl>,
    /// Settings of macOS.
    #[serde(default)]
    defaults: Option<EnsureDefaults>,
    /// Whether it is there; stands here or within the kind, not in both.
    #[serde(default)]
    present: Option<bool>,
}

impl<T: Serialize> Serialize for OrParameter<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Written(value) => value.serialize(serializer),
            Self::Parameter(name) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("param", name)?;
                map.end()
            }
        }
    }
}

/// A parameter of the task in the place of a value.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ParameterRef")]
#[expect(dead_code, reason = "only the shape matters")]
pub(in super::super) struct ParameterRef {
    /// The name of one of the task's parameters, whose value counts.
    param: String,
}

impl<T: JsonSchema> JsonSchema for OrParameter<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("{}OrParameter", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (written, parameter) =
            (generator.subschema_for::<T>(), generator.subschema_for::<ParameterRef>());
        json_schema!({"anyOf": [written, parameter]})
    }
}

impl Serialize for RegistryValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(kind) = &self.kind else { return self.value.serialize(serializer) };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("type", kind)?;
        map.serialize_entry("value", &self.value)?;
        map.end()
    }
}

/// A value of the registry with its type.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "RegistryTyped")]
#[expect(dead_code, reason = "only the shape matters")]
struct RegistryTyped {
    /// Its type.
    #[serde(rename = "type")]
    kind: RegistryType,
    /// The value: a text, a whole number, a list of texts, or bytes in hexadecimal.
    value: OrParameter<serde_json::Value>,
}

impl JsonSchema for RegistryValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "RegistryValue".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let (parameter, typed) =
            (generator.subschema_for::<ParameterRef>(), generator.subschema_for::<RegistryTyped>());
        json_schema!({"anyOf": [
            {"type": "string"},
            {"type": "integer", "minimum": 0, "maximum": 4_294_967_295_u32},
            {"type": "array", "items": {"type": "string"}},
            parameter,
            typed,
        ]})
    }
}
