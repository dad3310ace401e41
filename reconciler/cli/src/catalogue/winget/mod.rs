//! winget's manifests: from the files of a package to a [`Draft`], or the
//! reason why there is none.
//!
//! A package is detected by what its installer leaves under Programs and
//! Features, installed from pinned files, one for each architecture, and taken
//! off by the uninstaller that it registered.

mod installer;
mod manifest;

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ordain_schema::document::Arch;

use super::draft::{Artifact, Draft, LeftOut, Needed, Platform, Version, Way, word};
use super::name;
use super::pattern::escape;
use super::reason::{Reason, Refusal};
use super::yaml::Yaml;
use installer::Runnable;
use manifest::Installer;
pub(crate) use manifest::{Manifest, read};

/// A package: its versions, the newest first.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// `Google.Chrome`.
    pub id: String,
    versions: Vec<Manifest>,
}

/// Versions of the same package together. `newer` orders versions.
pub(crate) fn packages(
    manifests: Vec<Manifest>,
    newer: impl Fn(&str, &str) -> Ordering,
) -> Vec<Package> {
    let mut all: BTreeMap<String, Vec<Manifest>> = BTreeMap::new();
    for manifest in manifests {
        all.entry(manifest.id.clone()).or_default().push(manifest);
    }
    let sorted = all.into_iter().map(|(id, mut versions)| {
        versions.sort_by(|one, other| newer(&other.version, &one.version));
        Package { id, versions }
    });
    sorted.collect()
}

/// Names for a package, the best first: without its publisher, then whole.
pub(crate) fn names(package: &Package) -> Result<Vec<String>, Refusal> {
    let short = package.id.split_once('.').and_then(|(_, product)| name::valid(product));
    let names: Vec<String> = short.into_iter().chain(name::valid(&package.id)).collect();
    if names.is_empty() { Err(Refusal::with(Reason::NoName, &package.id)) } else { Ok(names) }
}

/// A package as a draft of that name.
pub(crate) fn draft(package: &Package, name: &str) -> Result<Draft, Refusal> {
    let newest = package.versions.first().ok_or(Reason::NoVersion)?;
    let chosen = installer::choose(&newest.installers)?;
    let first = &chosen[0];
    let install = by_arch(&chosen, installer::install);
    let mut left_out = Vec::new();
    left_out.extend(first.installer.features.iter().cloned().map(LeftOut::WindowsFeature));
    let detect = by_arch(&chosen, |one| detect(newest, one));
    left_out.extend(guessed(newest, first).map(LeftOut::DetectedByName));
    let about = |key: &str| newest.about.get(key).cloned();
    Ok(Draft {
        id: package.id.clone(),
        name: name.to_owned(),
        publisher: about("Publisher"),
        homepage: about("PackageUrl").or_else(|| about("PublisherUrl")),
        description: about("ShortDescription"),
        licence: licence(newest),
        platforms: vec![Platform { os: "windows", arch: None }],
        detect,
        versions: package.versions.iter().filter_map(|one| version(one, &install)).collect(),
        uninstall: Some(by_arch(&chosen, uninstall)),
        install,
        uninstalls_first: uninstalls_first(first),
        requires: requires(first),
        source: Some(("winget", package.id.clone())),
        files: Vec::new(),
        way: Way::Pinned,
        left_out,
    })
}

/// One value where all installers have the same, else a list by architecture:
/// the one that only few computers run first, since the others fit those too.
fn by_arch(chosen: &[Runnable<'_>], value: impl Fn(&Runnable<'_>) -> Yaml) -> Yaml {
    let first = value(&chosen[0]);
    if chosen.iter().all(|one| value(one) == first) {
        return first;
    }
    let mut sorted: Vec<&Runnable<'_>> = chosen.iter().collect();
    sorted.sort_by_key(|one| match one.arch {
        Some(Arch::Arm64) => 0,
        Some(Arch::X64) => 1,
        Some(Arch::X86) => 2,
        None => 3,
    });
    let entry = |one: &&Runnable<'_>| {
        let arch = one.arch.map(|arch| ("arch".to_owned(), Yaml::word(word(arch))));
        let (Yaml::Map(value) | Yaml::Row(value)) = value(one) else { return value(one) };
        Yaml::Map(arch.into_iter().chain(value).collect())
    };
    Yaml::List(sorted.iter().map(entry).collect())
}

/// A version with its pinned files; none where nothing of it can be run.
fn version(manifest: &Manifest, whole: &Yaml) -> Option<Version> {
    let chosen = installer::choose(&manifest.installers).ok()?;
    let install = by_arch(&chosen, installer::install);
    Some(Version {
        text: detected_version(manifest, chosen[0].installer),
        artifacts: chosen.iter().map(artifact).collect(),
        install: (install != *whole).then_some(install),
    })
}

fn artifact(one: &Runnable<'_>) -> Artifact {
    Artifact { url: one.url.clone(), sha256: one.sha256.clone(), arch: one.arch }
}

/// What a manifest offers: its version, and the files of all its installers,
/// those that an import would take first.
pub(crate) fn offered(manifest: &Manifest) -> Option<Version> {
    let chosen = installer::choose(&manifest.installers).unwrap_or_default();
    let first = chosen.first().map(|one| one.installer).or(manifest.installers.first())?;
    let mut artifacts: Vec<Artifact> = chosen.iter().map(artifact).collect();
    let others = manifest.installers.iter().filter_map(installer::file);
    artifacts.extend(others.filter(|other| !chosen.iter().any(|one| one.url == other.url)));
    Some(Version { text: detected_version(manifest, first), artifacts, install: None })
}

/// The version that Programs and Features will show.
fn detected_version(manifest: &Manifest, installer: &Installer) -> String {
    installer.entry.get("DisplayVersion").unwrap_or(&manifest.version).clone()
}

/// By the code that stays over versions, else by the name that it shows, else
/// by the product code.
fn detect(manifest: &Manifest, one: &Runnable<'_>) -> Yaml {
    if let Some(code) = entry(one, "UpgradeCode").filter(|code| is_guid(code)) {
        return Yaml::map([("upgradeCode", Yaml::text(code))]);
    }
    let known = entry(one, "DisplayName");
    let shown = match (known.clone().or_else(|| guessed(manifest, one)), product_code(one)) {
        (Some(shown), _) => shown,
        (None, Some(code)) => return Yaml::map([("productCode", Yaml::text(code))]),
        (None, None) => manifest.id.clone(),
    };
    let versions = [manifest.version.as_str(), &detected_version(manifest, one.installer)];
    let pattern = pattern(&shown, &versions, known.is_some());
    let mut registry =
        vec![("displayName".to_owned(), Yaml::row([("regex", Yaml::text(pattern))]))];
    if installer::is_users(one.installer) {
        registry.push(("context".to_owned(), Yaml::word("user")));
    }
    Yaml::map([("registry", Yaml::Map(registry))])
}

/// What the installer's entry under Programs and Features says.
fn entry(one: &Runnable<'_>, key: &str) -> Option<String> {
    one.installer.entry.get(key).filter(|text| !text.is_empty()).cloned()
}

fn product_code(one: &Runnable<'_>) -> Option<String> {
    let own = one.installer.plain.get("ProductCode").cloned();
    entry(one, "ProductCode").or(own).filter(|code| is_guid(code))
}

/// The name to look for where the manifest gives none: winget takes the
/// package's name then.
fn guessed(manifest: &Manifest, one: &Runnable<'_>) -> Option<String> {
    let is_known = entry(one, "UpgradeCode").is_some_and(|code| is_guid(&code))
        || entry(one, "DisplayName").is_some();
    let named = manifest.about.get("PackageName").cloned();
    let named = named.or_else(|| product_code(one).is_none().then(|| manifest.id.clone()));
    named.filter(|_| !is_known)
}

/// A name as a pattern: other versions in the place of this one's, and
/// nothing behind it but, where the name is a guess, a version.
fn pattern(shown: &str, versions: &[&str], is_known: bool) -> String {
    let within = versions.iter().filter(|version| !version.is_empty() && shown.contains(**version));
    // The longer of two that begin alike is the one that is written there.
    let version = within.max_by_key(|version| version.len());
    let mut out = String::from("^");
    let mut parts = match version {
        Some(version) => shown.split(*version).collect::<Vec<_>>(),
        None => vec![shown],
    }
    .into_iter();
    escape(parts.next().unwrap_or_default(), &mut out);
    for part in parts {
        out.push_str(r"\d\S*");
        escape(part, &mut out);
    }
    if version.is_none() && !is_known {
        out.push_str(r"( \(?v?\d.*)?");
    }
    out.push('$');
    out
}

fn is_guid(text: &str) -> bool {
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    inner.is_some_and(|inner| {
        inner.len() == 36 && inner.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
    })
}

/// The uninstaller that Windows has registered, kept silent.
fn uninstall(one: &Runnable<'_>) -> Yaml {
    let args: Vec<Yaml> =
        one.kind.silent_uninstall().iter().map(|&text| Yaml::text(text)).collect();
    let registered = if args.is_empty() {
        Yaml::Row(Vec::new())
    } else {
        Yaml::row([("args", Yaml::List(args))])
    };
    let mut action = vec![("registered".to_owned(), registered)];
    if installer::is_users(one.installer) {
        action.push(("context".to_owned(), Yaml::word("user")));
    }
    Yaml::Row(action)
}

fn uninstalls_first(one: &Runnable<'_>) -> bool {
    one.installer.plain.get("UpgradeBehavior").is_some_and(|how| how == "uninstallPrevious")
}

fn requires(one: &Runnable<'_>) -> Vec<Needed> {
    let needed = one.installer.packages.iter();
    needed.map(|(id, at_least)| Needed { id: id.clone(), at_least: at_least.clone() }).collect()
}

fn licence(manifest: &Manifest) -> Option<String> {
    let word = manifest.about.get("License")?;
    Some(match manifest.about.get("LicenseUrl") {
        Some(url) => format!("{word} ({url})"),
        None => word.clone(),
    })
}
