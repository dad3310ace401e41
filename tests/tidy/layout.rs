//! Where things are: the rooms of the house and the numbers of its decisions.
//!
//! Owns the list of what a newcomer may rely on finding. What stands inside
//! is the business of the other modules.

use std::collections::BTreeMap;

use crate::worktree::{files, refuse, root, text};

/// What must be there, from the root.
const ROOMS: [&str; 33] = [
    "README.md",
    "CHANGELOG.md",
    "LICENSE-MIT",
    "LICENSE-APACHE",
    "Cargo.lock",
    "deny.toml",
    ".ci/run",
    ".cargo/config.toml",
    "schema/json",
    "reconciler/core",
    "reconciler/filter",
    "reconciler/trust",
    "reconciler/wire",
    "reconciler/source",
    "reconciler/store",
    "reconciler/controller",
    "reconciler/cli",
    "agent",
    "config-repo-template/ordain.yaml",
    "config-repo-template/README.md",
    "config-repo-template/CODEOWNERS",
    "config-repo-template/.github/workflows/policy.yml",
    "config-repo-template/.gitlab-ci.yml",
    "examples/quickstart/ordain.yaml",
    "examples/contoso-reader/ordain.yaml",
    "examples/cnc-machine/ordain.yaml",
    "docs/architecture.md",
    "docs/developing.md",
    "docs/operating.md",
    "docs/policy-guide.md",
    "docs/diagnostics.md",
    "docs/performance.md",
    "docs/decisions",
];

#[test]
fn every_room_is_in_its_place() {
    let faults: Vec<String> = ROOMS
        .iter()
        .filter(|room| !root().join(room).exists())
        .map(|room| (*room).to_owned())
        .collect();
    refuse("these are missing", &faults);
}

#[test]
fn toolchain_is_a_floor_and_no_file() {
    let faults: Vec<String> = ["rust-toolchain", "rust-toolchain.toml"]
        .into_iter()
        .filter(|name| root().join(name).exists())
        .map(str::to_owned)
        .collect();
    refuse("`rust-version` in Cargo.toml is the only word on it", &faults);
    assert!(text("Cargo.toml").contains("rust-version = "));
}

#[test]
fn decisions_are_numbered_once() {
    let mut faults = Vec::new();
    let mut seen: BTreeMap<u32, String> = BTreeMap::new();
    for page in files(&[".md"]) {
        let Some(name) = page.path.strip_prefix("docs/decisions/") else {
            continue;
        };
        let number = name.get(..4).and_then(|digits| digits.parse::<u32>().ok());
        let Some(number) = number else {
            faults.push(format!("{}: four digits first", page.path));
            continue;
        };
        let heading = page.text.lines().next().unwrap_or_default();
        if !heading.starts_with(&format!("# {number}. ")) {
            faults.push(format!("{}:1: `# {number}. Title`", page.path));
        }
        if let Some(other) = seen.insert(number, page.path.clone()) {
            faults.push(format!("{} and {other} share a number", page.path));
        }
    }
    refuse("one page and one number for each decision", &faults);
}

#[test]
fn changelog_has_a_place_for_the_next_release() {
    assert!(text("CHANGELOG.md").contains("\n## [Unreleased]\n"));
}
