//! From a push to a converged computer: what the whole thing is for.

use crate::stage::{Build, COMPUTER, POLICY, Stage};

#[test]
fn a_push_becomes_a_converged_computer() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, POLICY);
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(
        session.deeds(),
        [
            "software/tool install software-missing - 1.0 done passed",
            "task/note set not-compliant - - done passed",
        ]
    );
    assert_eq!((stage.read("tool"), stage.read("note")), ("version=1.0\n".into(), "kept\n".into()));
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
    shows_what_it_did(&stage, session.id());
    stage.is_settled();

    let released = a_newer_version();
    let commit = stage.repository.push(&[("software/tool/software.yaml", &released)]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    assert_eq!(session.deeds()[0], "software/tool update update-available 1.0 1.1 done passed");
    assert_eq!(session.value()["revision"], commit.as_str());
    assert_eq!(stage.read("tool"), "version=1.1\n");
    stage.is_settled();
    controller.stop();
}

/// The catalogue's entry with a newer version.
fn a_newer_version() -> String {
    let (_, text) = POLICY.iter().find(|(path, _)| path.ends_with("software.yaml")).expect("there");
    text.replace("versions: [", "versions: [{version: \"1.1\"}, ")
}

/// The fields that other people's scripts read.
fn shows_what_it_did(stage: &Stage, id: &str) {
    let shown = stage.ask(&["sessions", "show", id]);
    assert_eq!(shown["computer"], COMPUTER);
    assert_eq!((&shown["tenant"], &shown["kind"]), (&"acme".into(), &"maintenance".into()));
    assert!(shown["startedAt"].is_string() && shown["endedAt"].is_string(), "{shown:#}");
    assert!(shown["runningSeconds"].is_u64(), "{shown:#}");
    let stages = shown["stages"].as_array().expect("stages");
    for name in ["resolution", "detection", "execution", "report"] {
        let passed = |stage: &&serde_json::Value| stage["stage"] == name;
        let stage = stages.iter().find(passed).expect("every stage is listed");
        assert_eq!(stage["status"], "passed", "{shown:#}");
    }
    let install = &shown["actions"][0];
    assert_eq!(install["by"], "deployments/tool.yaml");
    let attempts = install["attempts"].as_array().expect("attempts");
    let run = attempts.iter().find(|attempt| attempt["phase"] == "install").expect("it ran");
    assert_eq!(run["exitCode"], 0);
    assert!(run["output"].as_str().is_some_and(|text| text.contains("the tool is in place")));
    assert!(run["startedAt"].is_string() && run["endedAt"].is_string(), "{run:#}");
}

#[test]
fn what_drifts_is_put_right() {
    let (stage, _controller, _agent) = Stage::running(Build::Shipped, POLICY);
    assert_eq!(stage.session().status(), "passed");
    std::fs::write(stage.path("place/note"), "I know better\n").expect("writable");
    std::fs::remove_file(stage.path("place/tool")).expect("there");
    let session = stage.session();
    assert_eq!(
        session.deeds(),
        [
            "software/tool install software-missing - 1.0 done passed",
            "task/note set not-compliant - - done passed",
        ]
    );
    assert_eq!(stage.read("note"), "kept\n");
    stage.is_settled();
}
