//! An action: what runs on a computer to install, test or set something.

use schemars::JsonSchema;
use serde::Serialize;

use super::Seconds;
use crate::Spanned;

/// What runs on a computer: exactly one of a script and the built-ins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Action {
    /// A script beside the document, by its path from the document's folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
    /// The system's package manager.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageAction>,
    /// The Windows installer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub msi: Option<MsiAction>,
    /// An installer program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exe: Option<ExeAction>,
    /// An archive to unpack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<ArchiveAction>,
    /// What interprets the script; follows from its ending otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<Interpreter>,
    /// As whom it runs; `system` where nothing says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<RunContext>,
    /// After how long the whole process tree is killed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<Seconds>,
    /// How often it is tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// Exit codes that mean success; 0 where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success_codes: Option<Vec<i32>>,
    /// Exit codes that mean success and a reboot; 1641 and 3010 for `msi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reboot_codes: Option<Vec<i32>>,
}

/// What interprets a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names of programs")]
pub enum Interpreter {
    Sh,
    Bash,
    Powershell,
    Pwsh,
    Cmd,
    Python3,
}

/// As whom, and where, something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RunContext {
    /// As the system's most privileged account.
    System,
    /// As the person who is logged on.
    User,
    /// On the controller, for one computer.
    Metascript,
    /// On the controller, for one tenant.
    Cloud,
}

/// A package manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names of programs")]
pub enum PackageManager {
    Dpkg,
    Rpm,
    Apk,
    Brew,
    Winget,
    Choco,
    Pkgutil,
}

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
    /// The artifact's file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Properties for the command line.
    #[serde(default, skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    pub properties: std::collections::BTreeMap<String, String>,
    /// The artifact that is a transform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transform: Option<String>,
}

/// Runs an installer program.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExeAction {
    /// The artifact's file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// Its arguments, one by one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<String>,
}

/// Unpacks an archive.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArchiveAction {
    /// The artifact's file name; the version's only artifact where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<String>,
    /// The folder to unpack into.
    pub to: String,
    /// How many leading parts of the paths to drop.
    #[serde(default)]
    pub strip: u32,
}
