//! How arguments of built-ins are written: a text, or a mapping of one key.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::one_entry;
use crate::document::Argument;

impl Serialize for Argument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Param(name) => one_entry(serializer, "param", name),
            Self::Secret(name) => one_entry(serializer, "secret", name),
            Self::Licence(field) => one_entry(serializer, "licence", field),
        }
    }
}

/// The mapping forms of [`Argument`]: exactly one of the keys.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ArgumentFrom")]
#[expect(dead_code, reason = "only the shape matters")]
struct ArgumentFrom {
    /// A parameter of the software; nothing is passed where it has no value.
    #[serde(default)]
    param: Option<String>,
    /// A file below `secrets/`, without `.age`.
    #[serde(default)]
    secret: Option<String>,
    /// A field of the deployment's licence, `key` or `file`; nothing is passed where there is no licence.
    #[serde(default)]
    licence: Option<String>,
}

impl JsonSchema for Argument {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Argument".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "anyOf": [{"type": "string"}, generator.subschema_for::<ArgumentFrom>()],
        })
    }
}
