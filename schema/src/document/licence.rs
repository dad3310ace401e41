//! `Licence`: a key, a file or further fields that an installation needs.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::SecretRef;
use crate::Spanned;

/// A licence of a software: a `key` or a `file`, or further `fields`, or one of the two with fields.
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
    /// Further values that installing asks for, by name, as secrets.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, SecretRef>,
    /// How many computers it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats: Option<u32>,
    /// The version to whose major number it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restrict_to_major: Option<Spanned<String>>,
}

impl Licence {
    /// The secret of a field: `key`, `file`, or one of `fields`.
    pub fn field(&self, name: &str) -> Option<&SecretRef> {
        match name {
            "key" => self.key.as_ref(),
            "file" => self.file.as_ref(),
            name => self.fields.get(name),
        }
    }

    /// Every field with its secret.
    pub fn all_fields(&self) -> impl Iterator<Item = (&str, &SecretRef)> {
        let own = [("key", &self.key), ("file", &self.file)];
        let own = own.into_iter().filter_map(|(name, secret)| Some((name, secret.as_ref()?)));
        own.chain(self.fields.iter().map(|(name, secret)| (name.as_str(), secret)))
    }
}
