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

#[cfg(test)]
mod tests {
    use ordain_schema::document::OnPlatform;

    use super::*;

    const FAMILIES: [Option<OsFamily>; 3] = [None, Some(OsFamily::Windows), Some(OsFamily::Linux)];
    const ARCHS: [Option<Arch>; 4] = [None, Some(Arch::X64), Some(Arch::X86), Some(Arch::Arm64)];

    fn computers() -> Vec<OsFacts> {
        let each = FAMILIES.into_iter().flat_map(|family| {
            ARCHS.into_iter().map(move |arch| OsFacts { family, version: None, arch })
        });
        each.collect()
    }

    fn is_known_better(more: &OsFacts, less: &OsFacts) -> bool {
        (less.family.is_none() || less.family == more.family)
            && (less.arch.is_none() || less.arch == more.arch)
    }

    /// Every list of up to two entries, the values being their numbers.
    fn lists() -> Vec<ByPlatform<usize>> {
        let kinds: Vec<_> = computers().into_iter().map(|os| (os.family, os.arch)).collect();
        let entry = |(os, arch), value| OnPlatform { os, arch, value };
        let mut all: Vec<_> =
            kinds.iter().map(|one| ByPlatform::List(vec![entry(*one, 1)])).collect();
        for first in &kinds {
            all.extend(
                kinds
                    .iter()
                    .map(|second| ByPlatform::List(vec![entry(*first, 1), entry(*second, 2)])),
            );
        }
        all
    }

    #[test]
    fn knowing_more_of_a_computer_changes_no_choice() {
        for list in lists() {
            for less in computers() {
                let choice = choose(&list, Some(&less));
                for more in computers().into_iter().filter(|more| is_known_better(more, &less)) {
                    let better = choose(&list, Some(&more));
                    let stays = matches!(choice, Choice::Unknown(_)) || better == choice;
                    assert!(stays, "{list:?}: {less:?} {choice:?}, {more:?} {better:?}");
                }
            }
        }
    }

    #[test]
    fn a_computer_that_is_known_gets_the_first_entry_that_runs_there() {
        let known = |os: &OsFacts| os.family.is_some() && os.arch.is_some();
        for list in lists() {
            for os in computers().into_iter().filter(known) {
                let runs = |arch: Option<Arch>| match (os.arch, arch) {
                    (_, None) | (Some(Arch::Arm64), _) => true,
                    (Some(Arch::X64), Some(arch)) => arch != Arch::Arm64,
                    (_, Some(arch)) => arch == Arch::X86,
                };
                let mut entries = list.entries();
                let first = entries.find(|(family, arch, _)| {
                    (family.is_none() || *family == os.family) && runs(*arch)
                });
                let expected = first.map_or(Choice::Nothing, |(_, _, value)| Choice::Fits(value));
                assert_eq!(choose(&list, Some(&os)), expected, "{list:?} {os:?}");
            }
        }
    }
}
