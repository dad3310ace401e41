//! The built-in actions: the installers of the platforms, with arguments that
//! may be parameters, secrets or fields of a licence.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::PackageManager;
use crate::Spanned;

/// Installs or removes through a package manager.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageAction {
    /// Which one.
    pub manager: PackageManager,
    /// The package's name there.
    pub name: String,
    /// The version to ask for; the plan's where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Installs or removes through the Windows installer.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MsiAction {
    /// The artifact, by its name or its file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Spanned<String>>,
    /// Properties for the command line.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub properties: BTreeMap<String, Argument>,
    /// The artifact that is a transform, by its name or its file name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transform: Option<Spanned<String>>,
}

/// Runs an installer program.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExeAction {
    /// The artifact, by its name or its file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Spanned<String>>,
    /// Its arguments, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Argument>,
}

/// Unpacks an archive: `.zip`, `.tar`, `.tar.gz`, `.tgz`.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveAction {
    /// The artifact, by its name or its file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Spanned<String>>,
    /// The folder to unpack into: an absolute path.
    pub to: String,
    /// How many leading parts of the paths to drop.
    #[serde(default)]
    pub strip: u32,
}

/// Installs a package of macOS.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PkgAction {
    /// The artifact, by its name or its file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Spanned<String>>,
}

/// Copies an application out of a disk image of macOS.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DmgAction {
    /// The artifact, by its name or its file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Spanned<String>>,
    /// The application in the image; its only one where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// The folder to copy it into; `/Applications` where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// Removes what Windows has registered: by the product code or the quiet
/// uninstall string that detection found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisteredAction {
    /// Further arguments, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<Argument>,
}

/// One whole argument of a program: never spliced, never through a shell.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// As it is written.
    Text(String),
    /// The value of a parameter; left out where it has none.
    Param(Spanned<String>),
    /// A secret.
    Secret(Spanned<String>),
    /// A field of the deployment's licence, `key` or `file`; left out where there is no licence.
    Licence(Spanned<String>),
}

/// Programs that must not run while something is installed or removed.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloseFirst {
    /// Their file names.
    pub processes: Vec<String>,
    /// What happens where one of them runs.
    #[serde(default)]
    pub on_busy: OnBusy,
}

/// What happens where a program that must not run does.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum OnBusy {
    /// The action is left for another session, and has not failed.
    #[default]
    Postpone,
    /// Whoever is logged on is asked; with nobody there, as `kill`.
    Prompt,
    /// They are asked to end, and ended after that.
    Kill,
}
