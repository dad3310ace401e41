//! `ordain diff`.

use serde_json::json;

use crate::support::Repository;

/// Two commits: the second removes the viewer and everything of it changes.
fn changed() -> Repository {
    let small = Repository::small();
    small.commit("first");
    small.write(
        "deployments/viewer.yaml",
        "kind: Deployment\nname: viewer\nsoftware: viewer\nstate: absent\ntarget: {all: true}\n",
    );
    small
}

#[test]
fn the_json_says_who_gains_and_loses_what() {
    let small = changed();
    small.commit("second");
    let diff = small
        .run(&["diff", "HEAD~1", "HEAD", "--inventory", "fleet.yaml", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(diff["base"].as_str().map(str::len), Some(40));
    assert_eq!(diff["totals"]["computers"], 2);
    assert_eq!(diff["totals"]["tenants"], 1);
    assert_eq!(diff["totals"]["uninstall"], 1);
    assert_eq!(diff["limits"], json!([]));
    let second = &diff["computers"][1];
    assert_eq!((&second["computer"], &second["tenant"]), (&json!("pc-2"), &json!("contoso")));
    let viewer = second["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["item"] == "software/viewer")
        .unwrap();
    assert_eq!(
        (&viewer["before"]["action"], &viewer["after"]["action"]),
        (&json!("none"), &json!("uninstall"))
    );
    let same = small
        .run(&["diff", "HEAD", "HEAD", "--inventory", "fleet.yaml", "--format", "json"])
        .exits(0)
        .json();
    assert_eq!(same["computers"], json!([]));
}

#[test]
fn the_folder_as_it_stands_is_a_side_too() {
    let small = changed();
    let out = small.run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml"]).exits(0).out;
    assert!(out.contains("software/viewer") && out.contains("uninstall"), "{out}");
}

#[test]
fn a_comment_is_markdown() {
    let small = changed();
    let out = small
        .run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml", "--format", "markdown"])
        .exits(0)
        .out;
    assert!(
        out.starts_with("<!-- ordain diff -->\n") && out.contains("| `software/viewer` |"),
        "{out}"
    );
}

#[test]
fn a_long_comment_is_folded_and_fits() {
    let small = changed();
    let computers = (0..3_000)
        .map(|number| format!("{{\"computer\": {{\"name\": \"pc-{number}\", \"tenant\": \"tenant-{number}\", \"software\": {{\"viewer\": \"5\", \"reader\": \"1.0\"}}}}}}\n"))
        .collect::<Vec<_>>().concat();
    small.write("many.jsonl", &computers);
    let out = small
        .run(&["diff", "HEAD", ".", "--inventory", "many.jsonl", "--format", "markdown"])
        .exits(0)
        .out;
    assert!(out.len() < 65_536, "{}", out.len());
    assert!(out.contains("<details>") && out.contains("</details>") && out.contains(" more: run"));
}

#[test]
fn beyond_the_limits_it_is_refused() {
    let small = Repository::small();
    let text = std::fs::read_to_string(small.path().join("ordain.yaml")).unwrap();
    small.write("ordain.yaml", &(text + "limits: {maxUninstalls: 0}\n"));
    small.commit("first");
    small.write(
        "deployments/viewer.yaml",
        "kind: Deployment\nname: viewer\nsoftware: viewer\nstate: absent\ntarget: {all: true}\n",
    );
    let diff = small
        .run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml", "--format", "json"])
        .exits(4)
        .json();
    assert_eq!(diff["limits"], json!([{"limit": "maxUninstalls", "allowed": 0, "actual": 1}]));
    let out = small.run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml"]).exits(4).out;
    assert!(out.contains("maxUninstalls"), "{out}");
    small
        .run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml", "--format", "json"])
        .complains(&["limit-exceeded", "ordain.yaml:5:10"]);
}

#[test]
fn a_side_with_errors_is_shown() {
    let small = Repository::small();
    small.commit("first");
    small.write(
        "deployments/bad.yaml",
        "kind: Deployment\nname: bad\nsoftware: nope\ntarget: {all: true}\n",
    );
    let ran =
        small.run(&["diff", "HEAD", ".", "--inventory", "fleet.yaml", "--format", "json"]).exits(1);
    assert_eq!(ran.json()["diagnostics"][0]["file"], "deployments/bad.yaml");
    small
        .run(&["diff", "no-such", ".", "--inventory", "fleet.yaml"])
        .exits(2)
        .complains(&["no-such"]);
}
