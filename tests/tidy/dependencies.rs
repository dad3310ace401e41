//! Who may depend on whom.
//!
//! Owns the layers of the workspace, the purity of the pure crates, the
//! agent's diet and the bans of `deny.toml`, read from what cargo itself
//! resolved. Does not own licences and sources: cargo-deny checks them where
//! it is installed.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::manifests::PURE;
use crate::worktree::{refuse, root, text};

/// Each crate, and which of the others it may use outside of tests.
const LAYERS: [(&str, &[&str]); 11] = [
    ("ordain-schema", &[]),
    ("ordain-trust", &["ordain-schema"]),
    ("ordain-core", &["ordain-schema", "ordain-trust"]),
    ("ordain-wire", &["ordain-schema", "ordain-core"]),
    ("ordain-filter", &["ordain-schema", "ordain-core"]),
    ("ordain-source", &["ordain-schema", "ordain-trust"]),
    ("ordain-store", &["ordain-schema", "ordain-core"]),
    (
        "ordain-controller",
        &[
            "ordain-schema",
            "ordain-core",
            "ordain-trust",
            "ordain-wire",
            "ordain-filter",
            "ordain-source",
            "ordain-store",
        ],
    ),
    (
        "ordain",
        &[
            "ordain-schema",
            "ordain-core",
            "ordain-trust",
            "ordain-wire",
            "ordain-filter",
            "ordain-source",
            "ordain-store",
            "ordain-controller",
        ],
    ),
    ("ordain-agent", &["ordain-schema", "ordain-core", "ordain-trust", "ordain-wire"]),
    ("ordain-tests", &[]),
];

/// What would let a pure crate read or change the world.
const IMPURE: [&str; 20] = [
    "tokio",
    "async-std",
    "mio",
    "socket2",
    "git2",
    "sqlx",
    "reqwest",
    "hyper",
    "notify",
    "axum",
    "rustls",
    "ring",
    "tempfile",
    "walkdir",
    "nix",
    "rustix",
    "sysinfo",
    "rand",
    "getrandom",
    "tracing-subscriber",
];

/// What a program on ten thousand computers need not carry.
const NOT_ON_A_COMPUTER: [&str; 18] = [
    "sqlx",
    "libsqlite3-sys",
    "git2",
    "libgit2-sys",
    "notify",
    "starlark",
    "jsonschema",
    "age",
    "opentelemetry",
    "axum",
    "reqwest",
    "hyper",
    "openssl",
    "openssl-sys",
    "native-tls",
    "aws-lc-rs",
    "aws-lc-sys",
    "minijinja",
];

/// What the project is built on, and the crate that carries it.
const BUILT_ON: [(&str, &str); 15] = [
    ("ordain-schema", "saphyr-parser"),
    ("ordain-schema", "serde"),
    ("ordain-schema", "serde_yaml"),
    ("ordain-schema", "schemars"),
    ("ordain-core", "petgraph"),
    ("ordain-core", "cel"),
    ("ordain-core", "jiff"),
    ("ordain-trust", "ed25519-dalek"),
    ("ordain-source", "git2"),
    ("ordain-source", "notify"),
    ("ordain-store", "sqlx"),
    ("ordain-controller", "tokio"),
    ("ordain-controller", "axum"),
    ("ordain-controller", "tracing"),
    ("ordain", "clap"),
];

#[test]
fn layers_point_downwards() {
    let mut faults = Vec::new();
    let members = members();
    for (name, used) in &members {
        let Some((_, allowed)) = LAYERS.iter().find(|(member, _)| member == name) else {
            faults.push(format!("{name} has no place in LAYERS (tests/tidy)"));
            continue;
        };
        for dependency in used.iter().filter(|found| found.normal) {
            let ours = LAYERS.iter().any(|(member, _)| *member == dependency.name);
            if ours && !allowed.contains(&dependency.name.as_str()) {
                faults.push(format!("{name} must not use {}", dependency.name));
            }
        }
    }
    refuse("docs/architecture.md has the layers", &faults);
}

#[test]
fn pure_crates_depend_on_nothing_impure() {
    let mut faults = Vec::new();
    for (name, _) in PURE {
        let tree = tree(name);
        for banned in IMPURE.iter().filter(|banned| tree.contains(**banned)) {
            faults
                .push(format!("{name} pulls {banned}: cargo tree -p {name} -e normal -i {banned}"));
        }
    }
    refuse("pure crates take the world as values", &faults);
}

#[test]
fn agent_stays_lean() {
    let tree = tree("ordain-agent");
    let faults: Vec<String> = NOT_ON_A_COMPUTER
        .iter()
        .filter(|banned| tree.contains(**banned))
        .map(|banned| format!("{banned}: cargo tree -p ordain-agent -e normal -i {banned}"))
        .collect();
    refuse("the agent must not pull these", &faults);
}

#[test]
fn programs_of_cargo_demo_and_verify_need_nothing() {
    let faults: Vec<String> = members()
        .into_iter()
        .filter(|(name, _)| name == "ordain-tests")
        .flat_map(|(_, used)| used)
        .filter(|found| found.normal)
        .map(|found| found.name)
        .collect();
    refuse("`cargo demo` and `cargo verify` start in seconds because they use std alone", &faults);
}

#[test]
fn bans_of_deny_toml_hold() {
    let lock = text("Cargo.lock");
    let members = members();
    let mut faults = Vec::new();
    let bans = bans(&text("deny.toml"));
    assert!(bans.len() > 10, "deny.toml lists one ban a line");
    for Ban { name, wrappers } in bans {
        if wrappers.is_empty() && lock.contains(&format!("name = \"{name}\"\n")) {
            faults.push(format!("{name} is in Cargo.lock"));
        }
        for (member, used) in &members {
            let uses = used.iter().any(|found| found.name == name);
            if uses && !wrappers.contains(member) {
                faults.push(format!("{member} uses {name}"));
            }
        }
    }
    refuse("deny.toml says why", &faults);
}

#[test]
fn project_is_built_on_what_it_says() {
    let members = members();
    let faults: Vec<String> = BUILT_ON
        .iter()
        .filter(|(member, wanted)| {
            !members.iter().any(|(name, used)| {
                name == member && used.iter().any(|found| found.normal && found.name == *wanted)
            })
        })
        .map(|(member, wanted)| format!("{member} does not use {wanted}"))
        .collect();
    refuse("docs/decisions/0002-dependencies.md has the choices", &faults);
}

/// One declared dependency of a member.
struct Declared {
    /// The name in the manifest: `serde_yaml` for a renamed package.
    name: String,
    /// Neither a dev- nor a build-dependency.
    normal: bool,
}

/// The members of the workspace and what each declares.
fn members() -> Vec<(String, Vec<Declared>)> {
    let output = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_str(&output).expect("cargo metadata prints JSON");
    let packages = metadata["packages"].as_array().expect("a list of packages");
    packages
        .iter()
        .map(|package| {
            let declared = package["dependencies"].as_array().expect("a list");
            let declared = declared
                .iter()
                .map(|found| Declared {
                    name: word(if found["rename"].is_null() {
                        &found["name"]
                    } else {
                        &found["rename"]
                    }),
                    normal: found["kind"].is_null(),
                })
                .collect();
            (word(&package["name"]), declared)
        })
        .collect()
}

/// Names of all packages that `package` alone pulls into a program.
fn tree(package: &str) -> BTreeSet<String> {
    let output = cargo(&[
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--offline",
    ]);
    output.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("cargo, which built this test, can be started");
    assert!(
        output.status.success(),
        "cargo {}: {}",
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("cargo prints UTF-8")
}

fn word(value: &Value) -> String {
    value.as_str().expect("a string").to_owned()
}

/// One line of `[bans] deny`.
struct Ban {
    name: String,
    /// Who may use it all the same; empty: nobody.
    wrappers: Vec<String>,
}

fn bans(text: &str) -> Vec<Ban> {
    text.lines()
        .filter_map(|line| line.trim().strip_prefix("{ crate = \""))
        .map(|line| {
            let (name, rest) = line.split_once('"').expect("a closing quote");
            let wrappers = rest
                .split_once("wrappers = [")
                .and_then(|(_, list)| list.split_once(']'))
                .map_or("", |(list, _)| list);
            Ban {
                name: name.to_owned(),
                wrappers: wrappers
                    .split(',')
                    .map(|wrapper| wrapper.trim().trim_matches('"').to_owned())
                    .filter(|wrapper| !wrapper.is_empty())
                    .collect(),
            }
        })
        .collect()
}
