//! Probes that are programs: a command line of the policy, or a package
//! manager without a readable database.

use std::path::{Path, PathBuf};
use std::time::Duration;

use ordain_core::order::PackageManager;

use super::{Found, checked, last_line, unfinished};
use crate::run::{self, Ended, Runner, Watch, Way};

/// How long a program has to tell its version.
const PATIENCE: Duration = Duration::from_mins(1);

/// Runs a command line, split at blanks; none where there is no such program.
pub(super) fn run(
    line: &str,
    runner: &Runner,
    marker: &str,
    watch: &mut Watch<'_>,
) -> Result<Option<Ended>, String> {
    let mut words = line.split_whitespace();
    let Some(program) = words.next().and_then(find) else { return Ok(None) };
    runner
        .program(&program, words.map(Into::into).collect(), PATIENCE, marker, watch)
        .map(Some)
        .map_err(|error| format!("`{line}` cannot be started: {error}"))
}

/// The program of that name: a path as it is, a bare word from the usual folders.
fn find(word: &str) -> Option<PathBuf> {
    let path = Path::new(word);
    if path.is_absolute() {
        return path.is_file().then(|| path.to_owned());
    }
    if word.contains('/') {
        return None;
    }
    run::PATH.split(':').map(|folder| Path::new(folder).join(word)).find(|path| path.is_file())
}

/// Asks a package manager for the version of one package.
pub(super) fn package(
    manager: PackageManager,
    name: &str,
    runner: &Runner,
    marker: &str,
    watch: &mut Watch<'_>,
) -> Found {
    let (program, args): (&str, Vec<&str>) = match manager {
        PackageManager::Rpm => {
            ("rpm", vec!["-q", "--qf", "%{EPOCHNUM}:%{VERSION}-%{RELEASE}\\n", name])
        }
        PackageManager::Brew => ("brew", vec!["list", "--versions", name]),
        other => return Err(format!("{other:?} is not asked by command")),
    };
    let path = find(program).ok_or_else(|| format!("{program} is not on this computer"))?;
    let ended = runner
        .program(&path, args.iter().map(Into::into).collect(), PATIENCE, marker, watch)
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    match ended.way {
        Way::Exit(0) => {
            // Several versions may be there side by side; the last is the newest.
            let last = last_line(&ended.answer);
            let version = last.rsplit(' ').next().unwrap_or(last);
            checked(version.strip_prefix("0:").unwrap_or(version))
        }
        Way::Exit(1) => Ok(None),
        way => Err(format!("{program} {}: {}", unfinished(way), last_line(&ended.output))),
    }
}
