//! `ordain validate`: its five forms, commits and folders.

use std::collections::BTreeSet;

use serde_json::json;

use crate::support::{Repository, run};

const BAD: &str =
    "kind: Deployment\nname: bad\nsoftware: reader\nstat: absent\ntarget: {all: true}\n";

#[test]
fn a_valid_policy_is_exit_code_0() {
    let ran = Repository::small().run(&["validate"]).exits(0);
    assert!(ran.out.contains("valid"), "{ran:?}");
    let report = Repository::small().run(&["validate", "--format", "json"]).exits(0).json();
    assert_eq!(
        report,
        json!({"revision": null, "documents": 6, "errors": 0, "warnings": 0, "diagnostics": []})
    );
}

#[test]
fn the_json_is_that_of_the_contract() {
    let small = Repository::small();
    small.write("deployments/bad.yaml", BAD);
    let report = small.run(&["validate", "--format", "json"]).exits(1).json();
    assert_eq!(report["errors"], 1);
    let expected = json!({
        "severity": "error", "code": "unknown-key", "message": "unknown key `stat`",
        "hint": "did you mean `state`?", "file": "deployments/bad.yaml",
        "line": 4, "column": 1, "endColumn": 5, "related": [],
    });
    assert_eq!(report["diagnostics"], json!([expected]));
    let lines = small.run(&["validate", "--format", "jsonl"]).exits(1).lines();
    assert_eq!(lines, [expected]);
}

#[test]
fn people_see_the_line_underlined_with_place_and_hint() {
    let small = Repository::small();
    small.write("deployments/bad.yaml", BAD);
    let out = small.run(&["validate"]).exits(1).out;
    for part in
        ["deployments/bad.yaml:4:1", "stat: absent", "────", "did you mean `state`?", "1 error"]
    {
        assert!(out.contains(part), "`{part}` is not shown:\n{out}");
    }
}

#[test]
fn forges_get_annotations_and_sarif() {
    let small = Repository::small();
    small.write("deployments/bad.yaml", BAD);
    let out = small.run(&["validate", "--format", "github"]).exits(1).out;
    assert!(out.starts_with("::error file=deployments/bad.yaml,line=4,col=1,"), "{out}");
    let log = small.run(&["validate", "--format", "sarif"]).exits(1).json();
    assert_eq!(log["version"], "2.1.0");
    let result = &log["runs"][0]["results"][0];
    assert_eq!(result["ruleId"], "unknown-key");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "deployments/bad.yaml");
    assert_eq!(place["region"], json!({"startLine": 4, "startColumn": 1, "endColumn": 5}));
}

#[test]
fn a_commit_is_read_without_a_checkout() {
    let small = Repository::small();
    small.commit("good");
    small.write("deployments/bad.yaml", BAD);
    small.commit("bad");
    std::fs::remove_file(small.path().join("deployments/bad.yaml")).unwrap();
    small.run(&["validate"]).exits(0);
    let report = small.run(&["validate", "--rev", "HEAD", "--format", "json"]).exits(1).json();
    assert_eq!(report["revision"].as_str().map(str::len), Some(40));
    small.run(&["validate", "--rev", "HEAD~1"]).exits(0);
    small.run(&["validate", "--rev", "no-such"]).exits(2).complains(&["no-such"]);

    let bare = Repository::empty();
    bare.git(&["clone", "-q", "--bare", small.path().to_str().unwrap(), "policy.git"]);
    run(bare.path(), &["validate", "policy.git", "--rev", "main~1"]).exits(0);
    run(bare.path(), &["validate", "policy.git"]).exits(2).complains(&["--rev"]);
}

#[test]
fn the_repository_around_the_current_folder_is_meant() {
    let small = Repository::small();
    run(&small.path().join("software/reader"), &["validate"]).exits(0);
    let above = Repository::empty();
    run(above.path(), &["validate", small.path().to_str().unwrap()]).exits(0);
}

#[test]
fn what_is_no_repository_is_said_with_everything_else() {
    let empty = Repository::empty();
    let report = empty.run(&["validate", ".", "--format", "json"]).exits(1).json();
    assert_eq!(report["diagnostics"][0]["file"], "ordain.yaml");
    empty.write(
        "deployments/a.yaml",
        "kind: Deployment\nname: a\nsoftware: x\ntarget: {all: true}\n",
    );
    let report = empty.run(&["validate", ".", "--format", "json"]).exits(1).json();
    let files: BTreeSet<&str> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["file"].as_str().unwrap())
        .collect();
    assert_eq!(files, BTreeSet::from(["deployments/a.yaml", "ordain.yaml"]));
}

#[test]
fn the_moment_decides_what_expires_soon() {
    let small = Repository::small();
    small.write("deployments/soon.yaml", "kind: Deployment\nname: soon\nsoftware: reader\nexpires: 2026-05-10\ntarget: {all: true}\n");
    let warnings = |now: &str| {
        small.run(&["validate", "--format", "json", "--now", now]).exits(0).json()["warnings"]
            .clone()
    };
    assert_eq!(warnings("2026-04-01T00:00:00Z"), 0);
    assert_eq!(warnings("2026-05-01T00:00:00Z"), 1);
}
