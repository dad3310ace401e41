//! How software is found: the detectors, which run without touching anything.

use schemars::JsonSchema;
use serde::Serialize;

use super::PackageManager;
use crate::Spanned;

/// How to find out whether software is there: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Detect {
    /// Windows' uninstall keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<RegistryDetect>,
    /// The Windows installer's upgrade code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgrade_code: Option<Spanned<String>>,
    /// The Windows installer's product code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product_code: Option<Spanned<String>>,
    /// A package manager's database.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<PackageDetect>,
    /// A file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<FileDetect>,
    /// A program's output.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandDetect>,
    /// A script beside the document, which prints the version or nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Spanned<String>>,
}

/// Looks for an uninstall key.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistryDetect {
    /// What the display name must look like.
    pub display_name: TextMatch,
    /// Of the machine or of the users.
    #[serde(default)]
    pub context: RegistryContext,
}

/// How a text must look: exactly one of the keys.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TextMatch {
    /// It contains this, case aside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contains: Option<Spanned<String>>,
    /// It matches this; a capture group named `version` supplies the version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regex: Option<Spanned<String>>,
}

/// Whose uninstall keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the variants are names")]
pub enum RegistryContext {
    #[default]
    Machine,
    User,
}

/// Looks into a package manager's database.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PackageDetect {
    /// Which one.
    pub manager: PackageManager,
    /// The package's name there.
    pub name: String,
}

/// Looks at a file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FileDetect {
    /// Its absolute path.
    pub path: Spanned<String>,
    /// Whether and how the file tells its version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<FileVersion>,
}

/// How a file tells a version.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum FileVersion {
    /// `true`: from its own version resource.
    Own(bool),
    /// The first match of this in its content; a capture group named `version`, else the whole match.
    Regex(Spanned<String>),
}

/// Runs a program and reads its output.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CommandDetect {
    /// The command line, split at blanks, without a shell.
    pub run: Spanned<String>,
    /// What to look for in the output; a capture group named `version`, else the whole match.
    pub version: Spanned<String>,
}
