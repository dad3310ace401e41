//! Windows hold sessions back on a real computer, and let them go on.

use crate::stage::{Build, POLICY, Stage};

/// Closed for the tool until the end of the century, whatever day it is.
const CLOSED: &str =
    "kind: Window\nname: freeze\ndeny: true\nfrom: 2020-01-01\nto: 2099-12-31\nitems: [tool]\n";
const OVER: &str =
    "kind: Window\nname: freeze\ndeny: true\nfrom: 2020-01-01\nto: 2020-01-02\nitems: [tool]\n";

fn policy(window: &'static str) -> Vec<(&'static str, &'static str)> {
    let mut policy = POLICY.to_vec();
    policy.push(("windows/freeze.yaml", window));
    policy
}

#[test]
fn what_a_window_closes_is_held_and_the_rest_goes_on() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &policy(CLOSED));
    let session = stage.session();
    assert_eq!(session.status(), "partially-passed", "{session:?}");
    assert_eq!(
        session.deeds(),
        ["software/tool none held - 1.0 held -", "task/note set not-compliant - - done passed",]
    );
    let held = &session.actions()[0];
    assert_eq!(held["planned"], "install");
    assert_eq!(held["heldBy"][0]["what"], "windows/freeze");
    assert_eq!(held["until"], "2100-01-01T00:00:00Z");
    assert_eq!(stage.read("starts"), "set note\n");

    let commit = stage.repository.push(&[("windows/freeze.yaml", OVER)]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("starts"), "set note\ninstall 1.0\n");
    stage.is_settled();
}
