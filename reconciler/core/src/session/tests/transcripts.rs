//! Sessions told line by line.

use super::*;
use crate::execute::{At, End, Outcome};

/// Steps a session through events, ten seconds apart, and tells what comes of each.
pub(super) fn tell(session: &mut Session, events: Vec<Event>) -> String {
    let mut lines = Vec::new();
    for (event, second) in events.into_iter().zip((10_i64..).step_by(10)) {
        let name = name(&event);
        let effects = session.step(event, at(second));
        let effects: Vec<String> = effects.iter().map(describe).collect();
        let waiting = session.waiting_for().map_or("nothing", WaitingFor::word);
        let mut line = format!("{name}: {} for {waiting}", session.status());
        if !effects.is_empty() {
            line = format!("{line}; {}", effects.join(", "));
        }
        lines.push(line);
    }
    let stages: Vec<String> = session
        .stages()
        .filter(|view| view.status != StageStatus::Skipped)
        .map(|view| format!("{} {}", view.stage, view.status))
        .collect();
    lines.push(format!("stages: {}", stages.join(", ")));
    for action in session.actions() {
        let result = action.result.map_or("-", crate::execute::ActionResult::word);
        let message = action.message.map(|text| format!(": {text}")).unwrap_or_default();
        lines.push(format!(
            "{} {} {result} {}{message}",
            action.row.item, action.status, action.reason
        ));
    }
    lines.join("\n")
}

fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    let end = text.find(['{', '(', ' ']).unwrap_or(text.len());
    match event {
        Event::Reported { report, .. } => format!("Reported {}", name_of_report(report)),
        Event::Refused { code, .. } => format!("Refused {code}"),
        _ => text[..end].to_owned(),
    }
}

fn name_of_report(report: &Report) -> String {
    match report {
        Report::Progress(Progress::Started(at)) => {
            format!("start {}/{}/{}", at.step, at.attempt, at.work)
        }
        Report::Progress(Progress::Finished(at, outcome)) => {
            format!("end {}/{}/{} {:?}", at.step, at.attempt, at.work, outcome.end)
        }
        Report::Progress(Progress::Interrupted(_)) => "interruption".into(),
        Report::Progress(Progress::Held { step, .. }) => format!("held {step}"),
        Report::Progress(Progress::Cancelled) => "cancel".into(),
        Report::Accepted => "accepted".into(),
        Report::Detected(findings) => format!("{} findings", findings.len()),
        Report::Ended => "ended".into(),
    }
}

fn describe(effect: &Effect) -> String {
    match effect {
        Effect::Resolve => "resolve".into(),
        Effect::MakePlan => "plan".into(),
        Effect::NumberOrder => "number".into(),
        Effect::TakeSerial(what) => format!("line up for {}", what.join(", ")),
        Effect::SendOrder { number, task } => match &**task {
            Task::Detect(checks) => format!("send {number}: detect {}", checks.len()),
            Task::Execute { steps, restarts: _ } => {
                format!("send {number}: execute {}", steps.len())
            }
        },
        Effect::CancelOrder { number } => format!("cancel {number}"),
        Effect::Wake { seconds } => format!("wake in {seconds}s"),
        Effect::WakeAt(time) => format!("wake at {}s", time.as_second() - at(0).as_second()),
        Effect::Ended(status) => format!("ended {status}"),
    }
}

/// Reports about an order, numbered one after the other.
pub(super) fn reports(order: u64, first: u64, reports: Vec<Report>) -> Vec<Event> {
    let numbered = reports.into_iter().zip(first..);
    numbered.map(|(report, seq)| Event::Reported { order, seq, report }).collect()
}

pub(super) fn started(step: u32, work: u32) -> Report {
    Report::Progress(Progress::Started(At { step, attempt: 1, work }))
}

pub(super) fn finished(step: u32, work: u32, end: End) -> Report {
    let at = At { step, attempt: 1, work };
    let outcome = Outcome { end, output: String::new(), started_ms: 0, ended_ms: 0 };
    Report::Progress(Progress::Finished(at, outcome))
}

/// An install that works.
pub(super) fn good(step: u32) -> Vec<Report> {
    vec![
        started(step, 0),
        finished(step, 0, End::Exit(0)),
        started(step, 1),
        finished(step, 1, End::Detected(Some("2".into()))),
    ]
}

/// Everything up to a plan, with the detection as order 1.
pub(super) fn until_planned(rows: &[PlannedRow]) -> Vec<Event> {
    let mut events = vec![Event::Begun, resolved(&["a"]), Event::Numbered(1)];
    events.extend(reports(1, 1, vec![Report::Accepted, Report::Detected(vec![finding("a")])]));
    events.push(planned(rows));
    events
}

#[test]
fn an_undisturbed_session() {
    let mut events = until_planned(&[row("a"), idle("b", Reason::UpToDate)]);
    events.push(Event::Numbered(2));
    let mut all = vec![Report::Accepted];
    all.extend(good(0));
    all.push(Report::Ended);
    events.extend(reports(2, 4, all));
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 1
    Reported accepted: running for execution
    Reported start 0/1/0: running for execution
    Reported end 0/1/0 Exit(0): running for execution
    Reported start 0/1/1: running for execution
    Reported end 0/1/1 Detected(Some("2")): passed for nothing; ended passed
    Reported ended: passed for nothing
    stages: resolution passed, detection passed, execution passed, report passed
    software/a done passed software-missing
    software/b done passed up-to-date
    "#);
    assert_eq!(session.running_seconds(at(1000)), 110, "from begin to the last step");
}

#[test]
fn nothing_to_do_has_passed_without_an_execution() {
    let events = until_planned(&[
        idle("a", Reason::UpToDate),
        idle("b", Reason::Ignored),
        idle("c", Reason::Unknown),
    ]);
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: passed for nothing; ended passed
    stages: resolution passed, detection passed, report passed
    software/a done passed up-to-date
    software/b skipped - ignored
    software/c skipped unknown unknown
    "#);
}

#[test]
fn some_fail_and_all_fail() {
    let mut some = until_planned(&[row("a"), row("b"), doomed("c", Reason::Conflict)]);
    some.push(Event::Numbered(2));
    let mut all = vec![Report::Accepted];
    all.extend(good(0));
    all.extend([started(1, 0), finished(1, 0, End::Exit(5)), Report::Ended]);
    some.extend(reports(2, 4, all));
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, some), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 3
    Reported accepted: running for execution
    Reported start 0/1/0: running for execution
    Reported end 0/1/0 Exit(0): running for execution
    Reported start 0/1/1: running for execution
    Reported end 0/1/1 Detected(Some("2")): running for execution
    Reported start 1/1/0: running for execution
    Reported end 1/1/0 Exit(5): partially-passed for nothing; ended partially-passed
    Reported ended: partially-passed for nothing
    stages: resolution passed, detection passed, execution failed, report passed
    software/a done passed software-missing
    software/b done failed software-missing: exit code 5
    software/c skipped failed conflict: known before the start: conflict
    "#);
    let mut session = Session::new(created(Kind::Maintenance, true));
    let all = until_planned(&[doomed("c", Reason::NoLicence), idle("d", Reason::UpToDate)]);
    insta::assert_snapshot!(tell(&mut session, all), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: failed for nothing; ended failed
    stages: resolution passed, detection passed, report passed
    software/c skipped failed no-licence: known before the start: no-licence
    software/d done passed up-to-date
    "#);
}

#[test]
fn a_cancel_waits_only_for_what_the_agent_has_accepted() {
    let mut early = until_planned(&[row("a")]);
    early.extend([Event::Numbered(2), Event::Cancelled]);
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, early), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 1
    Cancelled: cancelled for nothing; cancel 2, ended cancelled
    stages: resolution passed, detection passed, execution failed
    software/a cancelled - software-missing
    "#);
    let mut late = until_planned(&[row("a"), row("b")]);
    late.push(Event::Numbered(2));
    late.extend(reports(2, 4, vec![Report::Accepted, started(0, 0)]));
    late.push(Event::Cancelled);
    let stopped = vec![Report::Progress(Progress::Cancelled), finished(0, 0, End::Killed)];
    late.extend(reports(2, 6, stopped));
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, late), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 2
    Reported accepted: running for execution
    Reported start 0/1/0: running for execution
    Cancelled: running for stop; cancel 2
    Reported cancel: running for stop
    Reported end 0/1/0 Killed: cancelled for nothing; ended cancelled
    stages: resolution passed, detection passed, execution failed, report passed
    software/a cancelled - software-missing
    software/b cancelled - software-missing
    "#);
}

#[test]
fn refusals() {
    let refused =
        |order, code: &str| Event::Refused { order, code: code.into(), message: "so".into() };
    let events = vec![
        Event::Begun,
        resolved(&["a"]),
        Event::Numbered(1),
        refused(1, "busy"),
        Event::Woken,
        refused(1, "stale"),
        Event::Numbered(7),
        refused(7, "journal-full"),
    ];
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Refused busy: running for other-order; wake in 15s
    Woken: running for other-order; send 1: detect 1
    Refused stale: running for number; number
    Numbered: running for acceptance; send 7: detect 1
    Refused journal-full: failed for nothing; ended failed
    stages: resolution passed, detection failed
    "#);
    assert_eq!(session.message(), Some("the agent refused the order (journal-full): so"));
}

#[test]
fn an_agent_that_is_gone_fails_what_waits_for_it() {
    for (after, stage) in
        [(0, Stage::Resolution), (2, Stage::Detection), (usize::MAX, Stage::Execution)]
    {
        let mut session = Session::new(created(Kind::Maintenance, true));
        for event in until_planned(&[row("a")]).into_iter().take(after) {
            session.step(event, Timestamp::UNIX_EPOCH);
        }
        session.step(Event::Lost("the computer was removed".into()), Timestamp::UNIX_EPOCH);
        assert_eq!(session.status(), Status::Failed);
        assert_eq!(session.message(), Some("the computer was removed"));
        let failed = session.stages().find(|view| view.status == StageStatus::Failed);
        assert_eq!(failed.map(|view| view.stage), Some(stage));
    }
}

#[test]
fn what_does_not_execute() {
    let mut observed = until_planned(&[]);
    observed.pop();
    observed.push(Event::Planned {
        revision: "r1".into(),
        rows: vec![row("a")],
        steps: vec![step(&row("a"))],
        observe: true,
        restarts: Restarts::default(),
        serial: Vec::new(),
        execute_at: None,
    });
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, observed), @r#"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: passed for nothing; ended passed
    stages: resolution passed, detection passed, report passed
    software/a skipped - software-missing
    "#);
    let mut session = Session::new(created(Kind::ResolutionOnly, false));
    let events = vec![Event::Begun, resolved(&["a"]), planned(&[row("a")])];
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: running for resolution; resolve
    Resolved: running for plan; plan
    Planned: passed for nothing; ended passed
    stages: resolution passed, report passed
    software/a skipped - software-missing
    "#);
}

#[test]
fn what_cannot_be_resolved_or_planned_says_so() {
    let mut session = Session::new(created(Kind::Maintenance, true));
    let events = vec![Event::Begun, Event::NotResolved("no commit is in force".into())];
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: running for resolution; resolve
    NotResolved: failed for nothing; ended failed
    stages: resolution failed
    "#);
    assert_eq!(session.message(), Some("no commit is in force"));
}
