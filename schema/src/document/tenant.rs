//! `Tenant`: one customer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::form::ValueShape;
use super::{BusinessHours, GivenParameter};
use crate::Spanned;

/// One customer; the document's name is its identity.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tenant {
    /// The customer's name for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// A short name for addresses and scripts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slug: Option<Spanned<String>>,
    /// The tenant above, by id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Spanned<String>>,
    /// IANA time zone; the repository's where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timezone: Option<Spanned<String>>,
    /// When people work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub business_hours: Option<BusinessHours>,
    /// `false` opts out of all that stands in cross-tenant files.
    #[serde(default = "yes")]
    pub cross_tenant: bool,
    /// Whether sessions execute.
    #[serde(default)]
    pub mode: TenantMode,
    /// How new computers are taken in.
    #[serde(default)]
    pub onboarding: Onboarding,
    /// Tasks whose test must hold before anything runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub preflight: Vec<Spanned<String>>,
    /// Tags that all its computers bear.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// UPN domains that map persons to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<String>,
    /// Its client ids in other systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<Client>,
    /// Who else is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notifications: Option<Notifications>,
    /// How messages to its persons look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub branding: Option<Spanned<String>>,
    /// Values for the parameters of items, by item and name: `software/NAME`,
    /// `task/NAME`, or `task/NAME#INSTANCE` for one instance alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, ValueShape>>")]
    pub values: BTreeMap<String, ItemValues>,
}

/// The values that a tenant gives to the parameters of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemValues {
    /// The place of the item; where it stands is no part of what is given.
    pub key: Spanned<()>,
    /// By parameter. A value of null counts as not given.
    pub parameters: BTreeMap<String, GivenParameter>,
}

fn yes() -> bool {
    true
}

/// Whether sessions execute.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TenantMode {
    /// Detect, plan and execute.
    #[default]
    Enforce,
    /// Detect and plan only.
    Observe,
}

/// How new computers are taken in.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Onboarding {
    /// Whether they are taken in through onboarding sessions.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// Whether those start by themselves.
    #[serde(default)]
    pub automatic: bool,
}

impl Default for Onboarding {
    fn default() -> Self {
        Self { enabled: true, automatic: false }
    }
}

/// A tenant's id in another system.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Client {
    /// The integration's name.
    pub integration: Spanned<String>,
    /// The id there.
    pub id: String,
}

/// Who else is told of a tenant's sessions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Notifications {
    /// Further recipients by address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// Whether persons get e-mail at all; true where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<bool>,
}
