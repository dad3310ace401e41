//! How the item that a window is about is written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use super::super::WindowItem;

impl Serialize for WindowItem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = match (&self.software, &self.task, &self.instance) {
            (Some(software), _, _) => format!("software/{}", software.value),
            (None, Some(task), None) => format!("task/{}", task.value),
            (None, Some(task), Some(instance)) => format!("task/{}#{instance}", task.value),
            (None, None, _) => String::new(),
        };
        serializer.serialize_str(&text)
    }
}

/// The mapping form of an item.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "WindowItem")]
#[expect(dead_code, reason = "only the shape matters")]
struct WindowItemShape {
    /// The software, where the item is one.
    #[serde(default)]
    software: Option<String>,
    /// The task, where the item is one.
    #[serde(default)]
    task: Option<String>,
    /// Of several uses of the task this one alone; all of them where nothing is given.
    #[serde(default)]
    instance: Option<String>,
}

inline_schema!(WindowItem, "WindowItem", generator => json_schema!({
    "anyOf": [
        {"type": "string", "pattern": "^((software|task)/)?[^/]+$"},
        generator.subschema_for::<WindowItemShape>(),
    ],
}));
