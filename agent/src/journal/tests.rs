//! The journal through crashes, damage and full disks.

use std::sync::Arc;

use ordain_core::order::Task;
use ordain_wire::{AgentMessage, CheckHowSpec, CheckSpec, OrderBody, OutcomeSpec, ProbeSpec};

use super::*;

pub(crate) fn order(number: u64) -> Order {
    let probe = ProbeSpec::Package { manager: "dpkg".into(), name: "hello".into() };
    let check = CheckSpec {
        item: "software/hello".into(),
        how: CheckHowSpec::Software { probe, test: None, offered: None },
    };
    Order {
        number,
        agent: "a-1".into(),
        tenant: "contoso".into(),
        session: format!("s-{number}"),
        revision: "9f2c".into(),
        expires: i64::MAX,
        body: OrderBody::Detect { checks: vec![check] },
    }
}

fn id(number: u64) -> OrderId {
    OrderId { number, session: format!("s-{number}") }
}

fn given(number: u64) -> Given {
    let task = Task::try_from(order(number).body).expect("a sound order");
    Given { id: id(number), task: Arc::new(task) }
}

/// The order as it comes.
fn text(number: u64) -> String {
    serde_json::to_string(&ControllerMessage::Order(order(number))).expect("plain fields")
}

fn accept(journal: &mut Journal, number: u64) {
    journal.accept(given(number), &text(number)).expect("written");
}

/// The reports that are to be sent.
fn unacked(journal: &mut Journal, seq: u64) -> Vec<Report> {
    let all = journal.unacked_after(seq, 99).expect("readable");
    let report = |outgoing: Outgoing| match serde_json::from_str(&outgoing.text) {
        Ok(AgentMessage::Report(report)) if report.seq == outgoing.seq => report,
        other => panic!("{other:?}"),
    };
    all.into_iter().map(report).collect()
}

const AT: AtSpec = AtSpec { step: 0, attempt: 1, work: 0 };

fn starting(order: u64) -> Starting {
    Starting {
        order,
        at: AT,
        marker: "m".into(),
        boot_id: "b".into(),
        session: 1,
        package: false,
        deadline_ms: 0,
    }
}

fn finished(output: &str) -> ReportBody {
    let outcome = OutcomeSpec {
        end: ordain_wire::EndSpec::Exit { code: 0 },
        output: output.into(),
        started_ms: 1,
        ended_ms: 2,
    };
    ReportBody::Progress(ProgressSpec::Finished { at: AT, outcome })
}

fn log(folder: &Path) -> PathBuf {
    folder.join("log")
}

#[test]
fn what_was_written_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    accept(&mut journal, 7);
    journal.start("s-7", starting(7)).expect("written");
    journal.running(Running { order: 7, pid: 42, started: 99 }).expect("written");
    drop(journal);

    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!(journal.highest_order(), 7);
    assert_eq!(journal.unfinished(), [7]);
    assert_eq!(journal.order(7).expect("readable"), Some(order(7)));
    assert_eq!(journal.starting(7, AT), Some(&starting(7)));
    assert_eq!(
        journal.known(7).and_then(|known| known.running).map(|running| running.pid),
        Some(42)
    );
    journal.report(&id(7), &[finished("done"), ReportBody::Ended]).expect("written");
    drop(journal);

    let mut journal = Journal::open(folder.path()).expect("opens");
    assert!(journal.unfinished().is_empty());
    let seqs: Vec<u64> = unacked(&mut journal, 0).iter().map(|report| report.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert!(journal.holds(&text(7)));
    assert!(!journal.holds(&text(7).replace("9f2c", "other")));
}

#[test]
fn what_a_power_cut_could_take_back_is_not_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    journal.accept_until_reported(given(1), &text(1)).expect("written");
    assert_eq!((journal.highest_order(), journal.unfinished()), (1, vec![1]));
    assert!(unacked(&mut journal, 0).is_empty());
    journal.report(&id(1), &[ReportBody::Ended]).expect("written");
    let unsent = unacked(&mut journal, 0);
    assert_eq!(unsent.iter().map(|report| report.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(unacked(&mut journal, 0), unsent, "as read back");
    assert_eq!(journal.reports_of(1).expect("readable"), unsent);
    journal.accept_until_reported(given(2), &text(2)).expect("written");
    drop(journal);
    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!(unacked(&mut journal, 2).len(), 1, "opening flushes");
}

#[test]
fn a_torn_tail_is_cut_off_and_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    accept(&mut journal, 1);
    let whole = fs::metadata(log(folder.path())).expect("there").len();
    accept(&mut journal, 2);
    drop(journal);
    let file = OpenOptions::new().write(true).open(log(folder.path())).expect("there");
    file.set_len(whole + 20).expect("writable");

    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!((journal.highest_order(), journal.unfinished()), (1, vec![1]));
    accept(&mut journal, 3);
    drop(journal);
    assert_eq!(Journal::open(folder.path()).expect("opens").unfinished(), [1, 3]);
}

#[test]
fn damage_in_the_middle_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    for number in 1..4 {
        accept(&mut journal, number);
    }
    drop(journal);
    let mut bytes = fs::read(log(folder.path())).expect("there");
    bytes[40] ^= 1;
    fs::write(log(folder.path()), &bytes).expect("writable");
    let error = Journal::open(folder.path()).expect_err("damaged");
    assert!(matches!(error, JournalError::Damaged { offset: 0, .. }), "{error}");
    assert_eq!(fs::read(log(folder.path())).expect("there"), bytes, "nothing is touched");
}

#[test]
fn acknowledged_reports_are_not_sent_again_and_the_file_gets_short() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    let long = "x".repeat(60_000);
    for number in 1..=20 {
        accept(&mut journal, number);
        journal.start(&format!("s-{number}"), starting(number)).expect("written");
        journal.report(&id(number), &[finished(&long), ReportBody::Ended]).expect("written");
    }
    let before = fs::metadata(log(folder.path())).expect("there").len();
    journal.ack(4 * 19).expect("written");
    let after = fs::metadata(log(folder.path())).expect("there").len();
    assert!(after < before / 5, "{before} bytes became {after}");
    assert_eq!(unacked(&mut journal, 0).len(), 4);
    assert_eq!(
        journal.reports_of(20).expect("readable").len(),
        4,
        "the last order can be repeated"
    );
    assert!(journal.known(19).is_none());
    assert_eq!(journal.highest_order(), 20);
    drop(journal);
    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!((journal.highest_order(), journal.acked()), (20, 76));
    accept(&mut journal, 21);
    assert_eq!(unacked(&mut journal, 80)[0].seq, 81, "numbers are never used again");
}

#[test]
fn a_journal_that_lost_its_past_goes_on_above_what_the_controller_knows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    journal.ack(40).expect("written");
    accept(&mut journal, 1);
    assert_eq!(unacked(&mut journal, 0)[0].seq, 41);
}

#[test]
fn an_acknowledgement_is_written_with_what_comes_next() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    accept(&mut journal, 1);
    let before = fs::metadata(log(folder.path())).expect("there").len();
    journal.ack(1).expect("taken in");
    assert_eq!(journal.acked(), 1);
    assert!(unacked(&mut journal, 0).is_empty());
    assert_eq!(fs::metadata(log(folder.path())).expect("there").len(), before);
    journal.report(&id(1), &[finished("done"), ReportBody::Ended]).expect("written");
    let reports = unacked(&mut journal, 0);
    drop(journal);
    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!(journal.acked(), 1);
    assert_eq!(unacked(&mut journal, 0), reports, "at the places that were remembered");
}

#[test]
fn a_journal_of_an_earlier_version_is_read() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let order = order(3);
    let order = serde_json::to_string(&order).expect("plain fields");
    let mut bytes = Vec::new();
    for text in [
        r#"{"entry":"base","highestOrder":2,"nextSeq":5,"acked":4}"#.to_owned(),
        format!(r#"{{"entry":"accepted","seq":5,"order":{order}}}"#),
        r#"{"entry":"report","seq":6,"order":3,"session":"s-3","body":{"type":"ended"}}"#
            .to_owned(),
        r#"{"entry":"acked","seq":5}"#.to_owned(),
    ] {
        frame::append(&mut bytes, |bytes| bytes.extend_from_slice(text.as_bytes()));
    }
    fs::write(log(folder.path()), bytes).expect("writable");
    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!((journal.highest_order(), journal.acked()), (3, 5));
    assert!(journal.holds(&text(3)));
    let ended = Report { seq: 6, order: 3, session: "s-3".into(), body: ReportBody::Ended };
    assert_eq!(unacked(&mut journal, 0), [ended]);
}

#[test]
fn something_else_in_its_place_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut bytes = Vec::new();
    frame::append(&mut bytes, |bytes| bytes.extend_from_slice(br#"{"entry":"of-tomorrow"}"#));
    fs::write(log(folder.path()), bytes).expect("writable");
    let error = Journal::open(folder.path()).expect_err("foreign");
    assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
}
