//! Onboardings in two parts: the rest is planned with what the first part brought.

use super::*;
use crate::execute::{At, End, Execution, Outcome};
use crate::order::Reboot;
use crate::session::parts::Part;

fn onboarding_row(name: &str) -> PlannedRow {
    PlannedRow { phase: Phase::Onboarding, ..row(name) }
}

/// The reports of an order whose steps install, each well or not.
fn carried_out(order: u64, first_seq: u64, ends: &[bool]) -> Vec<Event> {
    let mut reports = vec![Report::Accepted];
    for (step, well) in (0_u32..).zip(ends) {
        let code = i32::from(!well);
        let mut works = vec![End::Exit(code)];
        if *well {
            works.push(End::Detected(Some("2".to_owned())));
        }
        for (work, end) in (0_u32..).zip(works) {
            let at = At { step, attempt: 1, work };
            let outcome = Outcome { end, output: String::new(), started_ms: 0, ended_ms: 1 };
            reports.push(Report::Progress(Progress::Started(at)));
            reports.push(Report::Progress(Progress::Finished(at, outcome)));
        }
    }
    reports.push(Report::Ended);
    let event = |(seq, report)| Event::Reported { order, seq, report };
    (first_seq..).zip(reports).map(event).collect()
}

fn detected(order: u64, seq: u64) -> Vec<Event> {
    let report = Report::Detected(vec![finding("x")]);
    vec![Event::Reported { order, seq, report }]
}

fn step_all(session: &mut Session, events: Vec<Event>) -> Vec<Effect> {
    let mut effects = Vec::new();
    for (event, second) in events.into_iter().zip(10..) {
        effects = session.step(event, at(second));
    }
    effects
}

/// A session whose first part ends as said, up to the question for the second.
fn first_part(rows: &[PlannedRow], ends: &[bool]) -> (Session, Vec<Event>) {
    let mut session = Session::new(created(Kind::Onboarding, true));
    let mut events = vec![Event::Begun, resolved(&["x"]), Event::Numbered(1)];
    events.extend(detected(1, 1));
    events.extend([planned(rows), Event::Numbered(2)]);
    let mut reports = carried_out(2, 2, ends);
    let ended = reports.pop().expect("it ends");
    events.extend(reports);
    let effects = step_all(&mut session, events.clone());
    assert_eq!(effects, [Effect::Resolve], "the rest is resolved anew");
    assert_eq!(session.step(ended.clone(), at(90)), []);
    events.push(ended);
    (session, events)
}

fn told(session: &Session) -> Vec<String> {
    let action = |one: ActionView<'_>| {
        let result = one.result.map_or("-", crate::execute::ActionResult::word);
        format!("{} {} {result} {}", one.row.item, one.status, one.reason)
    };
    session.actions().map(action).collect()
}

#[test]
fn the_rest_is_planned_anew_and_nothing_is_tried_twice() {
    let first = [onboarding_row("agent"), row("late")];
    let (mut session, mut journal) = first_part(&first, &[true]);
    assert_eq!(told(&session), ["software/agent done passed software-missing"]);
    // A person is known by now: one more item is wanted.
    let again = [onboarding_row("agent"), row("late"), row("personal")];
    let mut events = vec![resolved(&["x"]), Event::Numbered(3)];
    events.extend(detected(3, 20));
    events.extend([planned(&again), Event::Numbered(4)]);
    events.extend(carried_out(4, 30, &[true, true]));
    step_all(&mut session, events.clone());
    assert_eq!(session.status(), Status::Passed);
    assert_eq!(
        told(&session),
        [
            "software/agent done passed software-missing",
            "software/late done passed software-missing",
            "software/personal done passed software-missing",
        ]
    );
    let stages: Vec<String> =
        session.stages().map(|view| format!("{} {}", view.stage, view.status)).collect();
    assert!(stages.contains(&"onboarding passed".to_owned()), "{stages:?}");
    journal.extend(events);
    let steps = journal.iter().filter(|event| matches!(event, Event::Planned { .. })).count();
    assert_eq!(steps, 2);
}

#[test]
fn what_waits_for_a_failure_of_the_first_part_fails() {
    let needs = PlannedRow { waits_for: vec![Item::software("runtime")], ..row("client") };
    let first = [onboarding_row("runtime"), needs.clone()];
    let (mut session, _) = first_part(&first, &[false]);
    let rows = [onboarding_row("runtime"), needs, row("other")];
    let mut events = vec![resolved(&["x"]), Event::Numbered(3)];
    events.extend(detected(3, 20));
    events.extend([planned(&rows), Event::Numbered(4)]);
    events.extend(carried_out(4, 30, &[true]));
    step_all(&mut session, events);
    assert_eq!(session.status(), Status::PartiallyPassed);
    assert_eq!(
        told(&session),
        [
            "software/runtime done failed software-missing",
            "software/client skipped failed prerequisite-failed",
            "software/other done passed software-missing",
        ]
    );
}

#[test]
fn a_plan_without_an_onboarding_part_has_one_part() {
    let mut session = Session::new(created(Kind::Onboarding, true));
    let mut events = vec![Event::Begun, resolved(&["x"]), Event::Numbered(1)];
    events.extend(detected(1, 1));
    events.extend([planned(&[row("only")]), Event::Numbered(2)]);
    events.extend(carried_out(2, 2, &[true]));
    step_all(&mut session, events);
    assert_eq!(session.status(), Status::Passed);
}

#[test]
fn what_the_first_part_did_stays_where_the_rest_is_put_off() {
    let (mut session, _) = first_part(&[onboarding_row("agent"), row("late")], &[true]);
    let mut events = vec![resolved(&["x"]), Event::Numbered(3)];
    events.extend(detected(3, 20));
    events.extend([planned_for(&[row("late")], 1000), Event::Postponed(at(500))]);
    step_all(&mut session, events);
    assert_eq!(session.status(), Status::Postponed);
    assert_eq!(session.step(Event::Woken, at(500)), [Effect::Resolve]);
    assert_eq!(told(&session), ["software/agent done passed software-missing"]);
    let guarded = match resolved(&["x"]) {
        Event::Resolved { revision, checks, .. } => {
            Event::Resolved { revision, preflight: vec![check("guard")], checks }
        }
        other => other,
    };
    let mut events = vec![guarded, Event::Numbered(4)];
    events.extend(detected(4, 40));
    events.extend([planned(&[onboarding_row("agent"), row("late")]), Event::Numbered(5)]);
    events.extend(carried_out(5, 50, &[true]));
    step_all(&mut session, events);
    assert_eq!(session.status(), Status::Passed, "the preflight came before the first part");
    assert_eq!(
        told(&session),
        [
            "software/agent done passed software-missing",
            "software/late done passed software-missing"
        ]
    );
}

#[test]
fn a_restart_at_the_end_of_the_first_part_is_the_one_before_the_rest() {
    let reboot = Reboot { only_pending: false, ask: None, barred: Vec::new() };
    let around = Restarts { start: Some(reboot.clone()), end: Some(reboot) };
    let (whole, rest) =
        (Part::Whole, Part::Rest(Vec::new(), Some(Box::new(Execution::new(Vec::new())))));
    assert_eq!(whole.restarts(around.clone()), around);
    assert_eq!(rest.restarts(around.clone()), Restarts { start: None, ..around.clone() });
    assert_eq!(Part::Rest(Vec::new(), None).restarts(around.clone()), around);
}
