//! Bad input from every side: a clear answer, nothing lost, nothing run.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::process::Command;

use crate::stage::{
    Build, COMPUTER, Invitation, Line, POLICY, Process, Stage, frame, steal, wants_root_on_debian,
};

fn refuses(process: &Process, code: i32, words: &[&str]) {
    let status = process.ends();
    assert_eq!(status.code(), Some(code), "{}", process.errors());
    let said = process.errors();
    assert!(words.iter().all(|word| said.contains(word)), "{words:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn wrong_and_used_tokens_enrol_nobody() {
    let stage = Stage::new(Build::Shipped, POLICY);
    let _controller = stage.controller();
    let good = stage.invite("acme");
    let wrong = Invitation { token: "oet_wrong".into(), ..stage.invite("acme") };
    refuses(&stage.enrol_with("a", &wrong, |_| ()), 3, &["token-unknown", "hint"]);
    let elsewhere =
        Invitation { pin: format!("sha256/{}=", "A".repeat(43)), ..stage.invite("acme") };
    refuses(&stage.enrol_with("b", &elsewhere, |_| ()), 4, &["pin", "hint"]);
    assert!(stage.enrol_with("c", &good, |_| ()).ends().success());
    refuses(&stage.enrol_with("d", &good, |_| ()), 3, &["token-used", "hint"]);
    for name in ["a", "b", "d"] {
        assert!(!stage.agent_data(name).join("agent.json").exists(), "{name} is not enrolled");
        refuses(&stage.agent_with(name, |_| ()), 3, &["holds no enrolment", "hint"]);
    }
    let computers = stage.ask(&["computers", "list"]);
    assert_eq!(computers["computers"].as_array().map(Vec::len), Some(1), "{computers:#}");
}

#[test]
fn a_stolen_certificate_of_another_tenant_gets_no_work() {
    let stage = Stage::new(Build::KillPoints, POLICY);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let thief = "thief";
    assert!(stage.enrol_with(thief, &stage.invite("other"), |_| ()).ends().success());
    steal(&stage.agent_data(COMPUTER), &stage.agent_data(thief));
    let robber = stage.agent_with(thief, |_| ());
    robber.says(&["the controller takes this agent for", "acme"]);
    robber.stop();
    assert_eq!(stage.read("starts"), "");
    let listed = stage.ask(&["computers", "show", thief]);
    assert_eq!(listed["online"], false, "{listed:#}");

    let _agent = stage.agent(COMPUTER);
    assert_eq!(stage.session().status(), "passed");
}

#[test]
fn garbage_ends_its_own_connection_and_nothing_else() {
    let (stage, controller, agent) = Stage::running(Build::Shipped, POLICY);
    let mut tcp = TcpStream::connect(("127.0.0.1", stage.port())).expect("it listens");
    tcp.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("taken");
    let mut nobody = Line::open(&stage, None);
    assert!(nobody.upgrade().starts_with("HTTP/1.1 401"));

    agent.stop();
    let folder = stage.agent_data(COMPUTER);
    let hello_is_missing = br#"{"type":"ack","seq":1}"#;
    let kinds: [(u8, &[u8]); 4] =
        [(1, b"{not json"), (2, b"\x00\xff\x00"), (1, hello_is_missing), (1, b"[[[[[[[[[[")];
    for (opcode, payload) in kinds {
        let said = controller.said();
        let mut line = Line::open(&stage, Some(&folder));
        assert!(line.upgrade().starts_with("HTTP/1.1 101"));
        line.send(&frame(opcode, payload));
        controller.says_after(said, &["a connection ended", "cannot be read"]);
        // The close frame with code 1008, as RFC 6455 has it.
        let rest = line.rest();
        assert_eq!(rest.get(..1).map(|first| first[0]), Some(0x88), "{rest:?}");
        assert_eq!(rest.get(2..4), Some(&1008_u16.to_be_bytes()[..]), "{rest:?}");
    }
    let _agent = stage.agent(COMPUTER);
    assert_eq!(stage.session().status(), "passed");
}

#[test]
fn an_empty_repository_is_waited_for() {
    let stage = Stage::new(Build::Shipped, &[]);
    let controller = stage.controller();
    controller.says(&["cannot be followed now"]);
    let status = stage.ask(&["status"]);
    assert!(status["commit"]["inForce"].is_null(), "{status:#}");
    assert!(
        status["commit"]["problem"].as_str().is_some_and(|why| why.contains("has no commit yet"))
    );
    let commit = stage.repository.push(POLICY);
    controller.says(&["the commit is in force", &commit]);
    controller.says(&["the branch can be followed again"]);
    assert!(stage.ask(&["status"])["commit"]["problem"].is_null());
}

#[test]
fn a_repository_that_is_no_policy_is_rejected() {
    let stage = Stage::new(Build::Shipped, &[("README.md", "# A novel\n")]);
    let controller = stage.controller();
    controller.says(&["the commit is rejected", "ordain.yaml"]);
    stage.enrol(COMPUTER);
    let _agent = stage.agent(COMPUTER);
    let refused = stage.run(&["sessions", "start", "--computer", COMPUTER]);
    refuses(&refused, 3, &["no valid commit is in force", "ordain status"]);
    let commit = stage.repository.push(POLICY);
    controller.says(&["the commit is in force", &commit]);
    assert_eq!(stage.session().status(), "passed");
}

#[test]
fn a_removed_computers_agent_stops_for_good() {
    let (stage, _controller, agent) = Stage::running(Build::Shipped, POLICY);
    let removed = stage.run(&["computers", "remove", COMPUTER]);
    assert!(removed.ends().success(), "{}", removed.errors());
    refuses(&agent, 4, &["the computer was removed"]);
    refuses(&stage.agent_with(COMPUTER, |_| ()), 4, &["removed", "enrol again"]);
    let mut line = Line::open(&stage, Some(&stage.agent_data(COMPUTER)));
    let answer = line.upgrade();
    assert!(answer.starts_with("HTTP/1.1 101") || answer.starts_with("HTTP/1.1 403"), "{answer}");
    let rest = String::from_utf8_lossy(&line.rest()).into_owned();
    assert!(rest.contains("removed"), "{rest}");
}

/// A small disk that is mounted on an agent's folder, gone with the test.
struct SmallDisk(String);

impl SmallDisk {
    fn mount(stage: &Stage) -> Self {
        let place = stage.agent_data(COMPUTER);
        fs::create_dir(&place).expect("writable");
        let place = place.display().to_string();
        let options = ["-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", &place];
        let mounted = Command::new("mount").args(options).status();
        assert!(mounted.is_ok_and(|status| status.success()), "mount {place}");
        Self(place)
    }

    /// Takes all the room that there is.
    fn fill(&self) {
        let mut file = fs::File::create(format!("{}/filler", self.0)).expect("writable");
        while file.write_all(&[0; 512]).is_ok() {}
    }

    fn clear(&self) {
        fs::remove_file(format!("{}/filler", self.0)).expect("there");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        drop(Command::new("umount").args(["-l", &self.0]).output());
    }
}

#[test]
fn with_a_full_disk_for_its_journal_an_agent_runs_nothing_and_loses_nothing() {
    wants_root_on_debian();
    let stage = Stage::new(Build::Shipped, POLICY);
    let disk = SmallDisk::mount(&stage);
    let controller = stage.controller();
    controller.says(&["the commit is in force"]);
    stage.enrol(COMPUTER);
    let agent = stage.agent(COMPUTER);

    // Full before the order comes: it is refused, with the reason.
    disk.fill();
    let client = stage.start_session();
    agent.says(&["order refused", "journal-full"]);
    let session = Stage::waited_for(&client);
    assert_eq!(session.status(), "failed", "{session:?}");
    assert!(session.value()["message"].as_str().is_some_and(|why| why.contains("full")));
    assert_eq!(stage.read("starts"), "");

    // With room again everything goes on as if nothing had been.
    disk.clear();
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("starts"), "install 1.0\nset note\n");
    stage.is_settled();
}
