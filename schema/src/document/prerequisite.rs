//! Prerequisites: what must be there, or gone, before an item.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// A prerequisite: exactly one of the forms.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// Short form: this software must be present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<Spanned<String>>,
    /// With `software`: in a version that this allows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<Spanned<VersionBound>>,
    /// Short form: this software must be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub absent: Option<Spanned<String>>,
    /// Full form: when the rule holds; always where it is left out.
    #[serde(default, rename = "if", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
    /// Full form: what it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub then: Option<Consequence>,
}

/// When a full-form rule holds, judged on what is detected at planning time.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Condition {
    /// At least one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub any_of: Option<Vec<Spanned<String>>>,
    /// Every one of these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all_of: Option<Vec<Spanned<String>>>,
    /// What is asked of them.
    pub is: Presence,
}

/// Whether software is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Presence {
    Installed,
    Absent,
}

/// What a full-form rule asks for: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Consequence {
    /// These must be present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<Vec<Spanned<String>>>,
    /// These must be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uninstall: Option<Vec<Spanned<String>>>,
    /// The item fails with this message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail: Option<String>,
}

/// Which versions of a prerequisite will do; versions as written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VersionBound {
    /// Exactly this one.
    Exactly(String),
    /// This one or a newer one.
    AtLeast(String),
    /// This one or an older one.
    AtMost(String),
}

impl VersionBound {
    /// The version that is named.
    pub fn version(&self) -> &str {
        match self {
            Self::Exactly(version) | Self::AtLeast(version) | Self::AtMost(version) => version,
        }
    }
}
