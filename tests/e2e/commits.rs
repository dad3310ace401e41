//! Schedules with `on: commit`: just the computers whose winners changed get
//! a session, and each commit gives them one.

use serde_json::Value;

use crate::stage::{Build, COMPUTER, POLICY, Session, Stage};

const OTHER: &str = "pc-02";

/// The tool for everybody, the note for one; changes are carried out at once.
pub(crate) const ON_COMMIT: &[(&str, &str)] = &[
    (
        "schedules/changes.yaml",
        "kind: Schedule\nname: changes\ntarget: {all: true}\nwhen: {on: commit}\n",
    ),
    (
        "tenants/acme/deployments/note.yaml",
        "kind: Deployment\nname: note\ntask: note\ntarget: {computer: pc-01}\n",
    ),
    ("deployments/note.yaml", "kind: Deployment\nname: note\ntask: note\ntarget: {tag: nobody}\n"),
];

/// The tool with a second version.
pub(crate) const NEWER: &str = r#"kind: Software
name: tool
detect: {file: {path: "{place}/tool", version: 'version=(?P<version>\S+)'}}
versions: [{version: "1.0"}, {version: "1.1"}]
install: {script: install.sh, timeout: 2m}
uninstall: {script: uninstall.sh}
"#;

#[test]
fn a_commit_starts_sessions_for_just_those_it_concerns() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &[POLICY, ON_COMMIT].concat());
    stage.enrol(OTHER);
    let _other = stage.agent(OTHER);
    stage.session();
    assert_eq!((sessions(&stage, COMPUTER).len(), sessions(&stage, OTHER).len()), (1, 0));

    // Layout alone concerns nobody.
    let tool =
        "# for everybody\nkind: Deployment\nsoftware: tool\nname: tool\n\ntarget: {all: true}\n";
    let commit = stage.repository.push(&[("deployments/tool.yaml", tool)]);
    controller.says(&["the commit is followed", &commit, "computers=0"]);

    // What is for one computer concerns that one.
    let enforced =
        "kind: Deployment\nname: note\ntask: note\nstate: audit\ntarget: {computer: pc-01}\n";
    let commit = stage.repository.push(&[("tenants/acme/deployments/note.yaml", enforced)]);
    controller.says(&["the commit is followed", &commit, "computers=1"]);
    assert_eq!((sessions(&stage, COMPUTER).len(), sessions(&stage, OTHER).len()), (2, 0));

    // A new version concerns whoever wants the latest.
    let commit = stage.repository.push(&[("software/tool/software.yaml", NEWER)]);
    controller.says(&["the commit is followed", &commit, "computers=2"]);
    for (computer, of_it) in [(COMPUTER, 3), (OTHER, 1)] {
        let all = sessions(&stage, computer);
        assert_eq!(all.len(), of_it, "{computer}: {all:?}");
        assert_eq!(ended(&stage, &all[0]).status(), "passed", "{computer}");
    }
    assert_eq!(stage.read("tool"), "version=1.1\n");
}

/// The sessions of a computer, newest first.
pub(crate) fn sessions(stage: &Stage, computer: &str) -> Vec<String> {
    let listed = stage.ask(&["sessions", "list", "--computer", computer]);
    let sessions = listed["sessions"].as_array().expect("a list");
    let id = |one: &Value| one["id"].as_str().expect("an id").to_owned();
    sessions.iter().map(id).collect()
}

/// A session at its end.
pub(crate) fn ended(stage: &Stage, id: &str) -> Session {
    let followed = stage.run(&["sessions", "logs", id, "--follow"]);
    assert!(followed.ends().success(), "{}", followed.errors());
    Session::new(stage.ask(&["sessions", "show", id]))
}
