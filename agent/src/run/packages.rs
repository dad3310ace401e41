//! Driving package managers: apt through the real apt-get, Alpine's apk, RPM's front ends.
//!
//! One request may take several processes (mend, update the lists, install);
//! they share a deadline and one output. Names and versions are checked, since
//! apt reads `name-` as a removal.

use std::ffi::OsString;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ordain_core::order::PackageManager;
use rustix::process::{FlockType, fcntl_getlk};

use super::process::{Ended, Launch, Printing, Way, supervise};
use super::watch::Watch;
use super::{CannotRun, mask};
use crate::detect::database::{Database, Layout};
use crate::detect::dpkg_status;

/// What is asked of a package manager.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The package's name there.
    pub name: &'a str,
    /// The version to ask for; the manager's own choice without one.
    pub version: Option<&'a str>,
    /// Removes instead of installing.
    pub remove: bool,
}

/// The processes of one request, one after the other.
pub struct Shift<'a, 'w> {
    /// The run's private folder.
    pub folder: &'a Path,
    /// The environment of all of them.
    pub environment: Vec<(String, String)>,
    /// The run's marker.
    pub marker: &'a str,
    /// When all of them must have ended.
    pub deadline: Instant,
    /// Who watches.
    pub watch: &'a mut Watch<'w>,
    /// What each printed, with its command line.
    pub done: Vec<String>,
}

/// How long apt waits for another package manager to finish, in seconds.
const LOCK_PATIENCE: u32 = 300;

impl Shift<'_, '_> {
    /// Carries the request out; the outcome is that of the last process.
    pub fn carry_out(
        &mut self,
        manager: PackageManager,
        request: &Request<'_>,
    ) -> Result<Ended, CannotRun> {
        check_name(request.name)?;
        request.version.map_or(Ok(()), check_version)?;
        match manager {
            PackageManager::Dpkg => self.apt(request),
            PackageManager::Apk => self.apk(request),
            PackageManager::Rpm => self.rpm(request),
            PackageManager::Winget => Err(CannotRun::OnlyOnWindows("winget")),
            PackageManager::Choco => Err(CannotRun::OnlyOnWindows("choco")),
            PackageManager::Brew => Err(CannotRun::NotExecutedYet("brew")),
            PackageManager::Pkgutil => Err(CannotRun::NotExecutedYet("pkgutil")),
        }
    }

    /// Finishes what an earlier dpkg was cut off from.
    pub fn mend_dpkg(&mut self) -> Result<Ended, CannotRun> {
        self.be_quiet();
        self.wait_for_dpkg(Path::new("/"));
        let dpkg = program(&["usr/bin/dpkg"], "dpkg")?;
        self.step(&dpkg, &["--configure", "-a", "--force-confdef", "--force-confold"])
    }

    /// Waits until nobody else works on dpkg's database; dpkg itself would give up at once.
    fn wait_for_dpkg(&self, root: &Path) {
        let patience = Instant::now() + Duration::from_secs(LOCK_PATIENCE.into());
        let until = patience.min(self.deadline);
        while dpkg_is_busy(root) && Instant::now() < until && !self.watch.stops() {
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    fn apt(&mut self, request: &Request<'_>) -> Result<Ended, CannotRun> {
        self.be_quiet();
        let apt = program(&["usr/bin/apt-get"], "apt-get")?;
        if dpkg_was_cut_off(Path::new("/")) {
            let mended = self.mend_dpkg()?;
            if mended.way != Way::Exit(0) {
                return Ok(self.together(mended));
            }
        }
        let mut updated = false;
        if !request.remove && !self.is_known(request)? {
            let update = self.update(&apt)?;
            if matches!(update.way, Way::TimedOut | Way::Stopped) {
                return Ok(self.together(update));
            }
            updated = true;
        }
        let args = apt_arguments(request, is_installed_so(request));
        let mut ended = self.step(&apt, &args.iter().map(String::as_str).collect::<Vec<_>>())?;
        if !updated && ended.way == Way::Exit(100) && lists_are_stale(&ended.output) {
            let update = self.update(&apt)?;
            ended = match update.way {
                Way::Exit(_) => {
                    self.step(&apt, &args.iter().map(String::as_str).collect::<Vec<_>>())?
                }
                Way::TimedOut | Way::Stopped => update,
            };
        }
        Ok(self.together(ended))
    }

    fn update(&mut self, apt: &Path) -> Result<Ended, CannotRun> {
        self.step(apt, &["update", "-o", &format!("DPkg::Lock::Timeout={LOCK_PATIENCE}")])
    }

    /// Whether apt's lists, as they are, hold what is asked for.
    fn is_known(&mut self, request: &Request<'_>) -> Result<bool, CannotRun> {
        let cache = program(&["usr/bin/apt-cache"], "apt-cache")?;
        let ended = self.quietly(&cache, &["madison", request.name])?;
        let mut versions =
            ended.answer.lines().filter_map(|line| line.split('|').nth(1)).map(str::trim);
        Ok(match request.version {
            Some(wanted) => versions.any(|version| version == wanted),
            None => versions.next().is_some(),
        })
    }

    fn apk(&mut self, request: &Request<'_>) -> Result<Ended, CannotRun> {
        let apk = program(&["sbin/apk", "usr/sbin/apk", "usr/bin/apk"], "apk")?;
        let wanted = match request.version {
            Some(version) => format!("{}={version}", request.name),
            None => request.name.to_owned(),
        };
        let args: &[&str] = if request.remove {
            &["del", request.name]
        } else {
            &["add", "--update-cache", &wanted]
        };
        let ended = self.step(&apk, args)?;
        Ok(self.together(ended))
    }

    fn rpm(&mut self, request: &Request<'_>) -> Result<Ended, CannotRun> {
        let places = ["usr/bin/dnf", "usr/bin/dnf5", "usr/bin/yum", "usr/bin/zypper"];
        let front = program(&places, "dnf, yum or zypper")?;
        let zypper = front.ends_with("zypper");
        let wanted = match request.version {
            Some(version) if zypper => format!("{}={version}", request.name),
            Some(version) => format!("{}-{version}", request.name),
            None => request.name.to_owned(),
        };
        let args: &[&str] = match (request.remove, zypper) {
            (true, true) => &["--non-interactive", "remove", request.name],
            (true, false) => &["-y", "remove", request.name],
            (false, true) => &["--non-interactive", "install", "--oldpackage", &wanted],
            (false, false) => &["-y", "install", &wanted],
        };
        let ended = self.step(&front, args)?;
        Ok(self.together(ended))
    }

    fn be_quiet(&mut self) {
        for (name, value) in [
            ("DEBIAN_FRONTEND", "noninteractive"),
            ("DEBCONF_NONINTERACTIVE_SEEN", "true"),
            ("APT_LISTCHANGES_FRONTEND", "none"),
            ("NEEDRESTART_MODE", "l"),
            ("UCF_FORCE_CONFFOLD", "1"),
            ("LC_ALL", "C.UTF-8"),
        ] {
            if !self.environment.iter().any(|(known, _)| known == name) {
                self.environment.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Runs one process and remembers what it printed.
    fn step(&mut self, program: &Path, args: &[&str]) -> Result<Ended, CannotRun> {
        let output = self.folder.join(format!("output-{}", self.done.len()));
        let ended = self.start(program, args, Printing::File(&output))?;
        self.done.push(format!("$ {} {}\n{}", program.display(), args.join(" "), ended.output));
        Ok(ended)
    }

    /// Runs one process that only looks.
    fn quietly(&mut self, program: &Path, args: &[&str]) -> Result<Ended, CannotRun> {
        self.start(program, args, Printing::Pipes)
    }

    fn start(
        &mut self,
        program: &Path,
        args: &[&str],
        printing: Printing<'_>,
    ) -> Result<Ended, CannotRun> {
        let launch = Launch {
            program,
            args: args.iter().map(OsString::from).collect(),
            folder: Path::new("/"),
            environment: self.environment.clone(),
            input: None,
            account: None,
            timeout: self
                .deadline
                .saturating_duration_since(Instant::now())
                .max(Duration::from_millis(1)),
            printing,
            marker: self.marker,
            mask: &mask::NOTHING,
        };
        supervise(&launch, self.watch)
            .map_err(|source| CannotRun::Start { program: program.to_owned(), source })
    }

    /// The last outcome with the output of all.
    fn together(&mut self, last: Ended) -> Ended {
        let output = std::mem::take(&mut self.done).join("\n");
        Ended { output, ..last }
    }
}

fn apt_arguments(request: &Request<'_>, reinstall: bool) -> Vec<String> {
    let mut args: Vec<String> = if request.remove {
        vec!["remove".into(), "-y".into()]
    } else {
        vec!["install".into(), "-y".into(), "--allow-downgrades".into()]
    };
    if reinstall {
        args.push("--reinstall".into());
    }
    for option in ["Dpkg::Options::=--force-confdef", "Dpkg::Options::=--force-confold"] {
        args.extend(["-o".into(), option.into()]);
    }
    args.extend(["-o".into(), format!("DPkg::Lock::Timeout={LOCK_PATIENCE}")]);
    args.push(match request.version {
        Some(version) if !request.remove => format!("{}={version}", request.name),
        _ => request.name.to_owned(),
    });
    args
}

/// Whether exactly this is installed: asking again then means to repair it.
fn is_installed_so(request: &Request<'_>) -> bool {
    let mut database = Database::new(dpkg_status(Path::new("/")), Layout::Dpkg);
    let installed = database.version(request.name).ok().flatten();
    !request.remove && request.version.is_some() && installed == request.version
}

/// dpkg's own trace of having been cut off: unmerged records of its database.
pub fn dpkg_was_cut_off(root: &Path) -> bool {
    let Ok(entries) = root.join("var/lib/dpkg/updates").read_dir() else { return false };
    let numbered = |name: OsString| {
        name.to_str()
            .is_some_and(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()))
    };
    entries.filter_map(Result::ok).any(|entry| numbered(entry.file_name()))
}

/// Whether another process holds one of dpkg's locks.
fn dpkg_is_busy(root: &Path) -> bool {
    ["lock-frontend", "lock"].iter().any(|name| {
        let file = File::open(root.join("var/lib/dpkg").join(name));
        // Who may not even look cannot mend either.
        file.is_ok_and(|file| {
            matches!(fcntl_getlk(&file, &FlockType::WriteLock.into()), Ok(Some(_)))
        })
    })
}

/// What apt says when its lists name what the mirror no longer has.
fn lists_are_stale(output: &str) -> bool {
    ["404", "Hash Sum mismatch", "Unable to locate package", "was not found", "apt-get update"]
        .iter()
        .any(|trace| output.contains(trace))
}

fn program(places: &[&str], name: &'static str) -> Result<PathBuf, CannotRun> {
    let mut paths = places.iter().map(|place| Path::new("/").join(place));
    paths.find(|path| path.is_file()).ok_or(CannotRun::NoManager(name))
}

pub(crate) fn check_name(name: &str) -> Result<(), CannotRun> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-._:".contains(c);
    let fine = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(plain)
        && !name.ends_with('-');
    if fine { Ok(()) } else { Err(CannotRun::BadPackage(name.to_owned())) }
}

fn check_version(version: &str) -> Result<(), CannotRun> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "+-._:~^".contains(c);
    let fine =
        version.starts_with(|c: char| c.is_ascii_alphanumeric()) && version.chars().all(plain);
    if fine { Ok(()) } else { Err(CannotRun::BadPackage(version.to_owned())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_is_asked_for_exactly_one_thing() {
        let install = Request { name: "hello", version: Some("2.10-3"), remove: false };
        let line = apt_arguments(&install, false).join(" ");
        assert!(
            line.starts_with("install -y --allow-downgrades ") && line.ends_with(" hello=2.10-3"),
            "{line}"
        );
        let remove = Request { remove: true, ..install };
        assert!(apt_arguments(&remove, false).join(" ").ends_with(" hello"));
        assert!(apt_arguments(&install, true).contains(&"--reinstall".to_owned()));
    }

    #[test]
    fn names_that_apt_would_read_otherwise_are_refused() {
        for name in ["hello", "g++", "libc6:i386", "python3.11"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        for name in [
            "hello-",
            "-y",
            "--purge",
            "a b",
            "a;b",
            "a=1",
            "",
            "./evil.deb",
            "/evil.deb",
            "a/evil.deb",
            "@group",
            "a*",
        ] {
            assert!(check_name(name).is_err(), "{name}");
        }
        for version in ["1:2.36-9+deb12u10", "2.0~rc1", "4.1.0"] {
            assert!(check_version(version).is_ok(), "{version}");
        }
        for version in ["", "-1", "1 2", "1*", "$(x)"] {
            assert!(check_version(version).is_err(), "{version}");
        }
    }

    #[test]
    fn an_interrupted_dpkg_leaves_a_trace() {
        let root = tempfile::tempdir().expect("a temporary folder");
        assert!(!dpkg_was_cut_off(root.path()));
        let updates = root.path().join("var/lib/dpkg/updates");
        std::fs::create_dir_all(&updates).expect("writable");
        std::fs::write(updates.join("tmp.i"), b"").expect("writable");
        assert!(!dpkg_was_cut_off(root.path()));
        std::fs::write(updates.join("0001"), b"").expect("writable");
        assert!(dpkg_was_cut_off(root.path()));
    }
}
