//! Where the programs under test lie, and what the computer must be to run them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// How a program was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// As it is shipped.
    Shipped,
    /// With kill points, and a folder in the place of firmware and user sessions.
    KillPoints,
}

/// The path of `ordain` or `ordain-agent`.
pub(crate) fn program(build: Build, name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    // This program lies in `deps`, below the others.
    let folder = own.parent().and_then(|deps| deps.parent()).expect("cargo's folders");
    let path = match build {
        Build::Shipped => folder.join(name),
        Build::KillPoints => folder.join("kill-points").join(name),
    };
    assert!(
        path.is_file(),
        "{} is missing: `cargo verify --only binaries` builds it",
        path.display()
    );
    path
}

/// Ends a test that would prove nothing on this computer.
pub(crate) fn wants_root_on_debian() {
    let asked = Command::new("id").arg("-u").output();
    let is_root = asked.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let missing: Vec<&str> = ["/usr/bin/apt-get", "/usr/bin/dpkg-deb", "/usr/sbin/useradd"]
        .into_iter()
        .filter(|path| !Path::new(path).is_file())
        .collect();
    assert!(
        is_root && missing.is_empty(),
        "this test wants root on a system like Debian (root: {is_root}, missing: {missing:?}): \
         run the tests as root in a container of Debian; `cargo verify --only needs` says \
         what else is wanted and installs what it can"
    );
}
