//! Entries are read as they were written, and what is none is refused.

use ordain_core::execute::{At, End, Outcome, Progress};
use ordain_core::order::{
    Ask, Barred, Check, CheckHow, Expect, Finding, Found, Offer, OnTimeout, PackageManager, Probe,
    Reboot, Restarts, Step, What, Work, WorkPhase,
};

use super::*;

fn samples() -> Vec<Event> {
    let probe = Probe::Package { manager: PackageManager::Dpkg, name: "hello".into() };
    let offer = Offer { manager: PackageManager::Dpkg, name: "hello".into() };
    let barred = vec![Barred { from_ms: 1, until_ms: Some(2) }];
    let ask = Some(Ask { seconds: 60, on_timeout: OnTimeout::Fail });
    let reboot = Reboot { only_pending: true, ask, barred };
    let step = Step {
        item: Item::software("hello"),
        act: Act::Install,
        reason: Reason::SoftwareMissing,
        from: None,
        to: Some("2.10".into()),
        phase: Phase::Main,
        waits_for: vec![Item::task("x")],
        attempts: 2,
        gate: None,
        works: vec![Work {
            phase: WorkPhase::Detect,
            what: What::Probe(probe.clone()),
            expect: Expect::Present,
        }],
    };
    let row = PlannedRow {
        item: Item::software("hello"),
        action: Act::Install,
        reason: Reason::SoftwareMissing,
        from: None,
        to: Some("2.10".into()),
        by: Some("deployments/hello.yaml".into()),
        line: Some(3),
        because: Some("prerequisite-of software/y".into()),
        waits_for: vec![Item::task("x")],
        phase: Phase::Onboarding,
        pending: Some(Pending::LoggedOn),
        unmatch: Some("deployments/hello.yaml#hello".into()),
        failed: true,
        message: Some("why".into()),
    };
    let outcome =
        Outcome { end: End::Detected(None), output: "…".into(), started_ms: 1, ended_ms: 2 };
    let at = At { step: 0, attempt: 1, work: At::LOOK };
    let report = |report| Event::Reported { order: 3, seq: 9, report };
    vec![
        Event::Begun,
        Event::Connected,
        Event::Disconnected,
        Event::Resolved {
            revision: "abc".into(),
            preflight: Vec::new(),
            checks: vec![Check {
                item: Item::software("hello"),
                how: CheckHow::Software { probe, test: None, offered: Some(offer) },
            }],
        },
        Event::NotResolved("no".into()),
        Event::Numbered(7),
        Event::Planned {
            revision: "abc".into(),
            rows: vec![row],
            steps: vec![step],
            restarts: Restarts { start: None, end: Some(reboot) },
            serial: vec!["tasks/x/task.yaml".into()],
            observe: true,
            execute_at: Some(Timestamp::from_millisecond(1_800_000_000_000).expect("a time")),
        },
        Event::NotPlanned("no".into()),
        report(Report::Accepted),
        report(Report::Detected(vec![
            Finding {
                item: Item::task("x"),
                found: Found::Answer { answer: false, changes: "/etc/motd: is made".into() },
            },
            Finding {
                item: Item::software("hello"),
                found: Found::Software {
                    version: None,
                    test: None,
                    offered: Some(vec!["2.10".into(), "2.9".into()]),
                },
            },
        ])),
        report(Report::Progress(Progress::Finished(at, outcome))),
        report(Report::Ended),
        Event::Refused { order: 1, code: "busy".into(), message: "wait".into() },
        Event::Postponed(Timestamp::from_millisecond(1_800_000_000_001).expect("a time")),
        Event::SerialTaken,
        Event::Cancelled,
        Event::Hurried,
        Event::Lost("gone".into()),
        Event::Woken,
    ]
}

#[test]
fn every_event_reads_as_it_was_written() {
    for event in samples() {
        let text = write(&event).expect("written");
        assert_eq!(read(&text).expect("read"), event, "{text}");
    }
}

#[test]
fn the_beginning_reads_as_it_was_written() {
    let at = Timestamp::from_millisecond(1_800_000_000_123).expect("a time");
    for kind in Kind::ALL {
        let created = Created {
            kind: *kind,
            origin: Origin::Schedule,
            offline: Offline::Skip,
            connected: true,
            at,
        };
        let schedule = Some("schedules/daily.yaml#daily".into());
        let asked = Asked {
            item: Some("software/x".into()),
            emergency: Some("a hole in x".into()),
            schedule,
            ..Asked::default()
        };
        let text = begin(&created, &asked).expect("written");
        assert_eq!(beginning(Some(&text)).expect("read"), (created, asked));
    }
}

#[test]
fn what_is_no_entry_is_an_error() {
    for text in ["", "{}", r#"{"event":"grown"}"#, r#"{"event":"numbered"}"#, "[1]"] {
        assert!(read(text).is_err(), "{text}");
    }
    assert!(beginning(None).is_err() && beginning(Some("{}")).is_err());
}
