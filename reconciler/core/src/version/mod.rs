//! How versions compare, by the schemes of the language.
//!
//! A version is turned into a [`Key`] whose bytes sort as the versions do, so
//! that comparing, grouping and hashing cost no more than for plain bytes.
//! The order is total for any text; what is no version of a scheme is told
//! by [`check`]. Which versions a computer may get is decided in `plan`.

mod apk;
mod dpkg;
mod key;
mod rpm;
mod segments;
mod semver;

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use ordain_schema::document::{ByPlatform, Detect, PackageManager, VersionScheme};

pub use key::Key;

/// A text that is no version of its scheme; says why, for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no version {}: {why}", named(*scheme))]
pub struct BadVersion {
    /// The scheme it was read by.
    pub scheme: VersionScheme,
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

/// The scheme that holds where `auto` is written: that of the package manager
/// which detects the software, on every platform the same one, else segments.
/// Never returns `Auto`.
pub fn resolve(scheme: VersionScheme, detect: &ByPlatform<Detect>) -> VersionScheme {
    if scheme != VersionScheme::Auto {
        return scheme;
    }
    let mut schemes = detect.values().map(of_detector);
    let first = schemes.next().unwrap_or(VersionScheme::Segments);
    if schemes.all(|scheme| scheme == first) { first } else { VersionScheme::Segments }
}

fn of_detector(detect: &Detect) -> VersionScheme {
    match detect.package.as_ref().map(|package| package.manager) {
        Some(PackageManager::Dpkg) => VersionScheme::Dpkg,
        Some(PackageManager::Rpm) => VersionScheme::Rpm,
        Some(PackageManager::Apk) => VersionScheme::Apk,
        Some(
            PackageManager::Brew
            | PackageManager::Winget
            | PackageManager::Choco
            | PackageManager::Pkgutil,
        )
        | None => VersionScheme::Segments,
    }
}

/// The sort key of a version; an unresolved `auto` counts as segments.
pub fn key(scheme: VersionScheme, text: &str) -> Key {
    match scheme {
        VersionScheme::Auto | VersionScheme::Segments => segments::key(text),
        VersionScheme::Semver => semver::key(text),
        VersionScheme::Dpkg => dpkg::key(text),
        VersionScheme::Rpm => rpm::key(text),
        VersionScheme::Apk => apk::key(text),
    }
}

/// Compares two versions; a total order over all texts.
pub fn compare(scheme: VersionScheme, a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    key(scheme, a).cmp(&key(scheme, b))
}

/// Whether a text is a version of the scheme.
pub fn check(scheme: VersionScheme, text: &str) -> Result<(), BadVersion> {
    let why = match scheme {
        VersionScheme::Auto | VersionScheme::Segments => segments::fault(text),
        VersionScheme::Semver => semver::fault(text),
        VersionScheme::Dpkg => dpkg::fault(text),
        VersionScheme::Rpm => rpm::fault(text),
        VersionScheme::Apk => apk::fault(text),
    };
    match why {
        None => Ok(()),
        Some(why) => Err(BadVersion { scheme, text: text.to_owned(), why }),
    }
}

/// Whether a version belongs to the major number that `major` begins with:
/// `24.2` belongs to `24` and to `24.1`. An epoch is no part of either.
pub fn has_major(scheme: VersionScheme, version: &str, major: &str) -> bool {
    let first = |text: &str| -> String {
        let text = match scheme {
            VersionScheme::Dpkg | VersionScheme::Rpm => split_epoch(text).1,
            VersionScheme::Auto
            | VersionScheme::Segments
            | VersionScheme::Semver
            | VersionScheme::Apk => text,
        };
        segments::first(text)
    };
    first(version) == first(major)
}

/// The epoch before the first colon, as digits (empty where there is none),
/// and the rest. A text before the colon that is no number is no epoch.
fn split_epoch(text: &str) -> (&str, &str) {
    match text.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|b| b.is_ascii_digit()) => (epoch, rest),
        _ => ("", text),
    }
}

const fn named(scheme: VersionScheme) -> &'static str {
    match scheme {
        VersionScheme::Auto | VersionScheme::Segments => "of segments",
        VersionScheme::Semver => "of SemVer",
        VersionScheme::Dpkg => "of Debian",
        VersionScheme::Rpm => "of RPM",
        VersionScheme::Apk => "of Alpine",
    }
}
