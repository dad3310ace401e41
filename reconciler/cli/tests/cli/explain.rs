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
