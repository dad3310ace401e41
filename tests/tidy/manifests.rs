//! Rules for every `Cargo.toml` and for the files beside it.
//!
//! Owns inherited lints and metadata, and the bans of the pure crates. Who
//! depends on whom is in `dependencies`.

use crate::worktree::{files, refuse, root, text};

/// Crates that do no I/O and read no clock, environment or randomness.
pub(crate) const PURE: [(&str, &str); 4] = [
    ("ordain-schema", "schema"),
    ("ordain-core", "reconciler/core"),
    ("ordain-wire", "reconciler/wire"),
    ("ordain-trust", "reconciler/trust"),
];

/// What a member takes from the workspace instead of saying it again.
const INHERITED: [&str; 6] =
    ["version", "edition", "rust-version", "license", "repository", "publish"];

#[test]
fn members_inherit_lints_and_metadata() {
    let mut faults = Vec::new();
    for manifest in files(&["/Cargo.toml"]) {
        if !manifest.text.contains("[lints]\nworkspace = true") {
            faults.push(format!("{}: [lints] workspace = true", manifest.path));
        }
        for key in INHERITED {
            if !manifest.text.contains(&format!("\n{key}.workspace = true")) {
                faults.push(format!("{}: {key}.workspace = true", manifest.path));
            }
        }
    }
    refuse("inherit from the workspace", &faults);
}

#[test]
fn versions_of_dependencies_stand_in_the_root() {
    let mut faults = Vec::new();
    for manifest in files(&["/Cargo.toml"]) {
        let mut among_dependencies = false;
        for (number, line) in manifest.text.lines().enumerate() {
            if line.starts_with('[') {
                among_dependencies = line.ends_with("dependencies]");
            } else if among_dependencies
                && line.contains('=')
                && !line.trim_start().starts_with('#')
                && !line.contains("workspace = true")
            {
                faults.push(format!("{}:{}: {line}", manifest.path, number + 1));
            }
        }
    }
    refuse("name the version once, in [workspace.dependencies]", &faults);
}

#[test]
fn pure_crates_ban_effects() {
    let mut faults = Vec::new();
    for (_, folder) in PURE {
        let path = format!("{folder}/clippy.toml");
        if !root().join(&path).is_file() {
            faults.push(format!("{path} is missing"));
            continue;
        }
        let bans = text(&path);
        for ban in [
            "std::time::SystemTime::now",
            "std::time::Instant::now",
            "std::env::var",
            "std::fs::read",
            "std::fs::File",
            "std::net::TcpStream",
            "std::process::Command",
        ] {
            if !bans.contains(&format!("\"{ban}\"")) {
                faults.push(format!("{path}: {ban}"));
            }
        }
    }
    refuse("pure crates ban what reads or changes the world", &faults);
}

#[test]
fn pure_crates_are_pure_by_their_words_too() {
    // Clippy knows paths. These words would pass it under another name.
    let words = [
        "use std::fs",
        "use std::net",
        "use std::env;",
        "std::process::",
        "std::thread::",
        "SystemTime::now",
        "Instant::now",
        "Timestamp::now",
        "Zoned::now",
        "RandomState",
    ];
    let mut faults = Vec::new();
    for file in files(&[".rs"]) {
        let pure = PURE.iter().any(|(_, folder)| file.path.starts_with(&format!("{folder}/src/")));
        if !pure || is_test(&file.path) {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            if line.contains("#[cfg(test)]") {
                break;
            }
            let code = line.split("//").next().unwrap_or_default();
            if let Some(word) = words.iter().find(|word| code.contains(**word)) {
                faults.push(format!("{}:{}: {word}", file.path, number + 1));
            }
        }
    }
    refuse("pure crates take the world as values", &faults);
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs")
}
