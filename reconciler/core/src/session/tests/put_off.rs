//! Sessions that are put off: by a preflight that does not hold, by people, and
//! by what runs one at a time.

use super::transcripts::*;
use super::*;

/// Resolved, with a test that must hold first.
fn guarded() -> Event {
    let preflight = vec![Check { item: Item::task("power"), how: check("power").how }];
    match resolved(&["a"]) {
        Event::Resolved { revision, checks, .. } => Event::Resolved { revision, preflight, checks },
        other => other,
    }
}

fn answer(order: u64, found: Found) -> Vec<Event> {
    let finding = Finding { item: Item::task("power"), found };
    reports(order, order * 10, vec![Report::Accepted, Report::Detected(vec![finding])])
}

fn says(answer: bool) -> Found {
    Found::Answer { answer, changes: String::new() }
}

/// A session whose preflight has not held, parked at the second 50.
fn parked() -> (Session, String) {
    let mut session = Session::new(created(Kind::Maintenance, true));
    let mut events = vec![Event::Begun, guarded(), Event::Numbered(1)];
    events.extend(answer(1, says(false)));
    let told = tell(&mut session, events);
    (session, told)
}

#[test]
fn a_preflight_that_does_not_hold_parks_the_session() {
    let (mut session, told) = parked();
    insta::assert_snapshot!(told, @r"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for preflight
    Reported 1 findings: pending-preflight for preflight; wake at 350s
    stages: resolution waiting, detection waiting, notify waiting, execution waiting, report waiting
    ");
    assert_eq!(session.message(), Some("task/power does not hold: its test says false"));
    assert_eq!(session.waits_until(), Some(at(350)));
    assert_eq!(session.step(Event::Woken, at(349)), [Effect::WakeAt(at(350))], "too early");
    assert_eq!(session.step(Event::Connected, at(349)), [], "a line is no reason");
    assert_eq!(
        session.step(Event::Woken, at(350)),
        [Effect::Resolve],
        "anew, whatever is in force"
    );
    session.step(guarded(), at(351));
    session.step(Event::Numbered(2), at(352));
    for event in answer(2, says(true)) {
        session.step(event, at(353));
    }
    assert_eq!(
        (session.status(), session.waiting_for()),
        (Status::Running, Some(WaitingFor::Number))
    );
    assert_eq!(session.message(), None);
    assert_eq!(session.findings(), [], "what must hold is no part of what was found");
}

#[test]
fn a_preflight_is_asked_again_more_and_more_seldom() {
    let (mut session, _) = parked();
    let mut waits = vec![300];
    for (order, found) in [
        (2, says(false)),
        (3, Found::Failed("no such file".into())),
        (4, Found::Pending(crate::order::Pending::LoggedOn)),
        (5, says(false)),
        (6, says(false)),
        (7, Found::Output(String::new())),
    ] {
        let now = session.waits_until().expect("it is parked");
        session.step(Event::Woken, now);
        session.step(guarded(), now);
        session.step(Event::Numbered(order), now);
        for event in answer(order, found) {
            session.step(event, now);
        }
        let until = session.waits_until().expect("it is parked again");
        waits.push(until.as_second() - now.as_second());
    }
    assert_eq!(waits, [300, 600, 1200, 2400, 3600, 3600, 3600]);
    assert_eq!(session.message(), Some("task/power does not hold: its test gave no answer"));
}

#[test]
fn a_computer_that_is_gone_when_a_preflight_is_due() {
    for (offline, status) in
        [(Offline::Skip, Status::Missed), (Offline::OnConnect, Status::PendingConnectivity)]
    {
        let (mut session, _) = parked();
        session.created.offline = offline;
        session.step(Event::Disconnected, at(100));
        session.step(Event::Woken, at(350));
        assert_eq!(session.status(), status);
    }
}

#[test]
fn what_only_plans_has_no_preflight() {
    let mut session = Session::new(created(Kind::ResolutionOnly, false));
    session.step(Event::Begun, at(0));
    assert_eq!(session.step(guarded(), at(1)), [Effect::MakePlan]);
}

#[test]
fn a_session_is_put_off_and_begins_anew() {
    let mut session = Session::new(created(Kind::Maintenance, true));
    let mut events = until_planned(&[row("a")]);
    events.pop();
    events.extend([planned_for(&[row("a")], 1000), Event::Postponed(at(500)), Event::Woken]);
    insta::assert_snapshot!(tell(&mut session, events), @r"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: awaiting-execution for execution-time; wake at 1000s
    Postponed: postponed for postponement; wake at 500s
    Woken: postponed for postponement; wake at 500s
    stages: resolution waiting, detection waiting, notify waiting, execution waiting, report waiting
    ");
    assert_eq!(session.step(Event::Woken, at(500)), [Effect::Resolve]);
    assert_eq!((session.actions().count(), session.findings().len()), (0, 0));
    session.step(resolved(&[]), at(501));
    session.step(planned_for(&[row("a")], 1000), at(502));
    assert_eq!(session.status(), Status::Running, "the time that was chosen is the time");
    assert_eq!(session.postponements(), 1);
}

#[test]
fn what_was_put_off_may_be_put_off_again_hurried_or_cancelled() {
    let mut session = Session::new(created(Kind::Maintenance, true));
    session.step(Event::Postponed(at(500)), at(1));
    assert_eq!(session.decidable_until(), Some(at(500)));
    assert_eq!(session.step(Event::Postponed(at(900)), at(2)), [Effect::WakeAt(at(900))]);
    assert_eq!(session.postponements(), 2);
    let mut cancelled = session.clone();
    assert_eq!(cancelled.step(Event::Cancelled, at(3)), [Effect::Ended(Status::Cancelled)]);
    assert_eq!(session.step(Event::Hurried, at(3)), [Effect::WakeAt(at(3))]);
    assert_eq!(session.postponements(), 2);
    assert_eq!(session.step(Event::Woken, at(3)), [Effect::Resolve]);
}

#[test]
fn what_is_under_way_is_not_put_off() {
    let events = until_planned(&[row("a")]);
    let mut session = Session::new(created(Kind::Maintenance, true));
    assert!(session.can_be_postponed());
    for event in events {
        session.step(event, at(1));
        assert!(!session.can_be_postponed(), "{}", session.status());
        let before = session.clone();
        assert_eq!(session.step(Event::Postponed(at(500)), at(1)), []);
        assert_eq!(session, before);
    }
    let mut waiting = Session::new(created(Kind::Maintenance, true));
    assert_eq!(waiting.step(Event::Postponed(at(500)), at(1)), [Effect::WakeAt(at(500))]);
    assert_eq!(waiting.step(Event::Cancelled, at(2)), [Effect::Ended(Status::Cancelled)]);
}

#[test]
fn what_runs_one_at_a_time_is_waited_for() {
    let mut events = until_planned(&[row("a")]);
    if let Some(Event::Planned { serial, .. }) = events.last_mut() {
        serial.push("tasks/t/task.yaml".into());
    }
    events.extend([
        Event::Woken,
        Event::Disconnected,
        Event::Connected,
        Event::SerialTaken,
        Event::SerialTaken,
    ]);
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(tell(&mut session, events), @r"
    Begun: running for resolution; resolve
    Resolved: running for number; number
    Numbered: running for acceptance; send 1: detect 1
    Reported accepted: running for detection
    Reported 1 findings: running for plan; plan
    Planned: awaiting-execution for serial; wake in 60s, line up for tasks/t/task.yaml
    Woken: awaiting-execution for serial; wake in 60s, line up for tasks/t/task.yaml
    Disconnected: awaiting-execution for connection
    Connected: awaiting-execution for serial; wake in 60s, line up for tasks/t/task.yaml
    SerialTaken: running for number; number
    SerialTaken: running for number
    stages: resolution passed, detection passed, execution running, report waiting
    software/a waiting - software-missing
    ");
}
