//! Accounts and groups of a computer.

use schemars::JsonSchema;
use serde::Serialize;

use super::{EnsureText, is_no, is_yes, yes};

/// An account of this computer; what is not given is left as it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureUser {
    /// Its name.
    pub name: EnsureText,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<u32>,
    /// Its first group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<EnsureText>,
    /// All its other groups; an empty list takes it out of every one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<EnsureText>>,
    /// Whose it is, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<EnsureText>,
    /// Its home; the folder of a new account is made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<EnsureText>,
    /// Its shell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shell: Option<EnsureText>,
    /// Whether a new account is one of the system's: with a low number, and without a home.
    #[serde(default, skip_serializing_if = "is_no")]
    pub system: bool,
    /// Whether it is there; `false` removes it and leaves its files.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A group of this computer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureGroup {
    /// Its name.
    pub name: EnsureText,
    /// Its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gid: Option<u32>,
    /// All its members; an empty list leaves none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<EnsureText>>,
    /// Who is a member, whoever else is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<EnsureText>,
    /// Who is none, whoever else is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<EnsureText>,
    /// Whether it is there; `false` removes it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}
