//! Restarts around an execution: when they happen, and what they stop.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use ordain_wire::{
    AskSpec, BarredSpec, EndSpec, ExpectSpec, Order, OrderBody, RebootSpec, ReportBody,
    RestartsSpec, RunSpec,
};

use crate::bench::Bench;
use crate::carrying::word;
use crate::orders::{self, shell, step, work};

/// A bench whose computer restarts when it is told to; each time is a line of `restarts`.
fn bench(users: &[&str]) -> Bench {
    let bench = Bench::with_users(users);
    let folder = bench.folder.path();
    let command = format!(
        "echo restarted >> {0}/restarts\nwc -l < {0}/restarts > {0}/boot\n",
        folder.display()
    );
    program(&folder.join("restart.sh"), &command);
    std::fs::write(folder.join("reboot"), format!("{}\n", folder.join("restart.sh").display()))
        .unwrap();
    bench
}

fn program(path: &Path, text: &str) {
    std::fs::write(path, format!("#!/bin/sh\n{text}")).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// An order that runs a script which ends with this exit code, with restarts around it.
fn order(bench: &Bench, code: i32, restarts: RestartsSpec) -> Order {
    let script = format!("exit {code}\n");
    bench.keep(&script);
    let run = RunSpec { success_codes: vec![0], reboot_codes: vec![101], ..shell(&script, 60) };
    let steps = vec![step("task/a", vec![work("set", run, ExpectSpec::Success)])];
    orders::order(1, OrderBody::Execute { steps, restarts: Box::new(restarts) })
}

fn restarts(bench: &Bench) -> usize {
    let text = std::fs::read_to_string(bench.folder.path().join("restarts")).unwrap_or_default();
    text.lines().count()
}

fn end(reboot: RebootSpec) -> RestartsSpec {
    RestartsSpec { start: None, end: Some(reboot) }
}

/// How the restart behind the only step ended.
fn last(bench: &Bench, order: &Order) -> EndSpec {
    let reports = bench.carry_out(order);
    let ends = crate::bench::ends(&reports);
    assert_eq!(ends.len(), 2, "{reports:?}");
    ends[1].0.clone()
}

fn stayed(why: &str) -> EndSpec {
    EndSpec::Stayed { why: why.into() }
}

#[test]
fn a_forced_restart_stands_before_and_behind_the_steps() {
    let bench = bench(&[]);
    let both =
        RestartsSpec { start: Some(RebootSpec::default()), end: Some(RebootSpec::default()) };
    let reports = bench.carry_out(&order(&bench, 0, both));
    let words: Vec<String> = reports.iter().map(|one| word(&one.body)).collect();
    assert_eq!(
        words,
        [
            "accepted",
            "started 4294967294.0",
            "finished 4294967294.0 exit 0",
            "started 0.0",
            "finished 0.0 exit 0",
            "started 4294967295.0",
            "finished 4294967295.0 exit 0",
            "ended"
        ]
    );
    assert_eq!(restarts(&bench), 2);
}

#[test]
fn a_restart_where_it_is_needed() {
    let pending = || end(RebootSpec { only_pending: true, ..RebootSpec::default() });
    for (code, marked, ended) in [
        (0, false, stayed("not-needed")),
        (101, false, EndSpec::Exit { code: 0 }),
        (0, true, EndSpec::Exit { code: 0 }),
        (7, true, EndSpec::Exit { code: 0 }),
    ] {
        let bench = bench(&[]);
        if marked {
            std::fs::write(bench.folder.path().join("restart-pending"), "").unwrap();
        }
        assert_eq!(last(&bench, &order(&bench, code, pending())), ended, "{code}, {marked}");
        assert_eq!(restarts(&bench), usize::from(ended == EndSpec::Exit { code: 0 }));
    }
}

#[test]
fn business_hours_keep_every_restart_away() {
    let over = BarredSpec { from: 0, until: Some(1) };
    let now = BarredSpec { from: 1, until: None };
    for (barred, ended) in
        [(vec![over], EndSpec::Exit { code: 0 }), (vec![over, now], stayed("business-hours"))]
    {
        let bench = bench(&[]);
        let reboot = RebootSpec { barred, ..RebootSpec::default() };
        assert_eq!(last(&bench, &order(&bench, 101, end(reboot))), ended);
    }
}

#[test]
fn a_person_is_asked() {
    let done = || EndSpec::Exit { code: 0 };
    let silent = || EndSpec::Failed {
        message: "nobody answered whether the computer may be restarted".into(),
    };
    for (users, answer, seconds, on_timeout, ended) in [
        (&[][..], Some("exit 0"), 60, "reboot", stayed("nobody-logged-on")),
        (&["jo"][..], Some("[ \"$1 $2\" = \"jo 60\" ]"), 60, "fail", done()),
        (&["jo"], Some("exit 1"), 60, "reboot", stayed("declined")),
        (&["jo"], Some("exit 5"), 60, "suppress", stayed("no-answer")),
        (&["jo"], Some("exec sleep 1000"), 0, "reboot", done()),
        (&["jo"], Some("exec sleep 1000"), 0, "suppress", stayed("no-answer")),
        (&["jo"], Some("exec sleep 1000"), 0, "fail", silent()),
        // Where nobody can be asked it is as if nobody had answered.
        (&["jo"], None, 60, "reboot", done()),
        (&["jo"], None, 60, "fail", silent()),
    ] {
        let bench = bench(users);
        if let Some(answer) = answer {
            program(&bench.folder.path().join("ask"), &format!("{answer}\n"));
        }
        let ask = Some(AskSpec { seconds, on_timeout: on_timeout.into() });
        let reboot = RebootSpec { ask, ..RebootSpec::default() };
        let told = last(&bench, &order(&bench, 0, end(reboot)));
        assert_eq!(told, ended, "{users:?} {answer:?} {on_timeout}");
    }
}

#[test]
fn a_restart_that_fails_stops_nothing() {
    let bench = Bench::new();
    let both =
        RestartsSpec { start: Some(RebootSpec::default()), end: Some(RebootSpec::default()) };
    let reports = bench.carry_out(&order(&bench, 0, both));
    let ends: Vec<_> = crate::bench::ends(&reports).into_iter().map(|(end, _)| end).collect();
    let failed =
        || EndSpec::Failed { message: "nothing is known to restart this computer with".into() };
    assert_eq!(ends, [failed(), EndSpec::Exit { code: 0 }, failed()]);
    assert_eq!(reports.last().unwrap().body, ReportBody::Ended);
}
