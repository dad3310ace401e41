//! Which of a package's installers are taken, and how each kind is run.

use ordain_schema::document::Arch;

use super::manifest::Installer;
use crate::catalogue::draft::Artifact;
use crate::catalogue::reason::{Reason, Refusal};
use crate::catalogue::yaml::Yaml;

/// How an installer is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The Windows installer; also those made with WiX.
    Msi,
    /// A WiX bundle.
    Burn,
    /// Inno Setup.
    Inno,
    /// Nullsoft's.
    Nullsoft,
    /// Another program, whose manifest says how it keeps silent.
    Exe,
}

/// An installer that can be run.
#[derive(Debug, Clone)]
pub(super) struct Runnable<'a> {
    pub(super) installer: &'a Installer,
    pub(super) kind: Kind,
    pub(super) arch: Option<Arch>,
    pub(super) url: String,
    pub(super) sha256: String,
}

/// One installer for each architecture: for the machine before the user, in
/// English or no language, of the kind that says most about itself. The
/// error is why not even one can be run.
pub(super) fn choose(all: &[Installer]) -> Result<Vec<Runnable<'_>>, Refusal> {
    let mut runnable = Vec::new();
    let mut refused: Option<Refusal> = None;
    for installer in all {
        match self::runnable(installer) {
            Ok(one) => runnable.push(one),
            Err(refusal) => {
                refused.get_or_insert(refusal);
            }
        }
    }
    runnable.sort_by_key(|one| {
        (one.arch.map_or(0, rank), is_users(one.installer), foreign(one.installer), one.kind)
    });
    runnable.dedup_by_key(|one| one.arch);
    // What fits every computer is wanted only where nothing fits better.
    if runnable.iter().any(|one| one.arch.is_some()) {
        runnable.retain(|one| one.arch.is_some());
    }
    if runnable.is_empty() {
        return Err(refused.unwrap_or_else(|| Reason::NoAddress.into()));
    }
    Ok(runnable)
}

fn rank(arch: Arch) -> u8 {
    match arch {
        Arch::X64 => 1,
        Arch::X86 => 2,
        Arch::Arm64 => 3,
    }
}

/// Whether it installs for one person only.
pub(super) fn is_users(installer: &Installer) -> bool {
    installer.plain.get("Scope").is_some_and(|scope| scope == "user")
}

fn foreign(installer: &Installer) -> bool {
    let locale = installer.plain.get("InstallerLocale");
    locale.is_some_and(|locale| !locale.to_ascii_lowercase().starts_with("en"))
}

fn runnable(installer: &Installer) -> Result<Runnable<'_>, Refusal> {
    let kind = kind(installer)?;
    let file = pinned(installer)?;
    Ok(Runnable { installer, kind, arch: file.arch, url: file.url, sha256: file.sha256 })
}

/// An installer's file, whatever its kind.
pub(super) fn file(installer: &Installer) -> Option<Artifact> {
    pinned(installer).ok()
}

fn pinned(installer: &Installer) -> Result<Artifact, Refusal> {
    let plain = |key: &str| installer.plain.get(key).map(String::as_str);
    let arch = match plain("Architecture").unwrap_or("neutral") {
        "x64" => Some(Arch::X64),
        "x86" => Some(Arch::X86),
        "arm64" => Some(Arch::Arm64),
        "neutral" => None,
        other => return Err(Refusal::with(Reason::OtherSystem, other)),
    };
    let url = plain("InstallerUrl").ok_or(Reason::NoAddress)?.to_owned();
    let sha256 = plain("InstallerSha256").ok_or(Reason::NoHash)?.to_ascii_lowercase();
    if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Reason::OtherHash.into());
    }
    Ok(Artifact { url, sha256, arch })
}

fn kind(installer: &Installer) -> Result<Kind, Refusal> {
    let written = installer.plain.get("InstallerType").map(String::as_str).unwrap_or_default();
    match written.to_ascii_lowercase().as_str() {
        "msi" | "wix" => Ok(Kind::Msi),
        "burn" => Ok(Kind::Burn),
        "inno" => Ok(Kind::Inno),
        "nullsoft" => Ok(Kind::Nullsoft),
        "exe" if silent(installer).is_some() => Ok(Kind::Exe),
        "exe" => Err(Reason::NoSilentInstall.into()),
        "msix" | "appx" | "msstore" | "pwa" => Err(Refusal::with(Reason::PackagedApp, written)),
        "portable" | "zip" => Err(Refusal::with(Reason::PortableProgram, written)),
        _ => Err(Refusal::with(Reason::UnknownInstaller, written)),
    }
}

fn silent(installer: &Installer) -> Option<&str> {
    let switch = |key| installer.switches.get(key).map(|text| text.trim());
    switch("Silent").or_else(|| switch("SilentWithProgress")).filter(|text| !text.is_empty())
}

impl Kind {
    /// What keeps an installer of the kind silent and the computer running.
    fn silent(self) -> &'static [&'static str] {
        match self {
            Self::Msi | Self::Exe => &[],
            Self::Burn => &["/quiet", "/norestart"],
            Self::Inno => &["/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART", "/SP-"],
            Self::Nullsoft => &["/S"],
        }
    }

    /// What keeps its uninstaller silent.
    pub(super) fn silent_uninstall(self) -> &'static [&'static str] {
        match self {
            Self::Msi | Self::Exe => &[],
            Self::Burn => &["/quiet", "/norestart"],
            Self::Inno => &["/VERYSILENT", "/SUPPRESSMSGBOXES", "/NORESTART"],
            Self::Nullsoft => &["/S"],
        }
    }
}

/// The action that runs it.
pub(super) fn install(one: &Runnable<'_>) -> Yaml {
    let installer = one.installer;
    let custom = split(installer.switches.get("Custom").map_or("", String::as_str));
    let mut entries = Vec::new();
    if one.kind == Kind::Msi {
        let properties = custom.iter().filter_map(|argument| argument.split_once('='));
        let properties: Vec<_> = properties
            .filter(|(name, _)| is_property(name))
            .map(|(name, value)| (name.to_owned(), Yaml::text(value.trim_matches('"'))))
            .collect();
        let msi = if properties.is_empty() {
            Yaml::Row(Vec::new())
        } else {
            Yaml::Map(vec![("properties".to_owned(), Yaml::Row(properties))])
        };
        entries.push(("msi".to_owned(), msi));
    } else {
        let own = silent(installer).map(split);
        let mut args =
            own.unwrap_or_else(|| one.kind.silent().iter().map(|&text| text.to_owned()).collect());
        args.extend(custom);
        let args = Yaml::List(args.into_iter().map(Yaml::Text).collect());
        entries.push(("exe".to_owned(), Yaml::map([("args", args)])));
    }
    if is_users(installer) {
        entries.push(("context".to_owned(), Yaml::word("user")));
    }
    let numbers =
        |codes: &[i32]| Yaml::List(codes.iter().map(|code| Yaml::word(code.to_string())).collect());
    if !installer.success.is_empty() {
        let mut codes = vec![0];
        codes.extend(installer.success.iter().filter(|code| **code != 0));
        entries.push(("successCodes".to_owned(), numbers(&codes)));
    }
    if !installer.reboot.is_empty() {
        entries.push(("rebootCodes".to_owned(), numbers(&installer.reboot)));
    }
    Yaml::Map(entries)
}

/// Whether a text is the name of a public property.
fn is_property(name: &str) -> bool {
    let inner =
        |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || b"_.".contains(&byte);
    name.starts_with(|sign: char| sign.is_ascii_uppercase()) && name.bytes().all(inner)
}

/// The arguments of a Windows command line: split at blanks outside double
/// quotes, which are dropped; `\"` is a quote.
pub(super) fn split(line: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut one: Option<String> = None;
    let mut quoted = false;
    let mut signs = line.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' if signs.peek() == Some(&'"') => {
                signs.next();
                one.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                one.get_or_insert_default();
            }
            sign if sign.is_whitespace() && !quoted => all.extend(one.take()),
            sign => one.get_or_insert_default().push(sign),
        }
    }
    all.extend(one);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn command_lines_are_split_as_windows_does() {
        let cases: [(&str, &[&str]); 6] = [
            ("", &[]),
            ("/S /D=C:\\x", &["/S", "/D=C:\\x"]),
            (r#"/v"/qn REBOOT=R" /s"#, &["/v/qn REBOOT=R", "/s"]),
            (r#"/v"\"a b\"""#, &["/v\"a b\""]),
            ("  --silent\t-q  ", &["--silent", "-q"]),
            (r#""" x"#, &["", "x"]),
        ];
        for (line, expected) in cases {
            assert_eq!(split(line), expected, "{line}");
        }
    }
}
