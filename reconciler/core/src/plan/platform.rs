//! What of a list is for a computer, by its operating system and architecture.

use ordain_schema::document::{
    Action, Arch, ByPlatform, OsFacts, OsFamily, Platform, Software, SoftwareVersion,
};

use crate::fleet::Subject;

/// The facts that a computer may not have reported.
const FAMILY: &str = "computer.os.family";
const ARCH: &str = "computer.os.arch";

/// What a list by platform has for a computer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Choice<'a, T> {
    /// The first entry that fits.
    Fits(&'a T),
    /// None fits.
    Nothing,
    /// Which one fits depends on this fact, which is not known.
    Unknown(&'static str),
}

/// The first entry that fits a computer. One that may fit, were the computer
/// better known, hides those behind it.
pub(crate) fn choose<'a, T>(by: &'a ByPlatform<T>, os: Option<&OsFacts>) -> Choice<'a, T> {
    for (family, arch, value) in by.entries() {
        match fits(family, arch, os) {
            Ok(true) => return Choice::Fits(value),
            Ok(false) => {}
            Err(fact) => return Choice::Unknown(fact),
        }
    }
    Choice::Nothing
}

/// Whether one of the platforms is the computer's; the fact where that is not known.
pub(super) fn platform(
    platforms: Option<&[Platform]>,
    subject: &Subject<'_>,
) -> Result<bool, &'static str> {
    let Some(platforms) = platforms else {
        return Ok(true);
    };
    let mut missing = None;
    for platform in platforms {
        match fits(platform.os, platform.arch, subject.facts.os.as_ref()) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(fact) => missing = missing.or(Some(fact)),
        }
    }
    missing.map_or(Ok(false), Err)
}

/// Whether a computer is of a platform; the fact where that is not known.
fn fits(
    family: Option<OsFamily>,
    arch: Option<Arch>,
    os: Option<&OsFacts>,
) -> Result<bool, &'static str> {
    let (own_family, own_arch) = (os.and_then(|os| os.family), os.and_then(|os| os.arch));
    let family = family.map_or(Some(true), |wanted| own_family.map(|own| own == wanted));
    let arch = arch.map_or(Some(true), |wanted| own_arch.map(|own| runs_on(own, wanted)));
    match (family, arch) {
        (Some(true), Some(true)) => Ok(true),
        (Some(false), _) | (_, Some(false)) => Ok(false),
        (None, _) => Err(FAMILY),
        (_, None) => Err(ARCH),
    }
}

/// Whether a computer of one architecture runs programs of another: arm64 falls
/// back to x64, then x86; x64 to x86.
pub(super) fn runs_on(own: Arch, wanted: Arch) -> bool {
    match own {
        Arch::Arm64 => true,
        Arch::X64 => wanted != Arch::Arm64,
        Arch::X86 => wanted == Arch::X86,
    }
}

/// How a version is installed: its own way wins over the software's.
pub(super) fn install<'a>(
    software: &'a Software,
    entry: Option<&'a SoftwareVersion>,
) -> Option<&'a ByPlatform<Action>> {
    let own = entry.and_then(|entry| entry.actions.install.as_deref());
    own.or(software.actions.install.as_deref())
}

/// How a version is removed.
pub(super) fn uninstall<'a>(
    software: &'a Software,
    entry: Option<&'a SoftwareVersion>,
) -> Option<&'a ByPlatform<Action>> {
    let own = entry.and_then(|entry| entry.actions.uninstall.as_deref());
    own.or(software.actions.uninstall.as_deref())
}
