//! `Software`: how a product is detected, installed, updated and removed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Action, Applies, Arch, Artifact, ByPlatform, CloseFirst, Detect, Latest, OsFamily, Parameter,
    Rule, Source,
};
use crate::Spanned;

/// A product of the catalogue.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Software {
    /// How to find out whether it is there, and in which version.
    pub detect: ByPlatform<Detect>,
    /// The files that installing it needs, for versions that do not say otherwise; `{version}` in a URL stands for the version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Spanned<Artifact>>,
    /// The versions that may be installed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<SoftwareVersion>,
    /// Where newer versions come from.
    #[serde(default)]
    pub latest: Latest,
    /// Where newer versions are looked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Source>,
    /// How versions compare.
    #[serde(default)]
    pub version_scheme: VersionScheme,
    /// The actions that hold for every version without its own.
    #[serde(flatten)]
    pub actions: SoftwareActions,
    /// Programs that must not run while it is installed, updated, repaired or removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_first: Option<CloseFirst>,
    /// Files of the root's `lib/` that stand beside each of its scripts, by
    /// their paths from the root.
    #[serde(default, rename = "use", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Spanned<String>>,
    /// How an update is made.
    #[serde(default)]
    pub upgrade_strategy: UpgradeStrategy,
    /// How present software whose test fails is mended.
    #[serde(default)]
    pub repair: Repair,
    /// The task that runs right after the software is found present.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configure: Option<Spanned<String>>,
    /// What a deployment or a tenant may or must give, by name; a task in
    /// `configure` receives those that it declares too.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Parameter>,
    /// What must be there, or gone, before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Spanned<Rule>>,
    /// Whether installing needs a licence.
    #[serde(default)]
    pub licence: LicenceNeed,
    /// The computers it is for; every one where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platforms: Option<Vec<Platform>>,
    /// What must hold on a computer that it is for; on any other it is not applicable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_if: Vec<Spanned<Applies>>,
    /// Where it stands among the actions.
    #[serde(default)]
    pub order: Order,
    /// Whether it asks for a reboot.
    #[serde(default)]
    pub reboot_needed: bool,
    /// Who makes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Where to read about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homepage: Option<String>,
    /// A picture of it, beside the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub icon: Option<Spanned<String>>,
}

/// The actions of software; a version's own win over the software's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SoftwareActions {
    /// Puts the software on the computer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub install: Option<Box<ByPlatform<Action>>>,
    /// Takes it off again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uninstall: Option<Box<ByPlatform<Action>>>,
    /// Leads from an older version to a newer one, with the strategy `upgrade-script`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade: Option<Box<Action>>,
    /// Runs after it was installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_install: Option<Box<Action>>,
    /// Runs after it was removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post_uninstall: Option<Box<Action>>,
    /// Says whether present software works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<Box<Action>>,
    /// Fetches what installing needs beside the artifacts, after them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download: Option<Box<Action>>,
}

impl SoftwareActions {
    /// Those that are there, each of a list by platform.
    pub fn all(&self) -> impl Iterator<Item = &Action> {
        let listed = [&self.install, &self.uninstall].into_iter().flatten();
        let single =
            [&self.upgrade, &self.post_install, &self.post_uninstall, &self.test, &self.download];
        let single = single.into_iter().flatten().map(|action| &**action);
        listed.flat_map(|action| action.values()).chain(single)
    }
}

/// One version that may be installed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SoftwareVersion {
    /// The version as its maker writes it.
    pub version: Spanned<String>,
    /// The files that installing it needs; those of the software where nothing is given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Spanned<Artifact>>,
    /// The SHA-256 of the software's only artifact in this version, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Spanned<String>>,
    /// The length of the software's only artifact in this version, in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// The actions that hold for this version.
    #[serde(flatten)]
    pub actions: SoftwareActions,
    /// What must be there, or gone, before this version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<Spanned<Rule>>,
    /// The version that must be there before: this one is a patch of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires_version: Option<Spanned<String>>,
    /// For people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// How versions compare.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VersionScheme {
    /// As the package manager of `detect` does, else by segments.
    #[default]
    Auto,
    /// Runs of digits and of letters.
    Segments,
    /// Semantic versioning 2.0.0.
    Semver,
    /// Debian's rules.
    Dpkg,
    /// RPM's rules.
    Rpm,
    /// Alpine's rules.
    Apk,
}

/// How an update is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum UpgradeStrategy {
    /// The new version's install over the old one.
    #[default]
    InstallOver,
    /// Uninstall, then install.
    UninstallInstall,
    /// The `upgrade` action.
    UpgradeScript,
    /// Not at all: an update fails and says so.
    None,
}

/// How present software whose test fails is mended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repair {
    /// The way.
    #[serde(default)]
    pub strategy: RepairStrategy,
    /// The action of the strategy `script`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Action>,
}

/// The ways of mending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are the strategies of the language")]
pub enum RepairStrategy {
    #[default]
    UninstallInstall,
    InstallOver,
    Script,
    None,
}

/// Whether installing needs a licence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum LicenceNeed {
    #[default]
    None,
    Optional,
    Required,
}

/// A kind of computer; a key that is left out fits all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Platform {
    /// The operating system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFamily>,
    /// The architecture; arm64 computers also run x64 and x86, x64 ones x86.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arch: Option<Arch>,
}

/// Where an item stands among the actions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    /// Before or after all that say nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<OrderAt>,
    /// Lower first.
    #[serde(default)]
    pub rank: i64,
}

/// The ends of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum OrderAt {
    First,
    Last,
}
