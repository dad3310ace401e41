//! `Group`: computers and persons, listed or described.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// A set of computers: the union of what is given, minus `except`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Group {
    /// Computers by name, `TENANT/NAME` for one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computers: Vec<Spanned<String>>,
    /// Persons by UPN: their primary computers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<Spanned<String>>,
    /// A CEL expression over `computer`, `person` and `tenant`.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Spanned<String>>,
    /// A filter script that returns the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
    /// Computers or persons that are taken out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub except: Vec<Spanned<String>>,
    /// Whether no session of any kind touches its members.
    #[serde(default)]
    pub excluded: bool,
}
