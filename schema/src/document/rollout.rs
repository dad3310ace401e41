//! `rollout`: how a change reaches the fleet in rings.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::{Exception, Percent, Seconds, Target};

/// How a change reaches the fleet in rings.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rollout {
    /// The rings, first to last.
    pub rings: Vec<Ring>,
    /// The share of failures that halts a ring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub halt_at: Option<Percent>,
}

/// One ring of a rollout: a share of the computers, or those that a selector names.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ring {
    /// Which computers.
    #[serde(flatten)]
    pub which: Which,
    /// How long it soaks before the next ring opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soak: Option<Seconds>,
}

/// Which computers a ring takes, of those that no ring before it takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Which {
    /// A share of all computers, counted from the first ring.
    Percent {
        /// The share up to and including this ring.
        percent: Percent,
    },
    /// Those that exactly one selector names.
    Selected(Box<Exception>),
}

impl Rollout {
    /// The selectors of its rings.
    pub fn selectors(&self) -> impl Iterator<Item = &Target> {
        self.rings.iter().filter_map(|ring| match &ring.which {
            Which::Selected(selector) => Some(&selector.0),
            Which::Percent { .. } => None,
        })
    }
}

/// The keys of a ring beside its selector.
#[derive(JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "Ring")]
#[expect(dead_code, reason = "only the shape matters")]
struct RingShape {
    /// The share of all computers up to and including this ring.
    #[serde(default)]
    percent: Option<Percent>,
    /// How long it soaks before the next ring opens.
    #[serde(default)]
    soak: Option<Seconds>,
}

/// Selectors that name no computers before a policy is planned with.
const NO_RINGS: &[&str] = &["only", "except", "script", "tenants", "tenant", "tenantTag"];

impl JsonSchema for Ring {
    fn schema_name() -> Cow<'static, str> {
        "Ring".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = RingShape::json_schema(generator);
        schema.insert(
            "description".to_owned(),
            "One ring of a rollout: a share of the computers, or those that a selector names."
                .into(),
        );
        let target = Target::json_schema(generator);
        let selectors =
            target.get("properties").and_then(|of| of.as_object()).into_iter().flatten();
        let selectors = selectors.filter(|(key, _)| !NO_RINGS.contains(&key.as_str()));
        if let Some(own) = schema.get_mut("properties").and_then(|of| of.as_object_mut()) {
            own.extend(selectors.map(|(key, value)| (key.clone(), value.clone())));
        }
        schema
    }
}
