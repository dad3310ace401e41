//! Files to fetch, and where newer versions are looked for.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Arch, OsFamily, Rule};
use crate::Spanned;

/// A file to fetch: at the software a template for every version, in a version
/// the file itself, which takes from the template of its name what it does not say.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Artifact {
    /// What actions and scripts call it; its file name where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Spanned<String>>,
    /// Where it is fetched from; `{version}` stands for the version as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<Spanned<String>>,
    /// The integration that keeps it, in place of a `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub store: Option<Spanned<String>>,
    /// Where it is in the store; `{version}` stands for the version as written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<Spanned<String>>,
    /// The SHA-256 of its bytes in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Spanned<String>>,
    /// Its length in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The operating systems it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFamily>,
    /// The architecture it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
    /// Whether it is unpacked before the action runs.
    #[serde(default)]
    pub extract: bool,
    /// What must be there, or gone, before where this one is chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Spanned<Rule>>,
}

impl Artifact {
    /// Where it is: its URL, or its path in a store; none where it is at fault.
    pub fn location(&self) -> Option<&Spanned<String>> {
        self.url.as_ref().or(self.path.as_ref())
    }

    /// What actions call it for a version: its name, else its file name.
    pub fn called(&self, version: &str) -> Option<String> {
        match &self.name {
            Some(name) => Some(name.value.clone()),
            None => self.file_name(version),
        }
    }

    /// The file name for a version: the last part of its path.
    pub fn file_name(&self, version: &str) -> Option<String> {
        let location = filled(self.location()?, version);
        let path = location.split(['?', '#']).next().unwrap_or(&location);
        Some(path.rsplit('/').next().unwrap_or(path).to_owned())
    }
}

/// A template with its version put in.
pub fn filled(template: &str, version: &str) -> String {
    template.replace("{version}", version)
}

/// Where newer versions come from.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Latest {
    /// The list of versions in the document.
    #[default]
    Static,
    /// What the package manager offers.
    Package,
    /// What stands at the software's `source`.
    Source,
    /// A script that prints versions.
    Script(Spanned<String>),
    /// A JSON document on the web.
    Feed(Feed),
}

/// A JSON document that lists versions.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    /// Where it is.
    pub url: String,
    /// The path of the versions in it.
    pub versions: String,
    /// Further field paths by what they give.
    #[serde(flatten)]
    pub fields: BTreeMap<String, String>,
}

/// Where newer versions are looked for, by `latest: source` and by `ordain bump`: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Source {
    /// The package's identifier in winget's catalogue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub winget: Option<Spanned<String>>,
    /// The application's name in scoop's buckets, `BUCKET/NAME` for one bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scoop: Option<Spanned<String>>,
    /// The formula or cask of Homebrew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brew: Option<Spanned<String>>,
    /// The application's slug among Fleet's maintained ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<Spanned<String>>,
    /// The repository on GitHub whose releases count, as `OWNER/NAME`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub github: Option<Spanned<String>>,
    /// A JSON document on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feed: Option<Feed>,
}
