//! The agent's program on its connection: orders, repetitions, garbage, farewells.

use ordain_wire::{
    AgentMessage, ControllerMessage, EndSpec, ExpectSpec, FileVersionSpec, FoundSpec, ProbeSpec,
    ReportBody,
};
use tokio_tungstenite::tungstenite::Message;

use crate::bench::findings;
use crate::carrying::word;
use crate::fifo::Fifo;
use crate::orders::{self, execute, shell, software, step, work};
use crate::stage::{Stage, error_of, output};

#[tokio::test]
async fn a_detection_is_carried_out_and_scripts_are_fetched_once() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let script = "echo 24.1\n";
    let scripted = || software(ProbeSpec::Script { run: shell(script, 60) });
    let package = software(ProbeSpec::Package { manager: "dpkg".into(), name: "nonesuch".into() });
    conversation.order(&orders::detect(1, vec![scripted(), package])).await;
    let reports = conversation.until_ended(1, &[script]).await;
    let found = findings(&reports);
    assert_eq!(
        found[0],
        FoundSpec::Software { version: Some("24.1".into()), test: None, offered: None }
    );
    assert_eq!(found[1], FoundSpec::Software { version: None, test: None, offered: None });

    // Without the script at hand this one can only be answered from what was kept.
    conversation.order(&orders::detect(2, vec![scripted()])).await;
    let reports = conversation.until_ended(2, &[]).await;
    assert_eq!(
        findings(&reports)[0],
        FoundSpec::Software { version: Some("24.1".into()), test: None, offered: None }
    );
}

#[tokio::test]
async fn the_same_checks_are_looked_at_anew_each_time() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let path = stage.folder.path().join("app.conf");
    let version = FileVersionSpec::Regex { regex: r"version = (?P<version>\S+)".into() };
    let probe = ProbeSpec::File { path: path.display().to_string(), version };
    for (number, version) in [(1, "1.0"), (2, "1.0"), (3, "1.1")] {
        std::fs::write(&path, format!("version = {version}\n")).unwrap();
        conversation.order(&orders::detect(number, vec![software(probe.clone())])).await;
        let reports = conversation.until_ended(number, &[]).await;
        let found =
            FoundSpec::Software { version: Some(version.into()), test: None, offered: None };
        assert_eq!(findings(&reports), [found]);
        let order = format!("s-{number}");
        assert!(reports.iter().all(|report| report.session == order), "{reports:?}");
    }
}

#[tokio::test]
async fn a_repeated_order_is_answered_from_the_journal_and_never_run_twice() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let trace = stage.folder.path().join("trace");
    let script = format!("echo ran >> {}\n", trace.display());
    let order = execute(
        7,
        vec![step("task/t", vec![work("set", shell(&script, 60), ExpectSpec::Success)])],
    );
    let mut agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.order(&order).await;
    let first = conversation.until_ended(7, &[&script]).await;
    conversation.order(&order).await;
    let second = conversation.until_ended(7, &[]).await;
    assert_eq!(first, second);
    agent.kill();

    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    assert_eq!(
        (conversation.hello().highest_order, conversation.hello().current_order),
        (7, Some(7))
    );
    let unacknowledged = conversation.until_ended(7, &[]).await;
    assert_eq!(first, unacknowledged, "nothing was acknowledged, so all of it is sent again");
    conversation.order(&order).await;
    assert_eq!(first, conversation.until_ended(7, &[]).await);
    assert_eq!(std::fs::read_to_string(&trace).unwrap(), "ran\n");

    conversation.order(&execute(6, Vec::new())).await;
    let refusal = conversation.hear_until(&[], |message| match message {
        AgentMessage::Refused(refusal) => Some(refusal),
        _ => None,
    });
    assert_eq!(refusal.await.code, "stale");
}

#[tokio::test]
async fn what_is_acknowledged_is_not_sent_again() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let mut agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.order(&orders::detect(1, Vec::new())).await;
    let reports = conversation.until_ended(1, &[]).await;
    let last = reports.last().unwrap().seq;
    conversation.say(&ControllerMessage::Ack { seq: last - 1 }).await;
    agent.kill();
    let _agent = stage.run();
    // The acknowledgement may or may not have arrived before the kill; the welcome repeats it.
    let mut conversation = stage.connected_after(last - 1).await;
    let again = conversation.until_ended(1, &[]).await;
    assert_eq!(again, reports[reports.len() - 1..]);
}

#[tokio::test]
async fn garbage_closes_the_connection_and_nothing_else() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let garbage = [
        Message::text("garbage"),
        Message::text(r#"{"type":"order","number":-1}"#),
        Message::text(r#"{"type":"of-tomorrow"}"#),
        Message::text("[".repeat(100_000)),
        Message::binary(vec![0xff; 1000]),
    ];
    for message in garbage {
        let mut conversation = stage.connected().await;
        conversation.facts().await;
        conversation.say_raw(message).await;
        conversation.closed().await;
    }
    let mut conversation = stage.connected().await;
    conversation.order(&orders::detect(1, Vec::new())).await;
    conversation.until_ended(1, &[]).await;
    assert!(stage.log().contains("makes no sense"), "{}", stage.log());
}

#[tokio::test]
async fn an_agent_goes_along_when_its_computer_is_moved() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.welcomed("fabrikam", 0).await;
    for (tenant, code) in [("contoso", "not-for-me"), ("fabrikam", "expired")] {
        let order = ordain_wire::Order {
            tenant: tenant.into(),
            expires: 1,
            ..orders::detect(1, Vec::new())
        };
        conversation.order(&order).await;
        let refusal = conversation.hear_until(&[], |message| match message {
            AgentMessage::Refused(refusal) => Some(refusal),
            _ => None,
        });
        assert_eq!(refusal.await.code, code, "{tenant}");
    }
}

#[tokio::test]
async fn orders_that_make_no_sense_are_refused_and_run_nothing() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let mut odd =
        execute(1, vec![step("task/t", vec![work("set", shell("id\n", 60), ExpectSpec::Success)])]);
    let ordain_wire::OrderBody::Execute { steps, .. } = &mut odd.body else {
        unreachable!("made so above")
    };
    steps[0].attempts = 0;
    let foreign = ordain_wire::Order { tenant: "fabrikam".into(), ..orders::detect(2, Vec::new()) };
    let expired = ordain_wire::Order { expires: 1, ..orders::detect(3, Vec::new()) };
    for (order, code) in [(odd, "malformed"), (foreign, "not-for-me"), (expired, "expired")] {
        conversation.order(&order).await;
        let refusal = conversation.hear_until(&[], |message| match message {
            AgentMessage::Refused(refusal) => Some(refusal),
            AgentMessage::Report(report) => panic!("{report:?}"),
            _ => None,
        });
        let refusal = refusal.await;
        assert_eq!(
            (refusal.order, refusal.code.as_str()),
            (order.number, code),
            "{}",
            refusal.message
        );
    }
}

#[tokio::test]
async fn a_script_of_another_id_is_refused_as_such_and_never_run() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let trace = stage.folder.path().join("trace");
    let (meant, sound) = (format!("touch {}\n", trace.display()), "exit 0\n");
    let forged = format!("touch {}; id\n", trace.display());
    let set = |script: &str| work("set", shell(script, 60), ExpectSpec::Success);
    let steps = vec![step("task/a", vec![set(&meant)]), step("task/b", vec![set(sound)])];
    conversation.order(&execute(1, steps)).await;
    let ids = loop {
        if let AgentMessage::WantBlobs { ids } = conversation.hear().await {
            break ids;
        }
    };
    for id in ids {
        let bytes = if id == orders::id(&meant) { &forged } else { sound };
        let blob = ordain_wire::Blob { id, ..orders::blob(bytes) };
        conversation.say(&ControllerMessage::Blob(blob)).await;
    }
    let refusal = conversation.hear_until(&[], |message| match message {
        AgentMessage::Refused(refusal) => Some(refusal),
        _ => None,
    });
    let refusal = refusal.await;
    assert_eq!((refusal.order, refusal.session.as_str()), (1, "s-1"));
    assert_eq!(refusal.code, "script-mismatch", "{}", refusal.message);
    assert!(refusal.message.contains(&orders::id(&meant)), "{}", refusal.message);
    let ends = crate::bench::ends(&conversation.until_ended(1, &[]).await);
    assert!(
        matches!(&ends[0].0, EndSpec::Failed { message } if message.starts_with("script-mismatch: ")),
        "{ends:?}"
    );
    assert_eq!(ends[1].0, EndSpec::Exit { code: 0 }, "what has its own script goes on");
    assert!(!trace.exists());
}

/// A controller that is restarted again and again has its agent back within seconds.
#[tokio::test]
async fn restarts_in_a_row_do_not_add_up() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    for _restart in 0..12 {
        let mut conversation = stage.connected().await;
        // The agent asks for an answer behind its facts; reading on gives it.
        conversation.facts().await;
        conversation.order(&orders::order(0, detect_nothing())).await;
        conversation
            .hear_until(&[], |message| matches!(message, AgentMessage::Refused(_)).then_some(()))
            .await;
        drop(conversation);
    }
    stage.connected().await;
    let log = stage.log();
    let waits =
        log.lines().filter_map(|line| line.split_once("again_in_ms=")?.1.trim().parse().ok());
    let waits: Vec<u64> = waits.collect();
    assert_eq!(waits.len(), 12, "{log}");
    assert!(waits.iter().all(|wait| *wait <= 4_000), "{waits:?}");
}

fn detect_nothing() -> ordain_wire::OrderBody {
    ordain_wire::OrderBody::Detect { checks: Vec::new() }
}

#[tokio::test]
async fn an_agent_that_was_removed_stops_and_stays_stopped() {
    for by_message in [true, false] {
        let stage = Stage::new().await;
        stage.enrol().await;
        let agent = stage.run();
        if by_message {
            let mut conversation = stage.connected().await;
            conversation.say(&ControllerMessage::Removed { message: "removed by jo".into() }).await;
            conversation.closed().await;
        } else {
            let asked = stage.asked().await;
            asked
                .answer(
                    403,
                    br#"{"error":{"code":"agent-unknown","message":"who are you","hint":null}}"#,
                )
                .await;
        }
        assert_eq!(agent.code().await, Some(4), "{}", stage.log());
        let again = output(stage.agent("run")).await;
        assert_eq!(again.status.code(), Some(4));
        assert!(
            error_of(&again).contains("has removed this agent")
                && error_of(&again).contains("hint: enrol"),
            "{}",
            error_of(&again)
        );
        stage.enrol().await;
    }
}

#[tokio::test]
async fn a_cancel_ends_a_running_script() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    let pids = Fifo::make(stage.folder.path().join("pids"));
    let never = Fifo::make(stage.folder.path().join("never"));
    // Leaves the group, the session and the environment behind.
    let script = format!(
        "env -i setsid sh -c 'sh -c \"echo \\$\\$ > {}; {1}\" & exit'\necho ready\n{1}\n",
        pids.path().display(),
        never.wait()
    );
    let order = execute(
        1,
        vec![step("task/t", vec![work("set", shell(&script, 600), ExpectSpec::Success)])],
    );
    conversation.order(&order).await;
    conversation
        .hear_until(&[&script], |message| {
            matches!(message, AgentMessage::Output { .. }).then_some(())
        })
        .await;
    let pid: i32 = pids.line().await.trim().parse().unwrap();
    conversation.say(&ControllerMessage::Cancel { session: "another".into() }).await;
    conversation.say(&ControllerMessage::Cancel { session: "s-1".into() }).await;
    let words: Vec<String> =
        conversation.until_ended(1, &[]).await.iter().map(|report| word(&report.body)).collect();
    assert_eq!(words[words.len() - 3..], ["cancelled", "finished 0.0 Killed", "ended"]);
    let left = ordain_agent::platform::processes::Process::of(pid);
    assert!(left.is_none_or(|process| process.ended), "{left:?}");
}

#[tokio::test]
async fn a_certificate_past_half_of_its_life_is_renewed_also_late() {
    for (life, why) in [((-100, 50), "half of its life is over"), ((-1000, -10), "it has expired")]
    {
        let mut stage = Stage::new().await;
        stage.life = life;
        stage.enrol().await;
        stage.life = (-60, 3600);
        let _agent = stage.run();
        let asked = stage.asked().await;
        let request = stage.renew(asked).await;
        assert_eq!(request.agent, "a-1", "{why}");
        stage.connected().await.facts().await;
    }
}

#[tokio::test]
async fn a_certificate_is_renewed_while_connected() {
    let mut stage = Stage::new().await;
    stage.life = (0, 4);
    stage.enrol().await;
    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    conversation.facts().await;
    conversation.closed().await;
    stage.life = (-60, 3600);
    let asked = stage.asked().await;
    stage.renew(asked).await;
    stage.connected().await.facts().await;
}

#[tokio::test]
async fn told_to_stop_it_ends_well_and_leaves_what_it_started() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let agent = stage.run();
    let mut conversation = stage.connected().await;
    let pid = stage.folder.path().join("pid");
    let state = stage.folder.path().join("state");
    let gate = Fifo::make(stage.folder.path().join("gate"));
    let script = format!(
        "echo $$ > {}\necho ready\n{}\necho still here\necho yes > {}\n",
        pid.display(),
        gate.wait(),
        state.display()
    );
    let test = format!("test -e {} && echo true\n", state.display());
    let works = vec![
        work("set", shell(&script, 600), ExpectSpec::Success),
        work("test", shell(&test, 600), ExpectSpec::True),
    ];
    conversation.order(&execute(1, vec![step("task/t", works)])).await;
    conversation
        .hear_until(&[&script, &test], |message| {
            matches!(message, AgentMessage::Output { .. }).then_some(())
        })
        .await;
    let second = output(stage.agent("run")).await;
    assert_eq!(second.status.code(), Some(3));
    assert!(error_of(&second).contains("another agent runs"), "{}", error_of(&second));

    agent.terminate();
    assert_eq!(agent.code().await, Some(0), "{}", stage.log());
    let script_pid: i32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
    let process = ordain_agent::platform::processes::Process::of(script_pid).expect("it goes on");
    assert!(process.lives());

    let _agent = stage.run();
    let mut conversation = stage.connected().await;
    gate.open_gate();
    let reports = conversation.until_ended(1, &[]).await;
    let words: Vec<String> = reports.iter().map(|report| word(&report.body)).collect();
    assert_eq!(words[..3], ["accepted", "started 0.0", "interrupted 0.0"], "{words:?}");
    assert!(words.contains(&"finished 0.4294967295 true".to_owned()), "it looked first: {words:?}");
    assert_eq!(words.iter().filter(|word| *word == "started 0.0").count(), 1, "{words:?}");
    assert!(reports.iter().all(|report| report.body != ReportBody::Accepted || report.seq == 1));
}
