//! What narrows a target: kinds of computers, and who is taken out.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;

use super::{OsFamily, Target};
use crate::Span;

/// A selector whose computers a target does not reach. Has neither `only` nor
/// `except` of its own.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Exception(pub Target);

impl JsonSchema for Exception {
    fn schema_name() -> Cow<'static, str> {
        "Exception".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = Target::json_schema(generator);
        schema.insert("description".to_owned(), "Exactly one selector.".into());
        if let Some(properties) = schema.get_mut("properties").and_then(|of| of.as_object_mut()) {
            properties.remove("only");
            properties.remove("except");
        }
        schema
    }
}

/// What computers must be: one of the words, or a mapping.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub enum Only {
    /// A kind of computer.
    Kind(OnlyKind),
    /// Everything that is given holds.
    Where(OnlyWhere),
}

/// Kinds of computers, by chassis and domain role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the words of the language")]
pub enum OnlyKind {
    Workstations,
    Portables,
    WorkstationsAndPortables,
    Servers,
    DomainControllers,
    PrimaryDomainControllers,
}

/// What computers must be, all of it together.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnlyWhere {
    /// The operating system: one word, or a list of which one must fit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "OsShape")]
    pub os: Vec<OsFamily>,
    /// The chassis, of which one must fit; a domain controller is a server.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chassis: Vec<OnlyChassis>,
    /// The domain role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<OnlyRole>,
}

/// One family alone, or several.
#[derive(JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "only the shape matters")]
enum OsShape {
    One(OsFamily),
    Several(Vec<OsFamily>),
}

/// A chassis that a target may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the words of the language")]
pub enum OnlyChassis {
    Desktop,
    Portable,
    Server,
}

/// A domain role that a target may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the words of the language")]
pub enum OnlyRole {
    DomainControllers,
    PrimaryDomainControllers,
}

impl Target {
    /// What holds a selector: the target itself, then each of its exceptions.
    pub fn selectors(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.except.iter().map(|exception| &exception.0))
    }

    /// The selectors that only cloud tasks may have, and where they stand.
    pub fn cloud_selectors(&self) -> impl Iterator<Item = (&'static str, Span)> {
        self.selectors().flat_map(|one| {
            let all = [
                ("tenants", &one.tenants),
                ("tenant", &one.tenant),
                ("tenantTag", &one.tenant_tag),
            ];
            all.into_iter().filter_map(|(key, value)| Some((key, value.as_ref()?.span)))
        })
    }
}
