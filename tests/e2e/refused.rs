//! Commits that do not take effect: what was in force stays, and why is said.

use crate::stage::{Build, POLICY, Stage};

#[test]
fn a_bad_commit_changes_nothing_and_says_why() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, POLICY);
    let good = stage.ask(&["status"])["commit"]["inForce"].clone();
    let bad = "kind: Deployment\nname: tool\nsoftware: tool\nstat: absent\ntarget: {all: true}\n";
    let commit = stage.repository.push(&[("deployments/tool.yaml", bad)]);
    controller.says(&["the commit is rejected", &commit]);

    let status = stage.ask(&["status"]);
    assert_eq!(status["commit"]["inForce"], good);
    assert_eq!(status["commit"]["head"], commit.as_str());
    let rejected = &status["commit"]["rejected"][0];
    assert_eq!(rejected["revision"], commit.as_str());
    let diagnostic = &rejected["diagnostics"][0];
    assert_eq!(diagnostic["code"], "unknown-key", "{status:#}");
    assert_eq!(
        (&diagnostic["file"], &diagnostic["line"]),
        (&"deployments/tool.yaml".into(), &4.into())
    );
    let shown = stage.run(&["status"]);
    let shown = shown.results() + &shown.errors();
    assert!(shown.contains("deployments/tool.yaml:4") && shown.contains("stat"), "{shown}");

    let session = stage.session();
    assert_eq!(session.status(), "passed");
    assert_eq!(session.value()["revision"], good);
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
}

#[test]
fn a_rewritten_history_is_refused_unless_it_is_allowed() {
    let stage = Stage::new(Build::Shipped, POLICY);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    let accepted = stage.repository.push(&[("docs/a.md", "one")]);
    controller.says(&["the commit is in force", &accepted]);
    let rewritten = stage.repository.rewrite(&[("docs/a.md", "two")]);
    controller.says(&["the commit is rejected", &rewritten]);
    let status = stage.ask(&["status"]);
    assert_eq!(status["commit"]["inForce"], accepted.as_str());
    assert_eq!(status["commit"]["rejected"][0]["diagnostics"][0]["code"], "rewritten-history");
    controller.stop();

    let controller = stage.controller_with(|command| {
        command.arg("--allow-rewrites");
    });
    controller.says(&["the commit is in force", &rewritten]);
    assert_eq!(stage.ask(&["status"])["commit"]["inForce"], rewritten.as_str());
}
