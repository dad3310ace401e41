//! Programs that the checks start, and how they get onto the computer.
//!
//! Owns the list, the calls of package managers, and what the computer itself
//! must be. Installs nothing that it has not named first, and asks for no
//! password.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program, or a file by its path, and the packages that bring it: Debian's, Fedora's, Alpine's.
struct Need {
    program: &'static str,
    because: &'static str,
    apt: &'static str,
    dnf: &'static str,
    apk: &'static str,
}

const NEEDS: [Need; 14] = [
    need("git", "repositories of the tests", ["git", "git", "git git-daemon"]),
    need("cc", "dependencies in C, and yardsticks of benchmarks", ["gcc", "gcc", "build-base"]),
    need("bash", "scripts of the tests", ["bash", "bash", "bash"]),
    need("python3", "scripts of the tests", ["python3", "python3", "python3"]),
    need("sshd", "git over SSH", ["openssh-server", "openssh-server", "openssh-server"]),
    need("ssh", "git over SSH", ["openssh-client", "openssh-clients", "openssh-client"]),
    need("dpkg-deb", "packages that the tests build and install", ["dpkg", "dpkg", "dpkg"]),
    need(
        "aiosmtpd",
        "a mail server of the tests",
        ["python3-aiosmtpd", "python3-aiosmtpd", "py3-aiosmtpd"],
    ),
    need("useradd", "accounts of the tests", ["passwd", "shadow-utils", "shadow"]),
    need("mount", "small disks of the tests", ["mount", "util-linux", "util-linux"]),
    need("mkfifo", "gates that hold scripts back", ["coreutils", "coreutils", "coreutils"]),
    need(
        "oscap",
        "an independent judge of hardening tasks",
        ["openscap-scanner", "openscap-scanner", "openscap"],
    ),
    need(
        "/usr/share/xml/scap/ssg/content/ssg-debian11-oval.xml",
        "the rules that it judges",
        ["ssg-debian", "scap-security-guide", ""],
    ),
    need("systemd-analyze", "the agent's unit file", ["systemd", "systemd", ""]),
];

const fn need(program: &'static str, because: &'static str, packages: [&'static str; 3]) -> Need {
    Need { program, because, apt: packages[0], dnf: packages[1], apk: packages[2] }
}

/// Checks that everything is there, and installs what is not.
pub(crate) fn provide() -> Result<(), String> {
    programs()?;
    computer()
}

fn programs() -> Result<(), String> {
    components()?;
    let missing: Vec<&Need> = NEEDS.iter().filter(|need| !found(need.program)).collect();
    if missing.is_empty() {
        println!("   {}", NEEDS.map(|need| need.program).join(", "));
        return Ok(());
    }
    for need in &missing {
        println!("   missing: {} ({})", need.program, need.because);
    }
    let manager = Installer::find().ok_or_else(|| manual(&missing, "no known package manager"))?;
    let packages = manager.packages(&missing);
    if !permitted() {
        return Err(manual(&missing, "installing wants root or a sudo without a password"));
    }
    println!("   installing through {}: {}", manager.program(), packages.join(" "));
    manager.install(&packages)?;
    let still: Vec<&Need> = missing.into_iter().filter(|need| !found(need.program)).collect();
    if still.is_empty() { Ok(()) } else { Err(manual(&still, "the packages did not bring it")) }
}

/// The tests install packages, make accounts, mount small disks and take hold
/// of processes: nothing that a package manager brings, and no test passes
/// without it.
fn computer() -> Result<(), String> {
    let mut wanted = Vec::new();
    if !is_root() {
        wanted.push("root (packages, accounts and other people's processes)");
    }
    if !found("apt-get") {
        wanted.push("a system like Debian with apt-get and dpkg (packages)");
    }
    if is_root() && !mounts() {
        wanted.push("the permission to mount a tmpfs (full disks; a container wants SYS_ADMIN)");
    }
    if wanted.is_empty() {
        println!("   root on a system like Debian that may mount");
        return Ok(());
    }
    Err(format!(
        "the step `tests` would fail on this computer, it wants {}; run it as root in a container \
         of Debian, or run the other steps one by one with --only",
        wanted.join(", ")
    ))
}

/// Tries it in a folder of its own.
fn mounts() -> bool {
    let folder = std::env::temp_dir().join(format!("ordain-verify-{}", std::process::id()));
    if std::fs::create_dir(&folder).is_err() {
        return false;
    }
    let ran = |command: &mut Command| {
        command.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let mounted = ran(Command::new("mount").args(["-t", "tmpfs", "tmpfs"]).arg(&folder));
    if mounted {
        ran(Command::new("umount").arg(&folder));
    }
    // Left behind, an empty folder does no harm.
    drop(std::fs::remove_dir(&folder));
    mounted
}

/// Is the program on the path, or where administrators' programs lie, or the file where it says?
pub(crate) fn found(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let usual = ["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from);
    std::env::split_paths(&path).chain(usual).any(|folder| is_program(&folder.join(program)))
}

fn is_program(path: &Path) -> bool {
    path.is_file()
}

/// rustfmt and clippy are parts of the toolchain and come through rustup.
fn components() -> Result<(), String> {
    for (program, component) in [("cargo-fmt", "rustfmt"), ("cargo-clippy", "clippy")] {
        if found(program) {
            continue;
        }
        println!("   installing through rustup: {component}");
        succeed(Command::new("rustup").args(["component", "add", component]))?;
    }
    Ok(())
}

fn manual(missing: &[&Need], why: &str) -> String {
    let names: Vec<&str> = missing.iter().map(|need| need.program).collect();
    let packages: Vec<&str> = missing.iter().map(|need| need.apt).collect();
    format!(
        "{why}; please install {} by hand (on Debian: apt-get install {})",
        names.join(", "),
        packages.join(" ")
    )
}

/// The package manager of this computer.
enum Installer {
    Apt,
    Dnf,
    Apk,
}

impl Installer {
    fn find() -> Option<Self> {
        [Self::Apt, Self::Dnf, Self::Apk].into_iter().find(|manager| found(manager.program()))
    }

    fn program(&self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Apk => "apk",
        }
    }

    fn packages(&self, missing: &[&Need]) -> Vec<&'static str> {
        let mut packages: Vec<&str> = missing
            .iter()
            .flat_map(|need| {
                let packages = match self {
                    Self::Apt => need.apt,
                    Self::Dnf => need.dnf,
                    Self::Apk => need.apk,
                };
                packages.split_whitespace()
            })
            .collect();
        packages.sort_unstable();
        packages.dedup();
        packages
    }

    fn install(&self, packages: &[&str]) -> Result<(), String> {
        match self {
            Self::Apt => {
                let quiet = ["-o", "Dpkg::Use-Pty=0", "-q"];
                self.call(&[&quiet[..], &["update"]].concat())?;
                let install = ["install", "-y", "--no-install-recommends"];
                self.call(&[&quiet[..], &install, packages].concat())
            }
            Self::Dnf => self.call(&[&["install", "-y"], packages].concat()),
            Self::Apk => self.call(&[&["add"], packages].concat()),
        }
    }

    fn call(&self, arguments: &[&str]) -> Result<(), String> {
        let mut command = if is_root() {
            Command::new(self.program())
        } else {
            let mut command = Command::new("sudo");
            command.args(["-n", "--preserve-env=DEBIAN_FRONTEND", self.program()]);
            command
        };
        succeed(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    }
}

fn permitted() -> bool {
    is_root() || succeed(Command::new("sudo").args(["-n", "true"])).is_ok()
}

fn is_root() -> bool {
    let asked = Command::new("id").arg("-u").stderr(Stdio::null()).output();
    asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

fn succeed(command: &mut Command) -> Result<(), String> {
    let shown = command.get_program().to_string_lossy().into_owned();
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}
