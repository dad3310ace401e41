//! Filter scripts: whom one selects in the preview is whom sessions reach.

use std::fs;

use serde_json::Value;

use crate::stage::{Build, COMPUTER, POLICY, Session, Stage};

const OTHER: &str = "pc-02";

/// The tool for whom a script beside the deployment names, the note for a group.
const BY_SCRIPT: &[(&str, &str)] = &[
    (
        "deployments/tool.yaml",
        "kind: Deployment\nname: tool\nsoftware: tool\ntarget: {script: linux.star}\n",
    ),
    ("deployments/linux.star", LINUX),
    ("deployments/note.yaml", "kind: Deployment\nname: note\ntask: note\ntarget: {group: first}\n"),
    ("groups/first.yaml", "kind: Group\nname: first\nscript: first.star\n"),
    ("groups/first.star", FIRST),
];

const LINUX: &str = "\
def members(computers, persons, tenant):
    return [c['name'] for c in computers if c['os']['family'] == 'linux']
";

/// Only who sees all of the tenant's computers knows which is the first.
const FIRST: &str = "\
def members(computers, persons, tenant):
    return sorted([c['name'] for c in computers])[:1]
";

const FAULTY: &str = "\
def members(computers, persons, tenant):
    return [computers[7]['name']]
";

#[test]
fn whom_a_script_selects_is_reached_and_nobody_else() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &[POLICY, BY_SCRIPT].concat());
    stage.enrol(OTHER);
    let _other = stage.agent(OTHER);

    assert_eq!(planned(&stage, COMPUTER), ["software/tool", "task/note"]);
    assert_eq!(planned(&stage, OTHER), ["software/tool"]);
    assert_eq!(items(&stage.session()), ["software/tool", "task/note"]);
    assert_eq!(items(&session_of(&stage, OTHER)), ["software/tool"]);
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
    stage.is_settled();

    // What a script that fails selects is unknown: nothing is done on its word.
    fs::remove_file(stage.path("place/note")).expect("set before");
    let commit = stage.repository.push(&[("groups/first.star", FAULTY)]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    controller.says(&["a filter script has no answer", "groups/first.star:2"]);
    assert_eq!(stage.read("note"), "", "{session:?}");
}

/// The items that the preview has for a computer.
fn planned(stage: &Stage, computer: &str) -> Vec<String> {
    let clone = stage.repository.clone_path().display().to_string();
    let plan = stage.ask(&["plan", &clone]);
    let computers = plan["computers"].as_array().expect("computers");
    let own = computers.iter().find(|one| one["computer"] == computer);
    sorted(own.expect("it is in the plan")["actions"].as_array().expect("actions"))
}

fn items(session: &Session) -> Vec<String> {
    assert_eq!(session.status(), "passed", "{session:?}");
    sorted(session.actions())
}

fn sorted(actions: &[Value]) -> Vec<String> {
    let item = |action: &Value| action["item"].as_str().expect("an item").to_owned();
    let mut items: Vec<String> = actions.iter().map(item).collect();
    items.sort();
    items
}

fn session_of(stage: &Stage, computer: &str) -> Session {
    let started = stage.ask(&["sessions", "start", "--computer", computer, "--wait"]);
    Session::new(started["sessions"][0].clone())
}
