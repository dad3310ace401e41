//! `Computer`: facts about one computer, pinned from git.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// Facts about the computer of that name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Computer {
    /// Tags, added to those of the inventory.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The primary person by UPN; wins over what is reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Spanned<String>>,
    /// What the computer is for, in the engineer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// No session of any kind; inventory goes on.
    #[serde(default)]
    pub excluded: bool,
}
