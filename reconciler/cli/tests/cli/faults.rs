//! A repository of more than fifty faults, one of every code at the least:
//! `validate` says each of them at its line, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Repository;

/// The moment by which days count in `expected.txt`.
const NOW: &str = "2026-03-02T09:00:00Z";

/// What `validate` says of other things than the words of the page.
const LEFT_OUT: &[&str] = &[
    // What this version does not carry out yet.
    "not-executed-yet",
    // Said with trust on alone.
    "named-in-cross-tenant",
    "unattested-target",
    // Said by `diff` and by `test`.
    "limit-exceeded",
    "no-tests",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fifty-faults")
}

fn copy(from: &Path, made: &Repository, below: &str) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{below}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), made, &format!("{path}/"));
        } else {
            made.write(&path, &fs::read_to_string(entry.path()).unwrap());
        }
    }
}

/// The repository with the four faults that a checkout may not survive.
fn repository() -> Repository {
    let made = Repository::empty();
    copy(&folder().join("repository"), &made, "");
    made.write("groups/reading/Twin.yaml", "kind: Group\nname: twin\n");
    made.write("groups/reading/twin.yaml", "kind: Group\nname: other-twin\n");
    let large = format!("kind: Window\nname: large\n#{}\n", "-".repeat(1 << 20));
    made.write("windows/reading/large.yaml", &large);
    let latin = made.write("windows/reading/latin.yaml", "");
    fs::write(latin, b"kind: Window\nname: caf\xe9\n").unwrap();
    let linked = made.path().join("windows/reading/linked.yaml");
    std::os::unix::fs::symlink("anchors.yaml", linked).unwrap();
    made
}

fn line(one: &Value) -> String {
    let place = |one: &Value| format!("{}:{}", one["file"].as_str().unwrap(), one["line"]);
    let text = |key: &str| one[key].as_str().unwrap();
    let related = one["related"].as_array().unwrap().iter();
    let related: Vec<String> = related.map(|one| format!(" + {}", place(one))).collect();
    let related = related.concat();
    format!("{} {} {}{related}", text("severity"), text("code"), place(one))
}

fn sorted(mut lines: Vec<String>) -> String {
    lines.sort();
    lines.join("\n")
}

#[test]
fn every_fault_is_said_at_its_line_and_nothing_else() {
    let report = repository().run(&["validate", "--format", "json", "--now", NOW]).exits(1).json();
    let found = report["diagnostics"].as_array().unwrap().iter();
    let found: Vec<&Value> = found.filter(|one| one["code"] != "not-executed-yet").collect();
    let expected = fs::read_to_string(folder().join("expected.txt")).unwrap();
    let expected: Vec<String> =
        expected.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    assert!(expected.len() >= 50, "{}", expected.len());
    assert_eq!(sorted(found.iter().map(|one| line(one)).collect()), sorted(expected));
    for one in found {
        assert!(one["hint"].is_string(), "without a hint: {one:#}");
        assert!(one["endColumn"].as_u64() >= one["column"].as_u64(), "{one:#}");
    }
}

#[test]
fn no_code_is_left_out() {
    let expected = fs::read_to_string(folder().join("expected.txt")).unwrap();
    let page = include_str!("../../../../docs/diagnostics.md");
    let codes = page.split("\n## `").skip(1).filter_map(|section| section.split('`').next());
    for code in codes.filter(|code| !LEFT_OUT.contains(code)) {
        assert!(expected.contains(&format!(" {code} ")), "`{code}` has no fault");
    }
}

#[test]
fn nothing_is_planned_with_faults() {
    let faulty = repository();
    faulty.write("fleet.yaml", "computers: [{name: pc-1, tenant: contoso, software: {}}]\n");
    let planned =
        faulty.run(&["plan", ".", "--inventory", "fleet.yaml", "--now", NOW, "--format", "json"]);
    assert!(planned.exits(1).json()["errors"].as_u64() >= Some(50));
    faulty.run(&["test", "."]).exits(1);
}
