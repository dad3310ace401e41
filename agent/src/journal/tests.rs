//! The journal through crashes, damage and full disks.

use ordain_wire::{CheckHowSpec, CheckSpec, OrderBody, OutcomeSpec, ProbeSpec};

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
    journal.accept(&order(7)).expect("written");
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
    journal.report(7, "s-7", vec![finished("done"), ReportBody::Ended]).expect("written");
    drop(journal);

    let journal = Journal::open(folder.path()).expect("opens");
    assert!(journal.unfinished().is_empty());
    let seqs: Vec<u64> =
        journal.unacked_after(0, 99).expect("readable").iter().map(|report| report.seq).collect();
    assert_eq!(seqs, [1, 2, 3, 4]);
    assert!(journal.holds(&order(7)));
    assert!(!journal.holds(&Order { revision: "other".into(), ..order(7) }));
}

#[test]
fn what_a_power_cut_could_take_back_is_not_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    journal.accept_until_reported(&order(1)).expect("written");
    assert_eq!((journal.highest_order(), journal.unfinished()), (1, vec![1]));
    assert!(journal.unsent_after(0, 99).expect("readable").is_empty());
    journal.report(1, "s-1", vec![ReportBody::Ended]).expect("written");
    let unsent = journal.unsent_after(0, 99).expect("readable");
    assert_eq!(unsent.iter().map(|report| report.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(journal.unacked_after(0, 99).expect("readable"), unsent, "as read back");
    journal.accept_until_reported(&order(2)).expect("written");
    drop(journal);
    let journal = Journal::open(folder.path()).expect("opens");
    assert_eq!(journal.unacked_after(2, 99).expect("readable").len(), 1, "opening flushes");
}

#[test]
fn a_torn_tail_is_cut_off_and_written_over() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    journal.accept(&order(1)).expect("written");
    let whole = fs::metadata(log(folder.path())).expect("there").len();
    journal.accept(&order(2)).expect("written");
    drop(journal);
    let file = OpenOptions::new().write(true).open(log(folder.path())).expect("there");
    file.set_len(whole + 20).expect("writable");

    let mut journal = Journal::open(folder.path()).expect("opens");
    assert_eq!((journal.highest_order(), journal.unfinished()), (1, vec![1]));
    journal.accept(&order(3)).expect("written");
    drop(journal);
    assert_eq!(Journal::open(folder.path()).expect("opens").unfinished(), [1, 3]);
}

#[test]
fn damage_in_the_middle_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    for number in 1..4 {
        journal.accept(&order(number)).expect("written");
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
        journal.accept(&order(number)).expect("written");
        journal.start(&format!("s-{number}"), starting(number)).expect("written");
        journal
            .report(number, &format!("s-{number}"), vec![finished(&long), ReportBody::Ended])
            .expect("written");
    }
    let before = fs::metadata(log(folder.path())).expect("there").len();
    journal.ack(4 * 19).expect("written");
    let after = fs::metadata(log(folder.path())).expect("there").len();
    assert!(after < before / 5, "{before} bytes became {after}");
    assert_eq!(journal.unacked_after(0, 99).expect("readable").len(), 4);
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
    journal.accept(&order(21)).expect("written");
    assert_eq!(
        journal.unacked_after(80, 99).expect("readable")[0].seq,
        81,
        "numbers are never used again"
    );
}

#[test]
fn a_journal_that_lost_its_past_goes_on_above_what_the_controller_knows() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut journal = Journal::open(folder.path()).expect("opens");
    journal.ack(40).expect("written");
    journal.accept(&order(1)).expect("written");
    assert_eq!(journal.unacked_after(0, 9).expect("readable")[0].seq, 41);
}

#[test]
fn something_else_in_its_place_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(log(folder.path()), frame::frame(br#"{"entry":"of-tomorrow"}"#)).expect("writable");
    let error = Journal::open(folder.path()).expect_err("foreign");
    assert!(matches!(error, JournalError::Foreign { .. }), "{error}");
}
