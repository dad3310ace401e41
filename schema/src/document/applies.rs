//! Where an item applies, beyond its platforms.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// A condition on a computer: exactly one of the keys. An item applies where
/// all of its conditions hold on what is detected when the plan is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Applies {
    /// This software is there, in any version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<Spanned<String>>,
    /// This software is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Spanned<String>>,
    /// This expression over `computer`, `person` and `tenant` is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cel: Option<Spanned<String>>,
}
