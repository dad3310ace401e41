//! `ordain explain`.

use serde_json::json;

use crate::support::Repository;

fn exception() -> Repository {
    let small = Repository::small();
    small.write(
        "tenants/contoso/deployments/left-alone.yaml",
        "kind: Deployment\nname: left-alone\nsoftware: viewer\nstate: ignored\ntarget: {computer: pc-1}\n",
    );
    small
}

#[test]
fn the_json_names_winner_losers_and_the_rule() {
    let small = exception();
    let one = small
        .run(&[
            "explain",
            "pc-1",
            "software/viewer",
            "--inventory",
            "fleet.yaml",
            "--format",
            "json",
        ])
        .exits(0)
        .json();
    assert_eq!((&one["computer"], &one["item"]), (&json!("pc-1"), &json!("software/viewer")));
    let winner = json!({"by": "tenants/contoso/deployments/left-alone.yaml", "line": 1, "scope": "computer", "selector": "computer"});
    assert_eq!(one["winner"], winner);
    assert_eq!(
        one["shadowed"],
        json!([{"item": "software/viewer", "by": "deployments/viewer.yaml", "line": 1, "rule": "scope"}])
    );
    assert_eq!(one["action"]["reason"], "ignored");
    for key in ["conflict", "facts", "unknown", "prerequisites", "heldBy"] {
        assert!(one.get(key).is_some(), "`{key}` is missing: {one}");
    }
}

#[test]
fn people_read_it_in_paragraphs() {
    let small = exception();
    let out = small
        .run(&["explain", "contoso/pc-1", "software/viewer", "--inventory", "fleet.yaml"])
        .exits(0)
        .out;
    for part in [
        "software/viewer on contoso/pc-1",
        "left-alone.yaml:1",
        "deployments/viewer.yaml:1",
        "rule scope",
    ] {
        assert!(out.contains(part), "`{part}` is not shown:\n{out}");
    }
    let out = Repository::small()
        .run(&["explain", "pc-1", "software/viewer", "--inventory", "fleet.yaml"])
        .exits(0)
        .out;
    assert!(out.contains("needs first") && out.contains("software/reader"), "{out}");
}

#[test]
fn a_name_that_several_tenants_use_must_be_narrowed() {
    let small = Repository::small();
    small.write(
        "fleet.yaml",
        "computers:\n  - {name: pc-1, tenant: contoso}\n  - {name: pc-1, tenant: fabrikam}\n",
    );
    small
        .run(&["explain", "pc-1", "software/viewer", "--inventory", "fleet.yaml"])
        .exits(2)
        .complains(&["contoso/pc-1", "fabrikam/pc-1"]);
}

#[test]
fn it_says_what_holds_an_action_back_and_the_ring() {
    let small = Repository::small();
    small.write(
        "windows/freeze.yaml",
        "name: freeze\ndeny: true\nfrom: 2026-03-01\nto: 2026-03-05\n",
    );
    small.write(
        "deployments/viewer.yaml",
        "name: viewer\nsoftware: viewer\ntarget: {all: true}\nrollout: {rings: [{tag: pilot, soak: 1d}, {percent: 100}]}\n",
    );
    let fleet = "now: 2026-03-02T09:00:00Z\nrollouts: [{item: software/viewer, started: 2026-03-02T08:00:00Z}]\ncomputers:\n  - {name: pc-1, tenant: contoso, os: {family: linux}, software: {}}\n  - {name: pc-2, tenant: contoso, software: {reader: \"1.0\", viewer: \"5\"}}\n";
    small.write("fleet.yaml", fleet);
    let explain = |computer, format: &[&str]| {
        let args = ["explain", computer, "software/viewer", "--inventory", "fleet.yaml"];
        small.run(&[&args, format].concat()).exits(0)
    };
    let one = explain("pc-1", &["--format", "json"]).json();
    assert_eq!(
        one["heldBy"],
        json!([
            {"what": "windows/freeze", "until": "2026-03-06T00:00:00Z"},
            {"what": "ring 2", "until": "2026-03-03T08:00:00Z"},
        ])
    );
    assert_eq!(one["ring"], 2);
    let out = explain("pc-1", &[]).out;
    let line = "held by windows/freeze until 2026-03-06T00:00:00Z";
    assert!(out.contains(line) && out.contains("in ring 2 of its rollout"), "{out}");
    // Nothing is to be done, so nothing is held back.
    let other = explain("pc-2", &["--format", "json"]).json();
    assert_eq!((&other["heldBy"], &other["ring"]), (&json!([]), &json!(2)));
}
