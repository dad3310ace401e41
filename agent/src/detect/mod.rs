//! Finding out which version of a piece of software is there, read-only.
//!
//! `database` reads package managers' files natively, `command` asks those
//! that have none, and runs probes that are programs, `apt` knows what is
//! offered; files are looked at here. What runs as a script is started by [`crate::run`] and judged by
//! [`script_version`].

pub mod database;
pub mod patterns;

mod apt;
mod command;

use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use ordain_core::order::{Check, CheckHow, FileVersion, PackageManager, Probe};
use rustix::fs::OFlags;

use self::database::{Database, Layout};
use self::patterns::Patterns;
use crate::run::{Ended, Runner, Watch, Way};

/// How much of a file is searched for its version, in bytes.
const SEARCHED: u64 = 16 * 1024 * 1024;
/// A longer text is no version, in characters.
const LONGEST_VERSION: usize = 200;

/// What a probe found: a version, nothing, or why that is not known.
pub type Found = Result<Option<String>, String>;

/// What is found out by reading files, without starting anything.
#[derive(Debug, Clone, Copy)]
pub enum Reading<'a> {
    /// A package in dpkg's database.
    Dpkg(&'a str),
    /// A package in Alpine's.
    Apk(&'a str),
    /// A file, and how it tells its version.
    File(&'a Path, &'a FileVersion),
}

impl<'a> Reading<'a> {
    /// What is to be read for a check, what is offered aside; none where that is not enough.
    pub fn of(check: &'a Check) -> Option<Self> {
        match &check.how {
            CheckHow::Software { probe: Probe::Package { manager, name }, test: None, .. } => {
                match manager {
                    PackageManager::Dpkg => Some(Self::Dpkg(name)),
                    PackageManager::Apk => Some(Self::Apk(name)),
                    _ => None,
                }
            }
            CheckHow::Software { probe: Probe::File { path, version }, test: None, .. } => {
                Some(Self::File(Path::new(path), version))
            }
            _ => None,
        }
    }
}

/// The detectors, with what they remember between checks.
#[derive(Debug)]
pub struct Detectors {
    dpkg: Database,
    apk: Database,
    patterns: Patterns,
}

impl Detectors {
    /// Over the databases below that root, `/` on a computer.
    pub fn new(root: &Path) -> Self {
        Self {
            dpkg: Database::new(dpkg_status(root), Layout::Dpkg),
            apk: Database::new(root.join("lib/apk/db/installed"), Layout::Apk),
            patterns: Patterns::default(),
        }
    }

    /// Forgets what only makes the next check faster.
    pub fn forget(&mut self) {
        self.patterns.clear();
    }

    /// Looks at the databases themselves again before the next probe. Between
    /// probes that only read nothing is asked twice; whoever starts anything
    /// calls this afterwards.
    pub fn let_go(&mut self) {
        self.dpkg.look_again();
        self.apk.look_again();
    }

    /// Whether that check reads files and starts nothing.
    pub fn only_read_for(check: &Check) -> bool {
        Self::offer_of(check).is_none() && Reading::of(check).is_some()
    }

    /// The package whose versions that check asks for, where they can be found out here.
    pub fn offer_of(check: &Check) -> Option<&str> {
        match &check.how {
            CheckHow::Software { offered: Some(offer), .. }
                if offer.manager == PackageManager::Dpkg =>
            {
                Some(&offer.name)
            }
            _ => None,
        }
    }

    /// The versions that apt offers of each package, newest first; none of one
    /// whose versions cannot be found out. Processes that it takes are started
    /// by `runner` under `marker`.
    pub fn offered(
        names: &[&str],
        runner: &Runner,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> Vec<Option<Vec<String>>> {
        apt::offered(names, runner, marker, watch)
    }

    /// Looks for a version; processes that it takes are started by `runner`
    /// under `marker`.
    pub fn probe(
        &mut self,
        probe: &Probe,
        runner: &Runner,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> Found {
        match probe {
            Probe::Package { manager, name } => match manager {
                PackageManager::Dpkg => self.read(Reading::Dpkg(name)),
                PackageManager::Apk => self.read(Reading::Apk(name)),
                PackageManager::Winget | PackageManager::Choco => {
                    only_on_windows("that package manager")
                }
                PackageManager::Pkgutil => Err("pkgutil is on macOS only".to_owned()),
                PackageManager::Rpm | PackageManager::Brew => {
                    command::package(*manager, name, runner, marker, watch)
                }
            },
            Probe::File { path, version } => self.read(Reading::File(Path::new(path), version)),
            Probe::Command { run, version } => {
                let Some(ended) = command::run(run, runner, marker, watch)? else {
                    return Ok(None);
                };
                let found = self.patterns.version(version, ended.output.as_bytes())?;
                match (ended.way, found) {
                    (_, Some(found)) => checked(&found),
                    (Way::Exit(_), None) => Ok(None),
                    (way, None) => Err(format!("`{run}` {}", unfinished(way))),
                }
            }
            Probe::Script(run) => {
                let ended = runner
                    .look(run, marker, watch)
                    .map_err(|error| crate::command::chain(&error))?;
                script_version(&ended, &run.success_codes)
            }
            Probe::RegistryContains { .. } | Probe::RegistryRegex { .. } => {
                only_on_windows("the registry")
            }
            Probe::UpgradeCode(_) => only_on_windows("an upgrade code"),
            Probe::ProductCode(_) => only_on_windows("a product code"),
        }
    }

    /// Looks for a version in files.
    pub fn read(&mut self, reading: Reading<'_>) -> Found {
        match reading {
            Reading::Dpkg(name) => recorded(self.dpkg.version(name), "dpkg"),
            Reading::Apk(name) => recorded(self.apk.version(name), "apk"),
            Reading::File(path, version) => self.file(path, version),
        }
    }

    fn file(&mut self, path: &Path, version: &FileVersion) -> Found {
        if !path.is_absolute() {
            return Err(format!("`{}` is no absolute path", path.display()));
        }
        let cannot = |error: io::Error| format!("{} cannot be read: {error}", path.display());
        let gone = |error: &io::Error| {
            matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
        };
        match version {
            FileVersion::None => match path.metadata() {
                Ok(_) => Ok(Some("0".to_owned())),
                Err(error) if gone(&error) => Ok(None),
                Err(error) => Err(cannot(error)),
            },
            FileVersion::Own => only_on_windows("a file's own version"),
            FileVersion::Regex(pattern) => {
                // A pipe is no file to wait for.
                let flags = OFlags::NONBLOCK.bits().cast_signed();
                let file = match OpenOptions::new().read(true).custom_flags(flags).open(path) {
                    Ok(file) => file,
                    Err(error) if gone(&error) => return Ok(None),
                    Err(error) => return Err(cannot(error)),
                };
                let opened = file.metadata().map_err(cannot)?;
                if !opened.is_file() {
                    return Err(format!("{} is no ordinary file", path.display()));
                }
                // One byte of room beyond its end, so that the end is seen without more.
                let size = usize::try_from(opened.len().min(SEARCHED)).unwrap_or_default();
                let mut content = Vec::with_capacity(size + 1);
                file.take(SEARCHED).read_to_end(&mut content).map_err(cannot)?;
                match self.patterns.version(pattern, &content)? {
                    Some(found) => checked(&found),
                    None => Err(format!(
                        "{} is there, but nothing in it matches `{pattern}`",
                        path.display()
                    )),
                }
            }
        }
    }
}

/// What a package manager's database says.
fn recorded(version: io::Result<Option<&str>>, manager: &str) -> Found {
    match version {
        Ok(version) => Ok(version.map(str::to_owned)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(format!("this computer has no {manager} database"))
        }
        Err(error) => Err(format!("the package database cannot be read: {error}")),
    }
}

/// Where dpkg keeps what is installed.
pub fn dpkg_status(root: &Path) -> PathBuf {
    root.join("var/lib/dpkg/status")
}

/// The version that a detection script printed: its last line that is not blank.
///
/// Printing nothing means that nothing is there, whatever the exit code says,
/// unless the script could not run at all. Printing something and failing is a
/// fault, since an error message is no version.
pub fn script_version(ended: &Ended, success_codes: &[i32]) -> Found {
    let code = match ended.way {
        Way::Exit(code) => code,
        way => return Err(format!("the detection script {}", unfinished(way))),
    };
    let succeeded = code == 0 || success_codes.contains(&code);
    let printed = ended.answer.lines().map(str::trim).rfind(|line| !line.is_empty());
    match printed {
        Some(version) if succeeded => checked(version),
        None if succeeded || code < 126 => Ok(None),
        Some(_) => Err(format!(
            "the detection script ended with exit code {code} after printing something"
        )),
        None => Err(format!(
            "the detection script ended with exit code {code}: {}",
            last_line(&ended.output)
        )),
    }
}

fn last_line(output: &str) -> &str {
    output.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it printed nothing")
}

fn unfinished(way: Way) -> String {
    match way {
        Way::Exit(code) => format!("ended with exit code {code}"),
        Way::TimedOut => "was killed: its time was up".to_owned(),
        Way::Stopped => "was stopped".to_owned(),
    }
}

fn checked(version: &str) -> Found {
    let version = version.trim();
    if version.chars().count() > LONGEST_VERSION || version.chars().any(char::is_control) {
        let start: String = version.chars().filter(|c| !c.is_control()).take(40).collect();
        return Err(format!("what was found is no version: `{start}…`"));
    }
    Ok((!version.is_empty()).then(|| version.to_owned()))
}

fn only_on_windows(what: &str) -> Found {
    Err(format!("{what} is on Windows only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_there_or_not_or_cannot_be_judged() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("app.conf");
        std::fs::write(&path, b"name = app\nversion = 24.1\n\xff").expect("writable");
        let mut detectors = Detectors::new(folder.path());
        let regex = |pattern: &str| FileVersion::Regex(pattern.to_owned());
        let version = |version: &str| Ok(Some(version.to_owned()));
        assert_eq!(detectors.file(&path, &FileVersion::None), version("0"));
        assert_eq!(detectors.file(&path, &regex(r"version = (?P<version>\S+)")), version("24.1"));
        assert_eq!(
            detectors.file(folder.path(), &FileVersion::None),
            version("0"),
            "a folder is there too"
        );
        for gone in [folder.path().join("none"), path.join("below")] {
            assert_eq!(detectors.file(&gone, &FileVersion::None), Ok(None));
            assert_eq!(detectors.file(&gone, &regex("x")), Ok(None));
        }
        let pipe = folder.path().join("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).expect("writable");
        for (path, how, message) in [
            (pipe.as_path(), regex("x"), "is no ordinary file"),
            (path.as_path(), regex("release (.*)"), "is there, but nothing in it matches"),
            (path.as_path(), regex("("), "is no regular expression"),
            (path.as_path(), regex(r"(?s).*"), "is no version"),
            (folder.path(), regex("x"), "is no ordinary file"),
            (path.as_path(), FileVersion::Own, "is on Windows only"),
            (Path::new("relative"), FileVersion::None, "is no absolute path"),
        ] {
            let error = detectors.file(path, &how).expect_err(message);
            assert!(error.contains(message), "{error}");
        }
    }
}
