//! The course of a session on a real computer: cancelled, restarted in the
//! middle, and gone on with when the controller remembers nothing any more.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::stage::{Build, COMPUTER, POLICY, Process, Stage};

/// The policy with some files replaced, or added.
fn policy_with(files: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut policy = POLICY.to_vec();
    policy.retain(|(path, _)| !files.iter().any(|(other, _)| other == path));
    policy.extend(files);
    policy
}

/// The id of the computer's newest session.
fn newest(stage: &Stage) -> String {
    let listed = stage.ask(&["sessions", "list", "--computer", COMPUTER]);
    listed["sessions"][0]["id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_cancel_ends_everything_that_the_session_runs() {
    // One child of the script leaves its process group, one its session.
    let endless = "echo install >> {place}/starts\n\
        sleep 600 &\necho $! > {place}/children\n\
        setsid sleep 600 &\necho $! >> {place}/children\n\
        if [ -p {place}/gate ]; then read -r _ < {place}/gate; fi\nsleep 600\n";
    let policy = policy_with(&[("software/tool/install.sh", endless)]);
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &policy);
    let (client, held) = stage.held_session();
    let session = newest(&stage);
    assert!(stage.run(&["sessions", "cancel", &session]).ends().success());
    let cancelled = Stage::waited_for(&client);
    assert_eq!(cancelled.status(), "cancelled", "{cancelled:?}");
    assert_eq!(
        cancelled.deeds(),
        [
            "software/tool install software-missing - 1.0 cancelled -",
            "task/note set not-compliant - - cancelled -",
        ]
    );
    let children = stage.read("children");
    let alive = |pid: &&str| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        !status.is_empty() && !status.contains("State:\tZ")
    };
    assert_eq!(children.lines().count(), 2, "{children}");
    assert_eq!(children.lines().find(alive), None, "it still runs");
    assert_eq!(stage.read("starts"), "install\n");

    // The computer is free for the next one, which finds what was left.
    drop(held);
    fs::remove_file(stage.path("place/gate")).expect("made by this test");
    let text = "echo install >> {place}/starts\necho version=1.0 > {place}/tool\n";
    let commit = stage.repository.push(&[("software/tool/install.sh", text)]);
    controller.says(&["the commit is in force", &commit]);
    assert_eq!(stage.session().status(), "passed");
    assert_eq!(stage.read("starts"), "install\ninstall\nset note\n");
}

/// Has the computer restart for real when it is told to, as far as its agent can
/// see: that is killed, and what starts next finds another boot.
fn restarts(stage: &Stage) {
    let folder = stage.platform(COMPUTER);
    let (program, starts) = (folder.join("restart.sh"), stage.path("place/starts"));
    let text = format!(
        "#!/bin/sh\necho restart >> {0}\nwc -l < {0} > {1}/boot_id\nkill -9 $PPID\n",
        starts.display(),
        folder.display()
    );
    fs::write(&program, text).expect("writable");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("our own");
    fs::write(folder.join("reboot"), format!("{}\n", program.display())).expect("writable");
}

/// A session in which the computer restarts so many times.
fn session_with_restarts(stage: &Stage, agent: Process, times: usize) -> (Process, Process) {
    let client = stage.start_session();
    let mut agent = agent;
    for _ in 0..times {
        agent.is_killed();
        // It goes on from its journal, and may restart again before it is connected.
        agent = stage.agent_with(COMPUTER, |_| ());
    }
    (client, agent)
}

#[test]
fn a_session_goes_on_after_each_restart_of_its_computer() {
    let always = "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n\
        defaults: {reboot: force}\n";
    let policy = policy_with(&[("ordain.yaml", always)]);
    let (stage, controller, agent) = Stage::running(Build::KillPoints, &policy);
    restarts(&stage);
    let (client, agent) = session_with_restarts(&stage, agent, 2);
    let session = Stage::waited_for(&client);
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("starts"), "restart\ninstall 1.0\nset note\nrestart\n");
    let told: Vec<String> = session.value()["restarts"]
        .as_array()
        .expect("restarts")
        .iter()
        .map(|one| format!("{} {} {}", one["when"], one["status"], one["result"]))
        .collect();
    let ended = |when: &str| format!("\"{when}\" \"done\" \"passed\"");
    assert_eq!(told, [ended("start"), ended("end")]);
    // Nothing to do: nothing to restart for.
    stage.is_settled();

    // Software that needs one is looked at only behind it.
    let needed = "kind: Software\nname: tool\nrebootNeeded: true\n\
        detect: {file: {path: \"{place}/tool\", version: 'version=(?P<version>\\S+)'}}\n\
        versions: [{version: \"1.0\"}, {version: \"1.1\"}]\n\
        install: {script: install.sh, timeout: 2m}\nuninstall: {script: uninstall.sh}\n";
    let where_needed = "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n";
    let commit = stage
        .repository
        .push(&[("ordain.yaml", where_needed), ("software/tool/software.yaml", needed)]);
    controller.says(&["the commit is in force", &commit]);
    fs::remove_file(stage.path("place/starts")).expect("written by scripts");
    let (client, _agent) = session_with_restarts(&stage, agent, 1);
    let session = Stage::waited_for(&client);
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("starts"), "install 1.1\nrestart\n");
}

/// The database is lost; everything else in the folder is there.
fn lose_the_store(data: &Path) {
    let mut lost = 0;
    for entry in fs::read_dir(data).expect("the controller's folder") {
        let path = entry.expect("readable").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with("ordain.db") {
            fs::remove_file(path).expect("our own");
            lost += 1;
        }
    }
    assert!(lost > 0, "there is a database");
}

#[test]
fn without_its_store_a_controller_runs_nothing_again() {
    let (stage, controller, agent) = Stage::running(Build::Shipped, POLICY);
    assert_eq!(stage.session().status(), "passed");
    agent.stop();
    controller.stop();
    lose_the_store(&stage.path("controller"));
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    let _agent = stage.agent(COMPUTER);
    let listed = stage.ask(&["sessions", "list"]);
    assert_eq!(listed["sessions"].as_array().map(Vec::len), Some(0), "{listed}");
    stage.is_settled();
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
    let compliance = stage.ask(&["compliance"]);
    assert!(!compliance.to_string().contains("failed\":1"), "{compliance:#}");
}

#[test]
fn the_store_is_lost_while_a_computer_works() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, POLICY);
    let (_client, held) = stage.held_session();
    controller.kill();
    lose_the_store(&stage.path("controller"));
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    held.open();
    // The computer finishes what it was told; nobody knows of that session any more.
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n", "{session:?}");
    stage.is_settled();
}
