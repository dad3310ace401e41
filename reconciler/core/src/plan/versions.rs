//! Which versions of a software a computer could get.

use std::cmp::Ordering;

use ordain_schema::document::{
    Arch, Artifact, Body, Latest, Licence, OsFacts, Software, SoftwareVersion, VersionScheme,
};

use ordain_schema::Spanned;

use super::platform::{self, Choice, choose, runs_on};
use crate::fleet::Subject;
use crate::policy::{DocumentId, Policy};
use crate::version;

/// The versions of a software that fit a computer.
#[derive(Debug)]
pub struct Offered<'a> {
    /// How they compare.
    pub scheme: VersionScheme,
    /// The versions as written, in the order of the document or of the offer.
    pub versions: Vec<&'a str>,
    /// Whether an offer from outside would be needed and is not there.
    pub unheard: bool,
}

/// The versions of a software that fit a computer, limited to a licence's major version.
pub fn offered<'a>(
    subject: &Subject<'a>,
    name: &str,
    software: &'a Software,
    licence: Option<&Licence>,
) -> Offered<'a> {
    let scheme = version::resolve(software.version_scheme, &software.detect);
    let os = subject.facts.os.as_ref();
    let is_static = matches!(software.latest, Latest::Static);
    let fits = |version: &str| fits_computer(software, entry(software, scheme, version), os);
    let mut versions: Vec<&str> = if is_static {
        let entries =
            software.versions.iter().filter(|entry| fits_computer(software, Some(entry), os));
        entries.map(|entry| entry.version.as_str()).collect()
    } else {
        let offer = subject.world.fleet.available(name).iter();
        offer.map(String::as_str).filter(|version| fits(version)).collect()
    };
    let unheard = !is_static && subject.world.fleet.available(name).is_empty();
    if let Some(major) = licence.and_then(|licence| licence.restrict_to_major.as_ref()) {
        versions.retain(|version| version::has_major(scheme, version, major));
    }
    Offered { scheme, versions, unheard }
}

/// The licence document that a deployment names.
pub(super) fn licence(policy: &Policy, id: Option<DocumentId>) -> Option<&Licence> {
    match &policy.document(id?).body {
        Body::Licence(licence) => Some(licence),
        _ => None,
    }
}

/// The entry of `versions` that equals a version.
pub(super) fn entry<'a>(
    software: &'a Software,
    scheme: VersionScheme,
    wanted: &str,
) -> Option<&'a SoftwareVersion> {
    software
        .versions
        .iter()
        .find(|entry| version::compare(scheme, &entry.version, wanted) == Ordering::Equal)
}

impl<'a> Offered<'a> {
    /// The newest version that a predicate allows.
    pub fn newest(&self, allows: impl Fn(&str) -> bool) -> Option<&'a str> {
        let allowed = self.versions.iter().copied().filter(|version| allows(version));
        allowed.reduce(|best, version| {
            if self.compare(version, best) == Ordering::Greater { version } else { best }
        })
    }

    /// How two versions compare.
    pub fn compare(&self, a: &str, b: &str) -> Ordering {
        version::compare(self.scheme, a, b)
    }
}

/// Whether a version can be had on a computer: one of its artifacts fits, or it
/// needs none, and its way of being installed is not known not to.
fn fits_computer(
    software: &Software,
    entry: Option<&SoftwareVersion>,
    os: Option<&OsFacts>,
) -> bool {
    let artifacts = artifacts(software, entry);
    let fetched =
        artifacts.is_empty() || artifacts.iter().any(|artifact| artifact_fits(artifact, os));
    let install = platform::install(software, entry);
    fetched && install.is_none_or(|by| choose(by, os) != Choice::Nothing)
}

/// The artifacts of a version: its own, or the software's where it is not listed.
pub(crate) fn artifacts<'a>(
    software: &'a Software,
    entry: Option<&'a SoftwareVersion>,
) -> &'a [Spanned<Artifact>] {
    entry.map_or(&software.artifacts, |entry| &entry.artifacts)
}

/// What cannot be compared fits.
pub(crate) fn artifact_fits(artifact: &Artifact, os: Option<&OsFacts>) -> bool {
    let family = os.and_then(|os| os.family);
    let arch = os.and_then(|os| os.arch);
    let os_fits = artifact.os.is_none() || family.is_none() || artifact.os == family;
    let arch_fits = match (artifact.arch, arch) {
        (Some(wanted), Some(own)) => runs_on(own, wanted),
        _ => true,
    };
    os_fits && arch_fits
}

/// The artifacts for a computer: those of its operating system, and of the
/// architectures it runs those of the best one that is there.
pub(crate) fn fitting<'a>(
    artifacts: &'a [Spanned<Artifact>],
    os: Option<&OsFacts>,
) -> Vec<&'a Spanned<Artifact>> {
    let family = os.and_then(|os| os.family);
    let of_family = artifacts
        .iter()
        .filter(|artifact| artifact.os.is_none() || family.is_none() || artifact.os == family);
    let all: Vec<_> = of_family.collect();
    let runs: &[Arch] = match os.and_then(|os| os.arch) {
        None => return all,
        Some(Arch::Arm64) => &[Arch::Arm64, Arch::X64, Arch::X86],
        Some(Arch::X64) => &[Arch::X64, Arch::X86],
        Some(Arch::X86) => &[Arch::X86],
    };
    let offered = |arch: &Arch| all.iter().any(|artifact| artifact.arch == Some(*arch));
    let best = runs.iter().copied().find(offered);
    let fits = |artifact: &&Spanned<Artifact>| artifact.arch.is_none() || artifact.arch == best;
    all.into_iter().filter(fits).collect()
}
