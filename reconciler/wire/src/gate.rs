//! When a step may start, in transit: what `ordain_core::order::Gate` says.

use serde::{Deserialize, Serialize};

/// When a step may start: stretches of time, each behind the one before it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GateSpec {
    /// The stretches.
    pub stretches: Vec<StretchSpec>,
}

/// A stretch of time in which the same holds a step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StretchSpec {
    /// Its end in milliseconds since 1970; without end where none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
    /// What holds the step back; empty where it may start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<HoldSpec>,
    /// Whether a step that is under way is stopped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stops: bool,
}

/// Something that holds a step back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldSpec {
    /// The word for it, for people.
    pub what: String,
    /// Until when, in milliseconds since 1970; none where no end is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}
