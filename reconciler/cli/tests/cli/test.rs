//! `ordain test`.

use serde_json::json;

use crate::support::Repository;

#[test]
fn what_holds_passes() {
    let small = Repository::small();
    let report = small.run(&["test", "--format", "json"]).exits(0).json();
    let expected = json!({
        "tests": [{"name": "viewer-brings-its-reader", "file": "tests/viewer.yaml", "line": 1, "passed": true, "failures": []}],
        "passed": 1, "failed": 0,
    });
    assert_eq!(report, expected);
    small.run(&["test", "viewer-brings-its-reader"]).exits(0);
    small.run(&["test", ".", "viewer-brings-its-reader"]).exits(0);
}

#[test]
fn what_does_not_hold_is_shown_as_a_difference() {
    let small = Repository::small();
    let text = std::fs::read_to_string(small.path().join("tests/viewer.yaml")).unwrap();
    small.write("tests/viewer.yaml", &text.replace("to: \"2.0\"", "to: \"1.0\""));
    let ran = small.run(&["test"]).exits(1);
    for part in ["FAILED", "viewer-brings-its-reader", "pc-1", "1.0", "2.0", "1 failed"] {
        assert!(ran.out.contains(part), "`{part}` is not shown:\n{}", ran.out);
    }
    let report = small.run(&["test", "--format", "json"]).exits(1).json();
    assert_eq!((&report["passed"], &report["failed"]), (&json!(0), &json!(1)));
    let failure = &report["tests"][0]["failures"][0];
    assert_eq!(failure["computer"], "pc-1");
    assert!(
        failure["message"].is_string()
            && failure["expected"].is_string()
            && failure["actual"].is_string(),
        "{failure}"
    );
}

#[test]
fn no_tests_are_a_warning() {
    let small = Repository::small();
    std::fs::remove_file(small.path().join("tests/viewer.yaml")).unwrap();
    let ran = small.run(&["test", "--format", "json"]).exits(0).complains(&["warning", "no-tests"]);
    assert_eq!(ran.json(), json!({"tests": [], "passed": 0, "failed": 0}));
}

#[test]
fn in_an_invalid_policy_only_tests_with_files_of_their_own_run() {
    let small = Repository::small();
    small.write(
        "deployments/bad.yaml",
        "kind: Deployment\nname: bad\nsoftware: nope\ntarget: {all: true}\n",
    );
    small.write(
        "tests/given.yaml",
        "kind: Test\nname: mended\ngiven:\n  - {file: deployments/bad.yaml, text: \"kind: Deployment\\nname: bad\\nsoftware: reader\\ntarget: {all: true}\\n\"}\nerrors: []\n",
    );
    let ran =
        small.run(&["test", "--format", "json"]).exits(1).complains(&["deployments/bad.yaml"]);
    let report = ran.json();
    assert_eq!((&report["passed"], &report["tests"][0]["name"]), (&json!(1), &json!("mended")));
}

const GIVEN: &str = "given:\n  - {file: deployments/new.yaml, text: \"kind: Deployment\\nname: new\\nsoftware: gone\\ntarget: {all: true}\\n\"}\n";

#[test]
fn errors_that_the_repository_has_of_itself_are_not_of_the_tests_making() {
    let small = Repository::small();
    small.write(
        "deployments/bad.yaml",
        "kind: Deployment\nname: bad\nsoftware: nope\ntarget: {all: true}\n",
    );
    let listed = "errors: [{code: unknown-reference, at: \"deployments/new.yaml:3\"}]\n";
    small.write(
        "tests/given.yaml",
        &format!(
            "kind: Test\nname: listed\n{GIVEN}{listed}---\nkind: Test\nname: unlisted\n{GIVEN}"
        ),
    );
    let report = small.run(&["test", "--format", "json"]).exits(1).json();
    assert_eq!((&report["passed"], &report["failed"]), (&json!(1), &json!(1)));
    assert_eq!(report["tests"][1]["name"], "unlisted");
    let actual = report["tests"][1]["failures"][0]["actual"].as_str().unwrap();
    assert!(actual.contains("new.yaml:3") && !actual.contains("bad.yaml"), "{actual}");
}

#[test]
fn days_are_those_of_the_tests_own_moment() {
    let small = Repository::small();
    small.write("deployments/pilot.yaml", "kind: Deployment\nname: pilot\nsoftware: reader\ntarget: {tag: pilot}\nexpires: 2096-03-16\n");
    let test = |now: &str| {
        let errors = "errors: [{code: expires-soon, at: \"deployments/pilot.yaml:5\"}]";
        small.write("tests/days.yaml", &format!("kind: Test\nname: days\nnow: {now}\n{errors}\n"));
        small.run(&["test", "days"])
    };
    test("2096-03-02T00:00:00Z").exits(0);
    test("2096-03-01T23:59:59Z").exits(1);
}
