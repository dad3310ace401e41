//! The agent's program killed, its disk full, its journal damaged.

use std::fs;
use std::path::Path;
use std::process::Command;

use ordain_wire::{AgentMessage, EndSpec, ExpectSpec};

use crate::carrying::word;
use crate::fifo::Fifo;
use crate::orders::{self, execute, shell, step, work};
use crate::stage::{Conversation, Running, Stage, error_of, output};

/// A task whose `set` writes that it ran, then waits for a gate, then puts the state right.
struct Slow {
    folder: std::path::PathBuf,
    gate: Fifo,
    set: String,
    test: String,
}

impl Slow {
    fn new(stage: &Stage) -> Self {
        let folder = stage.folder.path().to_owned();
        let gate = Fifo::make(folder.join("gate"));
        let set = format!(
            "echo $$ >> {0}/ran\necho waiting\n{1}\necho going on\necho yes > {0}/state\n",
            folder.display(),
            gate.wait()
        );
        let test = format!("[ -e {}/state ] && echo true || echo false\n", folder.display());
        Self { folder, gate, set, test }
    }

    fn order(&self, number: u64) -> ordain_wire::Order {
        let works = vec![
            work("set", shell(&self.set, 600), ExpectSpec::Success),
            work("test", shell(&self.test, 600), ExpectSpec::True),
        ];
        execute(number, vec![step("task/slow", works)])
    }

    fn scripts(&self) -> [&str; 2] {
        [&self.set, &self.test]
    }

    fn open_gate(&self) {
        self.gate.open_gate();
    }

    fn runs(&self) -> usize {
        self.pids().len()
    }

    /// The pids of all runs so far.
    fn pids(&self) -> Vec<i32> {
        let text = fs::read_to_string(self.folder.join("ran")).unwrap_or_default();
        text.lines().map(|line| line.parse().unwrap()).collect()
    }

    /// Lets the agent start it and returns when it runs.
    async fn start(&self, stage: &Stage) -> Running {
        let agent = stage.run();
        let mut conversation = stage.connected().await;
        conversation.order(&self.order(1)).await;
        let printed = |message| matches!(message, AgentMessage::Output { .. }).then_some(());
        conversation.hear_until(&self.scripts(), printed).await;
        agent
    }
}

/// An agent that was killed while its slow script ran.
async fn orphaned() -> (Stage, Slow) {
    let stage = Stage::new().await;
    stage.enrol().await;
    let slow = Slow::new(&stage);
    slow.start(&stage).await.kill();
    (stage, slow)
}

/// What is reported of the order until it has ended.
async fn words(conversation: &mut Conversation) -> Vec<String> {
    let reports = conversation.until_ended(1, &[]).await;
    reports.iter().map(|report| word(&report.body)).collect()
}

#[tokio::test]
async fn a_killed_agent_waits_for_its_orphan_and_starts_nothing_twice() {
    let (stage, slow) = orphaned().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.facts().await;
    slow.open_gate();
    let words = words(&mut conversation).await;
    let expected = [
        "accepted",
        "started 0.0",
        "interrupted 0.0",
        "started 0.4294967295",
        "finished 0.4294967295 true",
        "ended",
    ];
    assert_eq!(words, expected);
    assert_eq!(slow.runs(), 1);
}

#[tokio::test]
async fn a_killed_agent_whose_script_died_too_does_it_again_after_looking() {
    let (stage, slow) = orphaned().await;
    let pid = slow.pids()[0];
    ordain_agent::platform::processes::Process::of(pid)
        .unwrap()
        .signal(rustix::process::Signal::KILL);
    slow.open_gate();
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let words = words(&mut conversation).await;
    assert_eq!(words[2..4], ["interrupted 0.0", "started 0.4294967295"], "{words:?}");
    assert!(words.contains(&"finished 0.4294967295 false".to_owned()), "{words:?}");
    assert_eq!(words[words.len() - 2..], ["finished 0.1 true", "ended"], "{words:?}");
    assert_eq!(slow.runs(), 2);
}

#[tokio::test]
async fn an_orphan_can_be_cancelled() {
    let (stage, slow) = orphaned().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.facts().await;
    conversation.say(&ordain_wire::ControllerMessage::Cancel { session: "s-1".into() }).await;
    let words = words(&mut conversation).await;
    assert!(words.contains(&"cancelled".to_owned()), "{words:?}");
    let pid = slow.pids()[0];
    let left = ordain_agent::platform::processes::Process::of(pid);
    assert!(left.is_none_or(|process| process.ended));
}

/// A small file system of its own.
struct SmallDisk(std::path::PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Self {
        fs::create_dir_all(path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=192k,mode=0700", "tmpfs"])
            .arg(path)
            .status();
        assert!(
            mounted.is_ok_and(|status| status.success()),
            "this test mounts a small tmpfs: run the tests as root, in a container that may mount"
        );
        Self(path.to_owned())
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[tokio::test]
async fn with_a_full_disk_an_order_is_refused_and_nothing_runs() {
    let stage = Stage::new().await;
    let _disk = SmallDisk::mount(&stage.data());
    stage.enrol().await;
    let trace = stage.folder.path().join("trace");
    let script = format!("touch {}\n", trace.display());
    let order = |number| {
        execute(
            number,
            vec![step("task/t", vec![work("set", shell(&script, 60), ExpectSpec::Success)])],
        )
    };
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.facts().await;
    let filler = stage.data().join("filler");
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=1k"])
        .arg(format!("of={}", filler.display()))
        .output()
        .unwrap();
    assert!(!filled.status.success(), "the disk is full");
    conversation.order(&order(1)).await;
    let refused = |message| match message {
        AgentMessage::Refused(refusal) => Some(refusal),
        AgentMessage::Report(report) => panic!("{report:?}"),
        _ => None,
    };
    let refusal = conversation.hear_until(&[&script], refused).await;
    assert_eq!((refusal.order, refusal.code.as_str()), (1, "journal-full"), "{}", refusal.message);
    assert!(!trace.exists());

    fs::remove_file(&filler).unwrap();
    conversation.order(&order(1)).await;
    conversation.until_ended(1, &[&script]).await;
    assert!(trace.exists(), "with room again it is carried out");
}

#[tokio::test]
async fn a_script_that_fails_for_a_full_disk_has_that_as_its_reason() {
    let stage = Stage::new().await;
    let _disk = SmallDisk::mount(&stage.data());
    stage.enrol().await;
    // It starts in its private folder, which is on that disk.
    let script = "dd if=/dev/zero of=filler bs=1k 2>/dev/null\necho done || exit 5\n";
    let set = work("set", shell(script, 60), ExpectSpec::Success);
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.order(&execute(1, vec![step("task/t", vec![set])])).await;
    let ends = crate::bench::ends(&conversation.until_ended(1, &[script]).await);
    let said = "exit code 5, and the disk that takes its output";
    assert!(
        matches!(&ends[0].0, EndSpec::Failed { message } if message.contains(said)),
        "{ends:?}"
    );
}

#[tokio::test]
async fn a_damaged_journal_is_refused_for_safety() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let mut agent = stage.run();
    let mut conversation = stage.connected().await;
    for number in [1, 2] {
        conversation.order(&orders::detect(number, Vec::new())).await;
        conversation.until_ended(number, &[]).await;
    }
    agent.kill();
    let log = stage.data().join("journal/log");
    let mut bytes = fs::read(&log).unwrap();
    bytes[60] ^= 1;
    fs::write(&log, &bytes).unwrap();
    let refused = output(stage.agent("run")).await;
    assert_eq!(refused.status.code(), Some(4), "{}", error_of(&refused));
    assert!(
        error_of(&refused).contains("is damaged at byte 0") && error_of(&refused).contains("hint:"),
        "{}",
        error_of(&refused)
    );
    assert_eq!(fs::read(&log).unwrap(), bytes, "the evidence is not touched");

    bytes[60] ^= 1;
    bytes.extend(b"a torn record");
    fs::write(&log, &bytes).unwrap();
    let _agent = stage.run();
    assert_eq!(stage.connected().await.hello().highest_order, 2);
}
