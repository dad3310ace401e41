//! An action: what runs on a computer to install, test or set something.

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    ArchiveAction, Argument, CloseFirst, DmgAction, ExeAction, MsiAction, PackageAction, PkgAction,
    RegisteredAction, Seconds,
};
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
    /// A package of macOS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pkg: Option<PkgAction>,
    /// A disk image of macOS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dmg: Option<DmgAction>,
    /// The uninstaller that Windows has registered; for `uninstall` alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registered: Option<Spanned<RegisteredAction>>,
    /// Programs that must not run meanwhile; those of the software where nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub close_first: Option<CloseFirst>,
    /// Files of the root's `lib/` that stand beside the script, by their paths
    /// from the root.
    #[serde(default, rename = "use", skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Spanned<String>>,
    /// What interprets the script; follows from its ending otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interpreter: Option<Interpreter>,
    /// As whom it runs; `system` where nothing says otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<RunContext>,
    /// For whom it runs in the user context; for who is at the screen where
    /// nothing is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub users: Option<Spanned<Users>>,
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

/// For whom an action in the user context runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Users {
    /// Everybody who is logged on, one after the other.
    Each,
    /// The computer's primary person, where logged on.
    Primary,
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

impl Action {
    /// Every argument of a built-in.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        let properties = self.msi.iter().flat_map(|msi| msi.properties.values());
        let exe = self.exe.iter().flat_map(|exe| &exe.args);
        let registered = self.registered.iter().flat_map(|registered| &registered.args);
        properties.chain(exe).chain(registered)
    }

    /// Every artifact that it names.
    pub fn artifacts(&self) -> impl Iterator<Item = &Spanned<String>> {
        let msi = self.msi.iter().flat_map(|msi| [&msi.artifact, &msi.transform]);
        let others = [
            self.exe.as_ref().map(|exe| &exe.artifact),
            self.archive.as_ref().map(|archive| &archive.artifact),
            self.pkg.as_ref().map(|pkg| &pkg.artifact),
            self.dmg.as_ref().map(|dmg| &dmg.artifact),
        ];
        msi.chain(others.into_iter().flatten()).flatten()
    }
}
