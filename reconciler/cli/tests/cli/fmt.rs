//! `ordain fmt`: the layout changes, the meaning and the comments do not.

use std::fs;

use crate::support::Repository;

const UGLY: &str = "kind:   Deployment\nname: ugly\n# why it is here\nsoftware: reader\n\n\n\ntarget:\n    all: true\n";

#[test]
fn check_finds_and_fmt_mends() {
    let small = Repository::small();
    small.run(&["fmt"]).exits(0);
    small.run(&["fmt", "--check"]).exits(0);
    let place = small.write("deployments/ugly.yaml", UGLY);
    let ran = small.run(&["fmt", "--check", "--format", "json"]).exits(1);
    assert_eq!(ran.json()["files"], serde_json::json!(["deployments/ugly.yaml"]));
    assert_eq!(fs::read_to_string(&place).unwrap(), UGLY, "a check writes nothing");
    small.run(&["fmt"]).exits(0);
    let text = fs::read_to_string(&place).unwrap();
    assert!(text.contains("# why it is here") && !text.contains("\n\n\n"), "{text}");
    small.run(&["fmt", "--check"]).exits(0);
    small.run(&["validate"]).exits(0);
}

#[test]
fn one_file_may_be_meant() {
    let small = Repository::small();
    small.write("deployments/ugly.yaml", UGLY);
    small.write("deployments/other.yaml", &UGLY.replace("ugly", "other"));
    small.run(&["fmt", "deployments/ugly.yaml"]).exits(0);
    let ran = small.run(&["fmt", "--check", "--format", "json"]).exits(1);
    assert_eq!(ran.json()["files"], serde_json::json!(["deployments/other.yaml"]));
}

#[test]
fn a_file_that_cannot_be_read_is_left_alone_and_said() {
    let small = Repository::small();
    small.run(&["fmt"]).exits(0);
    let broken = "kind: Deployment\nname: [broken\n";
    let place = small.write("deployments/broken.yaml", broken);
    small.run(&["fmt"]).exits(1).complains(&["deployments/broken.yaml"]);
    assert_eq!(fs::read_to_string(place).unwrap(), broken);
}
