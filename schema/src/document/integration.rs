//! `Integration`, `Branding` and `Role`: what surrounds the policy.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// Another system: an RMM, a PSA, an identity provider.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Integration {
    /// Which system.
    #[serde(rename = "type")]
    pub kind: Spanned<String>,
    /// Settings by type; a secret is written `{secret: NAME}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, Spanned<serde_json::Value>>,
    /// Whether it is left aside, and with it what depends on it.
    #[serde(default)]
    pub disabled: bool,
}

/// How messages to persons look.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Branding {
    /// The sender's address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// A picture beside the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo: Option<Spanned<String>>,
    /// Colours by use, as `#rrggbb`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub colours: BTreeMap<String, String>,
    /// The subject's template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The body's template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether it holds where a tenant names none.
    #[serde(default)]
    pub default: bool,
}

/// Who may do what in the controller.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Role {
    /// Persons and groups of the identity provider.
    pub subjects: Vec<String>,
    /// What they may do.
    pub permissions: Vec<String>,
    /// Where they may do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<RoleScope>,
    /// Allow or deny; deny wins.
    #[serde(default)]
    pub effect: Effect,
}

/// Where a role holds: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoleScope {
    /// Everywhere; only `true` may be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub all: Option<bool>,
    /// One tenant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Spanned<String>>,
    /// The tenants that bear a tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Spanned<String>>,
}

/// Whether a role allows or denies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum Effect {
    #[default]
    Allow,
    Deny,
}
