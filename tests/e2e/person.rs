//! A script in user context runs as the person who is logged on.
//!
//! Wants root: it makes an account. Who is logged on is what the test's
//! platform folder says.

use std::fs;
use std::process::Command;

use crate::stage::{Build, COMPUTER, POLICY, Stage, wants_root_on_debian};

const TASK: &str =
    "kind: Task\nname: who\ncontext: user\ntest: {script: test.sh}\nset: {script: set.sh}\n";
const TEST: &str = "[ -f {place}/who ] && echo true || echo false\n";
const SET: &str = "echo \"$(id -un) $(id -u) $HOME\" > {place}/who\n";
const DEPLOYMENT: &str = "kind: Deployment\nname: who\ntask: who\ntarget: {all: true}\n";

/// An account that goes when the test ends.
struct Account(String);

impl Account {
    fn make() -> Self {
        let name = format!("ordain-e2e-{}", std::process::id());
        run("useradd", &["--create-home", &name]);
        Self(name)
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        run("userdel", &["--remove", &self.0]);
    }
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
}

#[test]
fn a_script_in_user_context_runs_as_who_is_logged_on() {
    wants_root_on_debian();
    let account = Account::make();
    let policy = [
        POLICY,
        &[
            ("tasks/who/task.yaml", TASK),
            ("tasks/who/test.sh", TEST),
            ("tasks/who/set.sh", SET),
            ("deployments/who.yaml", DEPLOYMENT),
        ],
    ];
    let (stage, _controller, _agent) = Stage::running(Build::KillPoints, &policy.concat());

    // Nobody is logged on: this item waits, and nothing has failed.
    let session = stage.session();
    assert_eq!(session.status(), "partially-passed", "{session:?}");
    let actions = session.value()["actions"].as_array().expect("actions").clone();
    let who = actions.iter().find(|action| action["item"] == "task/who").expect("it is listed");
    assert_eq!((&who["status"], &who["waitingFor"]), (&"held".into(), &"logged-on".into()));
    assert!(who["result"].is_null(), "{who:#}");
    assert_eq!(stage.read("who"), "");
    assert_eq!(stage.read("note"), "kept\n");

    fs::write(stage.platform(COMPUTER).join("users"), format!("root\n{}\n", account.0))
        .expect("writable");
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    let who = stage.read("who");
    let words: Vec<&str> = who.split_whitespace().collect();
    assert_eq!(words[0], account.0, "{who}");
    assert_ne!(words[1], "0", "{who}");
    assert!(words[2].ends_with(&account.0), "its own home: {who}");
    stage.is_settled();
}
