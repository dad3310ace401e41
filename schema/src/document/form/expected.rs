//! How the actions that a test expects are written, and what holds them back.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::super::{ExpectedAction, ExpectedHold};

impl Serialize for ExpectedAction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("item", &self.item)?;
        let mut entry = |key, value: Option<serde_json::Value>| match value {
            Some(value) => map.serialize_entry(key, &value),
            None => Ok(()),
        };
        entry("action", self.action.clone().map(Into::into))?;
        entry("reason", self.reason.clone().map(Into::into))?;
        entry("from", self.from.clone().map(Into::into))?;
        entry("to", self.to.clone().map(Into::into))?;
        entry("by", self.by.clone().map(Into::into))?;
        entry("line", self.line.map(Into::into))?;
        entry("because", self.because.clone().map(Into::into))?;
        entry("waitsFor", self.waits_for.clone().map(Into::into))?;
        entry("phase", self.phase.clone().map(Into::into))?;
        entry("failed", self.failed.map(Into::into))?;
        let parameters = self.parameters.clone();
        entry("parameters", parameters.map(|all| all.into_iter().collect()))?;
        entry("ring", self.ring.map(Into::into))?;
        if let Some(held_by) = &self.held_by {
            map.serialize_entry("heldBy", held_by)?;
        }
        map.end()
    }
}

/// The shape of [`ExpectedAction`].
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ExpectedAction")]
#[expect(dead_code, reason = "only the shape matters")]
struct ExpectedActionShape {
    /// The item: `software/NAME` or `task/NAME`, with `#INSTANCE` where there is one.
    item: String,
    /// What is done.
    #[serde(default)]
    action: Option<String>,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
    /// The detected version, or null.
    #[serde(default)]
    from: Option<String>,
    /// The version it leads to, or null.
    #[serde(default)]
    to: Option<String>,
    /// The file of the winning deployment, or null.
    #[serde(default)]
    by: Option<String>,
    /// The line of the winning deployment.
    #[serde(default)]
    line: Option<u32>,
    /// The item that brought it in, or null.
    #[serde(default)]
    because: Option<String>,
    /// The items it waits for.
    #[serde(default)]
    waits_for: Option<Vec<String>>,
    /// The part of the session: `onboarding` or `main`.
    #[serde(default)]
    phase: Option<String>,
    /// Whether it is known to fail.
    #[serde(default)]
    failed: Option<bool>,
    /// The values of some of its parameters, by name; a secret as `{secret: NAME}`,
    /// a map as it is or as `{value: {…}}`, null where there must be no value.
    #[serde(default)]
    parameters: Option<BTreeMap<String, serde_json::Value>>,
    /// The ring of the computer in the item's rollout, counted from 1; null
    /// where nothing is rolled out.
    #[serde(default)]
    ring: Option<u32>,
    /// Everything that holds it back, in any order: `windows/NAME`,
    /// `tenants/ID/windows/NAME`, `ring N`, `business-hours`.
    #[serde(default)]
    held_by: Option<Vec<ExpectedHold>>,
}

impl JsonSchema for ExpectedAction {
    fn schema_name() -> Cow<'static, str> {
        "ExpectedAction".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        ExpectedActionShape::json_schema(generator)
    }
}

impl Serialize for ExpectedHold {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(until) = &self.until else {
            return self.what.serialize(serializer);
        };
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("what", &self.what)?;
        map.serialize_entry("until", until)?;
        map.end()
    }
}

/// The mapping form of what holds an action back.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "ExpectedHold")]
#[expect(dead_code, reason = "only the shape matters")]
struct ExpectedHoldShape {
    /// What holds it: `windows/NAME`, `tenants/ID/windows/NAME`, `ring N`,
    /// `business-hours`.
    what: String,
    /// Until when, RFC 3339; null where no end is known.
    #[serde(default)]
    until: Option<String>,
}

inline_schema!(ExpectedHold, "ExpectedHold", generator => json_schema!({
    "anyOf": [
        {"type": "string"},
        generator.subschema_for::<ExpectedHoldShape>(),
    ],
}));
