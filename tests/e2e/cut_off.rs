//! SIGKILL while a script runs, by the programs as they are shipped: a gate
//! holds the script meanwhile. The end is that of the undisturbed run, and
//! nothing was started twice. Other moments: [`crate::killed`].

use std::fs;

use crate::stage::{Build, COMPUTER, POLICY, Process, Stage};

/// What the first session does where nobody dies.
pub(crate) const UNDISTURBED: [&str; 2] = [
    "software/tool install software-missing - 1.0 done passed",
    "task/note set not-compliant - - done passed",
];

/// How that session ends.
pub(crate) fn undisturbed() -> (&'static str, Vec<String>) {
    ("passed", UNDISTURBED.map(String::from).to_vec())
}

/// The end of a session is as if nothing had happened, and each start was made once.
pub(crate) fn ended_well(stage: &Stage, client: &Process, what: &str) {
    let session = Stage::waited_for(client);
    assert_eq!((session.status(), session.deeds()), undisturbed(), "{what}: {session:?}");
    assert_eq!(stage.read("tool"), "version=1.0\n", "{what}");
    assert_eq!(stage.read("note"), "kept\n", "{what}");
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n", "{what}: {session:?}");
}

/// As it was before the first session.
pub(crate) fn undo(stage: &Stage) {
    for name in ["tool", "note", "starts"] {
        // What is not there need not be removed.
        drop(fs::remove_file(stage.path("place").join(name)));
    }
}

#[test]
fn the_agent_is_killed_during_an_install() {
    let (stage, _controller, agent) = Stage::running(Build::Shipped, POLICY);
    let (client, held) = stage.held_session();
    agent.kill();
    let agent = stage.agent(COMPUTER);
    agent.says(&["a process of an earlier run still lives"]);
    held.open();
    ended_well(&stage, &client, "agent, during install");
    stage.is_settled();
}

#[test]
fn the_agent_is_killed_and_its_script_ends_meanwhile() {
    let (stage, _controller, agent) = Stage::running(Build::Shipped, POLICY);
    let (client, held) = stage.held_session();
    agent.kill();
    held.open();
    let _agent = stage.agent(COMPUTER);
    ended_well(&stage, &client, "agent, script ends without it");
}

#[test]
fn the_controller_is_killed_during_an_install() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, POLICY);
    let (client, held) = stage.held_session();
    controller.kill();
    held.open();
    let _controller = stage.controller();
    ended_well(&stage, &client, "controller, during install");
    stage.is_settled();
}

#[test]
fn both_are_killed_during_an_install() {
    let (stage, controller, agent) = Stage::running(Build::Shipped, POLICY);
    let (client, held) = stage.held_session();
    controller.kill();
    agent.kill();
    held.open();
    let _controller = stage.controller();
    let _agent = stage.agent(COMPUTER);
    ended_well(&stage, &client, "both, during install");
}

#[test]
fn either_is_killed_in_detection() {
    let gated = "if [ -p {place}/gate ]; then read -r _ < {place}/gate; fi\n\
        [ \"$(cat {place}/note)\" = kept ] && echo true || echo false\n";
    let (stage, controller, agent) = Stage::running(Build::Shipped, POLICY);
    let commit = stage.repository.push(&[("tasks/note/test.sh", gated)]);
    controller.says(&["the commit is in force", &commit]);

    let (client, held) = stage.held_session();
    controller.kill();
    held.open();
    let controller = stage.controller();
    ended_well(&stage, &client, "controller, in detection");

    undo(&stage);
    let (client, held) = stage.held_session();
    agent.kill();
    held.open();
    let _agent = stage.agent(COMPUTER);
    ended_well(&stage, &client, "agent, in detection");
    controller.stop();
}
