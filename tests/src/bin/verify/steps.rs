//! The steps of `cargo verify`, in the order in which they fail fastest.
//!
//! Owns what each step runs. Missing programs are the business of
//! [`crate::needs`].

use std::path::PathBuf;
use std::process::Command;

use crate::needs;

/// One thing to check.
pub(crate) struct Step {
    /// The word for `--only`.
    pub(crate) name: &'static str,
    /// What it does, in a line.
    pub(crate) does: &'static str,
    /// Does it; the error says what went wrong, in a line.
    pub(crate) run: fn() -> Result<(), String>,
}

/// All steps.
pub(crate) const STEPS: [Step; 7] = [
    Step { name: "needs", does: "programs that the checks start are there", run: needs::provide },
    Step {
        name: "format",
        does: "cargo fmt --all --check",
        run: || cargo(&["fmt", "--all", "--check"], &[]),
    },
    Step {
        name: "clippy",
        does: "cargo clippy over all targets and features, warnings denied",
        run: clippy,
    },
    Step {
        name: "rules",
        does: "the tidy test: layers, purity, heads, links; cargo-deny where it is installed",
        run: rules,
    },
    Step {
        name: "binaries",
        does: "all tests and the programs that they start, also with kill points",
        run: binaries,
    },
    Step {
        name: "tests",
        does: "cargo test --workspace: units, properties, examples, real processes",
        run: tests,
    },
    Step { name: "docs", does: "cargo doc --workspace, warnings denied", run: docs },
];

fn clippy() -> Result<(), String> {
    let arguments = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--all-features",
        "--locked",
        "--",
        "-D",
        "warnings",
    ];
    cargo(&arguments, &[])
}

fn rules() -> Result<(), String> {
    // Of the whole workspace, as in the other steps: one package alone would
    // have dependencies with other features, and build them a second time.
    cargo(&["test", "--locked", "--workspace", "--test", "tidy"], &[])?;
    if needs::found("cargo-deny") {
        cargo(&["deny", "--offline", "check", "bans", "licenses", "sources"], &[])
    } else {
        say("cargo-deny is not installed: licences and sources of dependencies go unchecked here");
        say("(the bans of deny.toml were checked by the tidy test)");
        Ok(())
    }
}

/// Kill points first: the plain programs end up in their usual place.
fn binaries() -> Result<(), String> {
    let folder = output_folder()?;
    let kept = folder.join("kill-points");
    std::fs::create_dir_all(&kept).map_err(|error| format!("{}: {error}", kept.display()))?;
    let programs = ["--bin", "ordain", "--bin", "ordain-agent"];
    let features =
        ["--features", "ordain/kill-points,ordain-agent/kill-points,ordain-agent/test-platform"];
    cargo(&[&["build", "--locked", "--workspace"][..], &programs, &features].concat(), &[])?;
    for program in ["ordain", "ordain-agent"] {
        let (from, to) = (folder.join(program), kept.join(program));
        std::fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    cargo(&["test", "--locked", "--workspace", "--no-run"], &[])
}

fn tests() -> Result<(), String> {
    cargo(&["test", "--workspace", "--locked"], &[])
}

fn docs() -> Result<(), String> {
    // All features, so that what clippy has checked need not be checked again.
    let arguments = ["doc", "--workspace", "--all-features", "--no-deps", "--locked"];
    cargo(&arguments, &[("RUSTDOCFLAGS", "-D warnings")])
}

/// Where cargo put this program, and so the others.
fn output_folder() -> Result<PathBuf, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    program.parent().map(PathBuf::from).ok_or_else(|| "this program lies in no folder".to_owned())
}

/// Runs the very cargo that started this program, from the root.
fn cargo(arguments: &[&str], environment: &[(&str, &str)]) -> Result<(), String> {
    let shown = format!("cargo {}", arguments.join(" "));
    say(&shown);
    let program = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let status = Command::new(program)
        .args(arguments)
        .envs(environment.iter().copied())
        .current_dir(root())
        .status()
        .map_err(|error| format!("{shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown}: {status}")) }
}

fn root() -> PathBuf {
    let here = std::env::var("CARGO_MANIFEST_DIR");
    let here = here.unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
    PathBuf::from(here).join("..")
}

fn say(line: &str) {
    println!("   {line}");
}
