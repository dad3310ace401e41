//! SIGKILL at any moment: the end is that of the undisturbed run, and nothing
//! was started twice.
//!
//! The moments are kill points, which exist only in the variants for tests.
//! Kills while a script runs need none of them: [`crate::cut_off`].

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use serde_json::Value;

use crate::commits::{NEWER, ON_COMMIT, ended, sessions};
use crate::cut_off::{UNDISTURBED, ended_well, undisturbed, undo};
use crate::secrets::{shown, stage_with_secrets};
use crate::stage::{
    Build, COMPUTER, Listener, POLICY, PostOffice, Process, Session, Stage, program,
};
use crate::{hooks, letters};

/// Starts a session whose agent dies at a kill point, and the agent again.
fn killed_at(stage: &Stage, point: &str) -> (Process, Process) {
    let agent = stage.agent_with(COMPUTER, |command| {
        command.env("ORDAIN_KILL_AT", point);
    });
    agent.says(&["connected"]);
    let client = stage.start_session();
    agent.is_killed();
    (client, stage.agent(COMPUTER))
}

#[test]
fn the_agent_dies_at_each_of_its_kill_points() {
    let points = [
        "after-accept",
        "before-detection",
        "after-detection",
        "before-start",
        "after-start-journaled",
        "during-run",
        "after-run",
        "after-finish-journaled",
    ];
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    for point in points {
        let (client, agent) = killed_at(&stage, point);
        ended_well(&stage, &client, point);
        agent.stop();
        undo(&stage);
    }
}

#[test]
fn the_controller_dies_at_each_of_its_kill_points() {
    let points = [
        "before-detect-sent",
        "during-detection",
        "before-execute-sent",
        "execute-sent",
        "during-execution",
        "report-stored",
    ];
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    controller.stop();
    for point in points {
        let controller = stage.controller_with(|command| {
            command.env("ORDAIN_KILL_AT", point);
        });
        // A fresh one, which has not learnt yet to wait long between attempts.
        let agent = stage.agent(COMPUTER);
        let client = stage.start_session();
        controller.is_killed();
        let controller = stage.controller();
        ended_well(&stage, &client, point);
        agent.stop();
        controller.stop();
        undo(&stage);
    }
}

#[test]
fn a_commit_that_was_accepted_is_in_force_after_the_controller_has_died() {
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller();
    let first = controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    controller.stop();
    // What is in force already is not accepted again: it lives until the next commit.
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "commit-accepted");
    });
    let commit = stage.repository.push(&[("tasks/note/set.sh", "echo kept > {place}/note\n")]);
    assert!(!first.contains(&commit), "{first}");
    controller.is_killed();
    let controller = stage.controller();
    controller.says(&["the commit accepted last is in force again", &commit]);
    let status = stage.ask(&["status"]);
    assert_eq!(status["commit"]["inForce"], Value::from(commit.as_str()), "{status:#}");
    let _agent = stage.agent(COMPUTER);
    let session = stage.session();
    assert_eq!(session.value()["revision"], Value::from(commit), "{session:?}");
    assert_eq!((session.status(), session.deeds()), undisturbed());
    assert_eq!(stage.read("starts"), "install 1.0\n", "the note's own script has changed");
}

#[test]
fn what_a_commit_starts_is_started_once_though_the_controller_dies() {
    let stage = Stage::new(Build::KillPoints, &[POLICY, ON_COMMIT].concat());
    let controller = stage.controller();
    controller.says(&["the commit is followed"]);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    stage.session();
    controller.stop();
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "commit-followed");
    });
    controller.says(&["the commit accepted last is in force again"]);
    let commit = stage.repository.push(&[("software/tool/software.yaml", NEWER)]);
    controller.is_killed();
    let controller = stage.controller();
    controller.says(&["the commit is followed", &commit, "computers="]);
    let sessions = sessions(&stage, COMPUTER);
    assert_eq!(sessions.len(), 2, "one by hand, one for the commit: {sessions:?}");
    assert_eq!(ended(&stage, &sessions[0]).status(), "passed");
    assert_eq!(stage.read("starts"), "install 1.0\nset note\ninstall 1.1\n");
}

#[test]
fn who_waits_for_a_controller_that_stays_away_is_told() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, POLICY);
    let (client, held) = stage.held_session();
    controller.kill();
    assert_eq!(client.ends().code(), Some(3), "{}", client.errors());
    let said = client.errors();
    assert!(said.contains("does not answer") && said.contains("ordain sessions show s-"), "{said}");
    held.open();
    // The session did not need it.
    let _controller = stage.controller();
    let (id, session) = stage.only_session();
    assert_eq!(client.results(), "", "{id}");
    assert_eq!((session.status(), session.deeds()), undisturbed());
    assert!(said.contains(&id), "{said}");
}

#[test]
fn a_session_outlives_the_controller_that_dies_right_after_making_it() {
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "session-created");
    });
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    let client = stage.start_session();
    controller.is_killed();
    // Nobody told the client; the session is in the journal all the same.
    assert_eq!(client.ends().code(), Some(3), "{}", client.errors());
    let _controller = stage.controller();
    let (_, session) = stage.only_session();
    assert_eq!((session.status(), session.deeds()), undisturbed());
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
    stage.is_settled();
}

#[test]
fn a_session_that_was_put_off_stays_so_though_the_controller_dies() {
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "postponed-journaled");
    });
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let started = stage.ask(&["sessions", "start", "--computer", COMPUTER]);
    let id = started["sessions"][0]["id"].as_str().expect("an id").to_owned();
    let client = stage.run(&["sessions", "postpone", &id, "--for", "4h"]);
    controller.is_killed();
    assert!(matches!(client.ends().code(), Some(0 | 3)), "{}", client.errors());
    let _controller = stage.controller();
    let _agent = stage.agent(COMPUTER);
    let session = Session::new(stage.ask(&["sessions", "show", &id]));
    assert_eq!(session.status(), "postponed", "{session:?}");
    // It keeps nobody from the computer.
    assert_eq!(stage.session().deeds(), UNDISTURBED);
    let session = Session::new(stage.ask(&["sessions", "show", &id]));
    assert_eq!(session.status(), "postponed", "{session:?}");
}

#[test]
fn a_turn_is_taken_once_and_given_back_though_the_controller_dies() {
    let alone =
        "kind: Task\nname: note\nserial: true\ntest: {script: test.sh}\nset: {script: set.sh}\n";
    let stage = Stage::new(Build::KillPoints, POLICY);
    stage.repository.push(&[("tasks/note/task.yaml", alone)]);
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "serial-taken");
    });
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    let client = stage.start_session();
    controller.is_killed();
    let _controller = stage.controller();
    ended_well(&stage, &client, "serial-taken");
    undo(&stage);
    ended_well(&stage, &stage.start_session(), "the next turn");
}

/// What the agent set last is what the tenant reads.
fn password_is_read_back(stage: &Stage, client: &Process, what: &str) {
    assert_eq!(Stage::waited_for(client).status(), "passed", "{what}");
    let password = shown(stage, "task/admin", "password");
    let script = "printf '%s' \"$1\" | sha256sum";
    let hash = Command::new("sh").args(["-c", script, "sh", &password]).output();
    let hash = String::from_utf8(hash.expect("a shell").stdout).expect("text");
    assert_eq!(hash, stage.read("admin"), "{what}");
    // As before the first session, for the computer.
    drop(fs::remove_dir_all(stage.agent_data(COMPUTER).join("made")));
    for name in ["door", "admin", "starts"] {
        drop(fs::remove_file(stage.path("place").join(name)));
    }
}

#[test]
fn a_password_is_never_set_that_nobody_can_read() {
    let (stage, controller) = stage_with_secrets(Build::KillPoints);
    for point in ["made-journaled", "made-kept"] {
        let (client, agent) = killed_at(&stage, point);
        password_is_read_back(&stage, &client, point);
        agent.stop();
    }
    controller.stop();
    let controller = stage.controller_with(|command| {
        command.env("ORDAIN_KILL_AT", "kept-stored");
    });
    let _agent = stage.agent(COMPUTER);
    let client = stage.start_session();
    controller.is_killed();
    let _controller = stage.controller();
    password_is_read_back(&stage, &client, "kept-stored");
}

/// A session's messages are on their way when the controller dies; what the
/// mail server has taken in the end, and what the next controller said.
fn dies_while_sending(point: &str) -> (Vec<Value>, String) {
    let stage = letters::stage(Build::KillPoints);
    let office = PostOffice::open(&stage, "starttls");
    let first = letters::controller(&stage);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    stage.session();
    first.stop();
    let config = stage.path("serve.yaml");
    let dying = stage.controller_with(|command| {
        command.arg("--config").arg(config).env("ORDAIN_KILL_AT", point);
    });
    dying.says(&["the commit accepted last is in force again"]);
    stage.repository.push(&[("software/tool/software.yaml", NEWER)]);
    dying.is_killed();
    let controller = letters::controller(&stage);
    // Of two messages the first one was under way; the second one comes after it.
    office.took("jo@acme.example", "before");
    let id = sessions(&stage, COMPUTER)[0].clone();
    assert_eq!(letters::status(&stage, &id), "awaiting-execution", "{point}");
    stage.run(&["sessions", "cancel", &id]);
    assert_eq!(ended(&stage, &id).status(), "cancelled", "{point}");
    controller.stop();
    (office.taken(), controller.errors())
}

#[test]
fn a_message_is_sent_once_though_the_controller_dies() {
    // Before the server has the text, after it has said so, and in between.
    for (point, messages) in [("message-offered", 2), ("message-sent", 2), ("message-taken", 1)] {
        let (taken, said) = dies_while_sending(point);
        let mut ids: Vec<_> = taken.iter().map(|message| message["id"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!((taken.len(), ids.len()), (messages, messages), "{point}: {taken:#?}");
        // Where nobody can know, it says so instead of sending it again.
        let gives_up = said.contains("they are not sent again");
        assert_eq!(gives_up, point != "message-offered", "{point}: {said}");
    }
}

#[test]
fn a_call_that_was_taken_when_the_controller_died_comes_again_under_its_id() {
    let stage = Stage::new(Build::KillPoints, POLICY);
    let listener = Listener::open(&[]);
    hooks::told(&stage, &listener, "");
    let config = stage.path("serve.yaml");
    let controller = |point: &str| {
        stage.controller_with(|command| {
            command.arg("--config").arg(&config).env("ORDAIN_KILL_AT", point);
        })
    };
    let dying = controller("webhook-taken");
    dying.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    let client = stage.start_session();
    dying.is_killed();
    let _controller = controller("");
    ended_well(&stage, &client, "webhook-taken");
    // It begins, once before the end and once after it; it ends, and what that means.
    let calls: Vec<_> = (0..4).map(|_| listener.next()).collect();
    calls.iter().for_each(hooks::is_genuine);
    let ids: Vec<&str> = calls.iter().map(|call| call.header("webhook-id")).collect();
    let twice = ids.iter().filter(|id| **id == ids[0]).count();
    let once: BTreeSet<&&str> = ids.iter().collect();
    assert_eq!((twice, once.len()), (2, ids.len() - 1), "{ids:#?}");
}

#[test]
fn what_is_shipped_has_no_kill_points() {
    let has = |build, name| {
        let bytes = fs::read(program(build, name)).expect("readable");
        let holds = |word: &str| bytes.windows(word.len()).any(|part| part == word.as_bytes());
        holds("ORDAIN_KILL_AT") || holds("ORDAIN_PLATFORM")
    };
    for name in ["ordain", "ordain-agent"] {
        assert!(!has(Build::Shipped, name), "{name} was built with kill points");
        assert!(has(Build::KillPoints, name), "{name}: the variant for tests has none");
    }
}

/// Where putting settings right may be cut off.
const SETTINGS: [&str; 8] = [
    "ensure-parent",
    "ensure-made",
    "ensure-half-written",
    "ensure-written",
    "ensure-flushed",
    "ensure-renamed",
    "ensure-removed",
    "ensure-emptying",
];

#[test]
fn settings_are_old_or_new_and_never_torn() {
    let (old, new) = ("old\n".repeat(3000), "new\n".repeat(5000));
    for point in SETTINGS {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = fs::canonicalize(folder.path()).expect("it is there");
        let place = root.join("place");
        fs::create_dir_all(place.join("emptied/inner")).expect("a folder");
        fs::write(place.join("emptied/inner/file"), "x").expect("a file");
        fs::write(place.join("removed"), "x").expect("a file");
        fs::write(place.join("kept"), &old).expect("a file");
        fs::write(root.join("content"), &new).expect("a file");
        let at = |name: &str| place.join(name).display().to_string();
        let task = format!(
            "kind: Task\nname: t\nensure:\n\
             - directory: {{path: {}, present: false, force: true}}\n\
             - file: {{path: {}, present: false}}\n\
             - file: {{path: {}, from: content}}\n\
             - directory: {{path: {}}}\n",
            at("emptied"),
            at("removed"),
            at("kept"),
            at("parent/made"),
        );
        fs::write(root.join("task.yaml"), task).expect("a file");
        let ensure = |kill: Option<&str>, further: &[&str]| {
            let mut command = Command::new(program(Build::KillPoints, "ordain-agent"));
            command.arg("ensure").args(further).arg(root.join("task.yaml"));
            // What a killed program leaves goes with the test's folder.
            command.env("TMPDIR", &root);
            command.envs(kill.map(|point| ("ORDAIN_KILL_AT", point)));
            command.output().expect("the agent's program starts")
        };
        let killed = ensure(Some(point), &[]);
        assert_eq!(killed.status.signal(), Some(9), "{point}: {killed:?}");
        let kept = fs::read_to_string(place.join("kept")).expect("it is always there");
        assert!(kept == old || kept == new, "{point}: torn into {} bytes", kept.len());

        let again = ensure(None, &[]);
        assert!(again.status.success(), "{point}: {again:?}");
        assert_eq!(fs::read_to_string(place.join("kept")).expect("a file"), new, "{point}");
        let mut left: Vec<String> = fs::read_dir(&place)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        assert_eq!(left, ["kept", "parent"], "{point}: nothing stays beside them");
        let settled = ensure(None, &["--what-if"]);
        assert!(settled.status.success() && settled.stdout.is_empty(), "{point}: {settled:?}");
    }
}
