//! `Licence`: a key or file that an installation needs.

use schemars::JsonSchema;
use serde::Serialize;

use super::SecretRef;
use crate::Spanned;

/// A licence of a software: exactly one of `key` and `file`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Licence {
    /// The software.
    pub software: Spanned<String>,
    /// The key, as a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<SecretRef>,
    /// The file, as a secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<SecretRef>,
    /// The version to whose major number it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrict_to_major: Option<Spanned<String>>,
}
