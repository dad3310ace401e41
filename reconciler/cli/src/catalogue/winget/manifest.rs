//! Reading winget's manifests: which files make up a package's version, and
//! what they say of it.

use std::collections::BTreeMap;

use ordain_schema::tree::{self, Node, Value};

use crate::catalogue::reason::{Reason, Refusal};

/// One file of a package's version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Version,
    Installer,
    DefaultLocale,
    Locale,
    Singleton,
}

/// One version of a package: its files together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Manifest {
    /// `Google.Chrome`.
    pub id: String,
    /// As winget calls it.
    pub version: String,
    /// What people read: name, publisher, licence and so on.
    pub about: BTreeMap<String, String>,
    /// The installers, each with what holds for all of them.
    pub installers: Vec<Installer>,
}

/// One installer, the keys of the manifest's root merged in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Installer {
    /// Scalars by key: `Architecture`, `InstallerUrl`, `Scope` and so on.
    pub plain: BTreeMap<String, String>,
    /// `InstallerSwitches`.
    pub switches: BTreeMap<String, String>,
    /// The entry that it makes under Programs and Features.
    pub entry: BTreeMap<String, String>,
    /// Exit codes that mean success, beside 0.
    pub success: Vec<i32>,
    /// Exit codes that mean success and a reboot.
    pub reboot: Vec<i32>,
    /// Packages that must be there: id, and at least which version.
    pub packages: Vec<(String, Option<String>)>,
    /// Windows features that must be there.
    pub features: Vec<String>,
}

/// The keys of an installer that the manifest's root may give for all.
const SHARED: [&str; 12] = [
    "InstallerType",
    "NestedInstallerType",
    "Scope",
    "InstallerLocale",
    "ProductCode",
    "UpgradeBehavior",
    "InstallerSwitches",
    "InstallerSuccessCodes",
    "ExpectedReturnCodes",
    "AppsAndFeaturesEntries",
    "Dependencies",
    "Platform",
];

/// Reads files, each with its name for messages, and groups them by package
/// and version. What cannot be read is refused by the file's name.
pub(crate) fn read(files: &[(String, String)]) -> (Vec<Manifest>, Vec<(String, Refusal)>) {
    let mut found: BTreeMap<(String, String), Manifest> = BTreeMap::new();
    let mut refused = Vec::new();
    for (file, text) in files {
        if let Err(refusal) = one(text, &mut found) {
            refused.push((file.clone(), refusal));
        }
    }
    (found.into_values().collect(), refused)
}

fn one(text: &str, found: &mut BTreeMap<(String, String), Manifest>) -> Result<(), Refusal> {
    let (nodes, faults) = tree::yaml(text);
    if let Some(fault) = faults.iter().find(|fault| fault.cuts()) {
        let said = format!("line {}: {}", fault.span.line, fault.message);
        return Err(Refusal::with(Reason::NotAManifest, said));
    }
    let [root] = nodes.as_slice() else {
        return Err(Refusal::with(Reason::NotAManifest, "a manifest is one document"));
    };
    let (Some(id), Some(kind)) =
        (text_of(root, "PackageIdentifier"), text_of(root, "ManifestType"))
    else {
        let said = "`PackageIdentifier` or `ManifestType` is missing";
        return Err(Refusal::with(Reason::NotAManifest, said));
    };
    let version = text_of(root, "PackageVersion").ok_or(Reason::NoVersion)?;
    let part = match kind.to_ascii_lowercase().as_str() {
        "version" => Part::Version,
        "installer" => Part::Installer,
        "defaultlocale" => Part::DefaultLocale,
        "locale" => Part::Locale,
        "singleton" | "merged" => Part::Singleton,
        other => {
            let said = format!("`{other}` is no type of manifest");
            return Err(Refusal::with(Reason::NotAManifest, said));
        }
    };
    let manifest = found.entry((id.clone(), version.clone())).or_default();
    (manifest.id, manifest.version) = (id, version);
    if matches!(part, Part::DefaultLocale | Part::Singleton) {
        manifest.about.extend(scalars(root));
    }
    if matches!(part, Part::Installer | Part::Singleton) {
        manifest.installers = installers(root);
    }
    Ok(())
}

fn installers(root: &Node<'_>) -> Vec<Installer> {
    let all = items(root.get("Installers"));
    all.into_iter().map(|own| installer(root, own)).collect()
}

/// An installer with what the root says for all; its own keys win whole.
fn installer(root: &Node<'_>, own: &Node<'_>) -> Installer {
    let get = |key: &str| own.get(key).or_else(|| SHARED.contains(&key).then(|| root.get(key))?);
    let mut plain = scalars(root);
    plain.retain(|key, _| SHARED.contains(&key.as_str()));
    plain.extend(scalars(own));
    let mut switches = root.get("InstallerSwitches").map(scalars).unwrap_or_default();
    switches.extend(own.get("InstallerSwitches").map(scalars).unwrap_or_default());
    let entries = items(get("AppsAndFeaturesEntries"));
    let needs = get("Dependencies");
    let packages = items(needs.and_then(|needs| needs.get("PackageDependencies")));
    let features = items(needs.and_then(|needs| needs.get("WindowsFeatures")));
    let codes = items(get("InstallerSuccessCodes"))
        .into_iter()
        .filter_map(|code| scalar(code)?.parse().ok());
    Installer {
        plain,
        switches,
        entry: entries.first().map(|entry| scalars(entry)).unwrap_or_default(),
        success: codes.collect(),
        reboot: reboot_codes(&items(get("ExpectedReturnCodes"))),
        packages: packages
            .into_iter()
            .filter_map(|one| {
                Some((text_of(one, "PackageIdentifier")?, text_of(one, "MinimumVersion")))
            })
            .collect(),
        features: features.into_iter().filter_map(scalar).collect(),
    }
}

/// Those of the codes that mean success after a reboot.
fn reboot_codes(codes: &[&Node<'_>]) -> Vec<i32> {
    let is_reboot = |code: &&&Node<'_>| {
        let answer = text_of(code, "ReturnResponse").unwrap_or_default();
        ["rebootRequiredToFinish", "rebootInitiated"].contains(&answer.as_str())
    };
    let number = |code: &&Node<'_>| text_of(code, "InstallerReturnCode")?.parse().ok();
    codes.iter().filter(is_reboot).filter_map(number).collect()
}

fn scalars(node: &Node<'_>) -> BTreeMap<String, String> {
    let entries = node.entries().unwrap_or_default().iter();
    entries.filter_map(|entry| Some((entry.key.to_string(), scalar(&entry.value)?))).collect()
}

fn items<'a, 't>(node: Option<&'a Node<'t>>) -> Vec<&'a Node<'t>> {
    match node.map(|node| &node.value) {
        Some(Value::Sequence(items)) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn text_of(node: &Node<'_>, key: &str) -> Option<String> {
    scalar(node.get(key)?)
}

/// The text of a scalar as it was written: `1.10` stays `1.10`.
fn scalar(node: &Node<'_>) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar) if !node.is_null() => Some(scalar.text.trim().to_owned()),
        _ => None,
    }
}
