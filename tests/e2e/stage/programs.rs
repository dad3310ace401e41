//! Where the programs under test lie.

use std::path::PathBuf;

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
