//! What a deployment has installed goes once the computer leaves its reach.

use crate::stage::{Build, POLICY, Stage};

const HERE: &str =
    "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {all: true}\nonUnmatch: remove\n";
const ELSEWHERE: &str =
    "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {tag: elsewhere}\nonUnmatch: remove\n";

#[test]
fn what_leaves_the_reach_is_uninstalled_by_the_script_of_then() {
    let mut policy = POLICY.to_vec();
    policy.retain(|(path, _)| *path != "deployments/tool.yaml");
    policy.push(("deployments/tool.yaml", HERE));
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &policy);
    assert_eq!(stage.session().status(), "passed");
    assert_eq!(stage.read("tool"), "version=1.0\n");

    // The commit that lets go has another script, which nobody accepted then.
    let commit = stage.repository.push(&[
        ("deployments/tool.yaml", ELSEWHERE),
        ("software/tool/uninstall.sh", "echo another >> {place}/starts\nexit 1\n"),
    ]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    let gone = "software/tool uninstall software-detected 1.0 - done passed";
    assert!(session.deeds().iter().any(|deed| deed == gone), "{session:?}");
    assert_eq!(stage.read("starts"), "install 1.0\nset note\nuninstall\n");
    stage.is_settled();
}
