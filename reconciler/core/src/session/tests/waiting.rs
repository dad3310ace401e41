//! Sessions that wait: for their computer, and for the time of their execution.

use super::transcripts::*;
use super::*;

/// What is told once the computer has been looked at.
fn from_the_plan(session: &mut Session, events: Vec<Event>) -> String {
    let told = tell(session, events);
    let looked = "Reported 1 findings: running for plan; plan\n";
    told.split_once(looked).expect("it was looked at").1.to_owned()
}

#[test]
fn offline_before_detection() {
    let begun = || vec![Event::Begun];
    let mut session =
        Session::new(Created { offline: Offline::Skip, ..created(Kind::Maintenance, false) });
    insta::assert_snapshot!(tell(&mut session, begun()), @r#"
    Begun: missed for nothing; ended missed
    stages:
    "#);
    let mut session = Session::new(created(Kind::Maintenance, false));
    let mut events = begun();
    events.extend([Event::Connected, resolved(&["a"])]);
    insta::assert_snapshot!(tell(&mut session, events), @r#"
    Begun: pending-connectivity for connection
    Connected: running for resolution; resolve
    Resolved: running for number; number
    stages: resolution passed, detection running, notify waiting, execution waiting, report waiting
    "#);
    assert_eq!(session.running_seconds(at(30)), 10, "waiting does not count");
}

#[test]
fn a_line_that_drops_misses_nothing() {
    let skip = Created { offline: Offline::Skip, ..created(Kind::Maintenance, true) };
    let mut session = Session::new(skip);
    for event in [Event::Begun, Event::Disconnected, resolved(&["a"])] {
        session.step(event, at(0));
    }
    assert_eq!(session.status(), Status::PendingConnectivity);
    assert_eq!(session.step(Event::Connected, at(1)), [Effect::NumberOrder]);
}

#[test]
fn who_is_not_waited_for_is_missed_after_a_while() {
    let skip = || Created { offline: Offline::Skip, ..created(Kind::Maintenance, true) };
    let gone = |created: Created| {
        let mut session = Session::new(created);
        session.step(Event::Begun, at(0));
        session.step(resolved(&["a"]), at(1));
        let effects = session.step(Event::Disconnected, at(2));
        (session, effects)
    };
    let (mut session, effects) = gone(skip());
    assert_eq!(effects, [Effect::WakeAt(at(602))]);
    assert_eq!(session.pending(), [Effect::WakeAt(at(602))], "after a restart too");
    assert_eq!(session.step(Event::Woken, at(601)), [Effect::WakeAt(at(602))]);
    assert_eq!(session.step(Event::Woken, at(602)), [Effect::Ended(Status::Missed)]);
    let (mut session, _) = gone(skip());
    session.step(Event::Connected, at(300));
    session.step(Event::Disconnected, at(400));
    assert_ne!(session.step(Event::Woken, at(602)), [Effect::Ended(Status::Missed)], "it was back");
    assert_eq!(session.step(Event::Woken, at(1000)), [Effect::Ended(Status::Missed)]);
    let (mut session, effects) = gone(created(Kind::Maintenance, true));
    assert_eq!(effects, []);
    assert_eq!(session.step(Event::Woken, at(86_400)), [], "who is waited for is waited for");
    assert_eq!(session.status(), Status::PendingConnectivity);
}

#[test]
fn a_session_of_a_computer_that_is_away_is_cancelled_at_once() {
    let mut events = until_planned(&[row("a"), row("b")]);
    events.push(Event::Numbered(2));
    events.extend(reports(2, 4, vec![Report::Accepted, started(0, 0)]));
    events.extend([Event::Disconnected, Event::Cancelled]);
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(from_the_plan(&mut session, events), @r#"
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 2
    Reported accepted: running for execution
    Reported start 0/1/0: running for execution
    Disconnected: running for execution
    Cancelled: cancelled for nothing; cancel 2, ended cancelled
    stages: resolution passed, detection passed, execution failed
    software/a cancelled - software-missing
    software/b cancelled - software-missing
    "#);
    assert!(session.message().is_some_and(|why| why.contains("while its computer was away")));
}

#[test]
fn lost_before_execution_only_executes_on_connect() {
    let mut events = until_planned(&[row("a")]);
    events.insert(5, Event::Disconnected);
    events.extend([Event::Connected, Event::Numbered(2), Event::Disconnected, Event::Connected]);
    let mut all = vec![Report::Accepted];
    all.extend(good(0));
    events.extend(reports(2, 4, all));
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(from_the_plan(&mut session, events), @r#"
    Disconnected: running for plan
    Planned: pending-connectivity for connection
    Connected: running for number; number
    Numbered: running for acceptance; send 2: execute 1
    Disconnected: pending-connectivity for connection
    Connected: running for acceptance; send 2: execute 1
    Reported accepted: running for execution
    Reported start 0/1/0: running for execution
    Reported end 0/1/0 Exit(0): running for execution
    Reported start 0/1/1: running for execution
    Reported end 0/1/1 Detected(Some("2")): passed for nothing; ended passed
    stages: resolution passed, detection passed, execution passed, report passed
    software/a done passed software-missing
    "#);
}

#[test]
fn a_plan_waits_for_its_time() {
    let until_then = |second| {
        let mut events = until_planned(&[row("a")]);
        events.pop();
        events.push(planned_for(&[row("a")], second));
        events
    };
    let mut session = Session::new(created(Kind::Maintenance, true));
    let mut events = until_then(85);
    events.extend([Event::Woken, Event::Disconnected, Event::Woken, Event::Connected]);
    insta::assert_snapshot!(from_the_plan(&mut session, events), @"
    Planned: awaiting-execution for execution-time; wake at 85s
    Woken: awaiting-execution for execution-time; wake at 85s
    Disconnected: awaiting-execution for execution-time
    Woken: pending-connectivity for connection
    Connected: running for number; number
    stages: resolution passed, detection passed, notify passed, execution running, report waiting
    software/a waiting - software-missing
    ");
    let mut session = Session::new(created(Kind::Maintenance, true));
    insta::assert_snapshot!(from_the_plan(&mut session, until_then(20)), @"
    Planned: running for number; number
    stages: resolution passed, detection passed, execution running, report waiting
    software/a waiting - software-missing
    ");
    let skipped = Created { offline: Offline::Skip, ..created(Kind::Maintenance, true) };
    let mut session = Session::new(skipped);
    let mut events = until_then(75);
    events.extend([Event::Disconnected, Event::Woken]);
    insta::assert_snapshot!(from_the_plan(&mut session, events), @"
    Planned: awaiting-execution for execution-time; wake at 75s
    Disconnected: awaiting-execution for execution-time
    Woken: missed for nothing; ended missed
    stages: resolution passed, detection passed, notify passed
    software/a skipped - software-missing
    ");
    let mut session = Session::new(created(Kind::Maintenance, true));
    let mut events = until_then(1000);
    events.push(Event::Cancelled);
    insta::assert_snapshot!(from_the_plan(&mut session, events), @"
    Planned: awaiting-execution for execution-time; wake at 1000s
    Cancelled: cancelled for nothing; ended cancelled
    stages: resolution passed, detection passed, notify failed
    software/a cancelled - software-missing
    ");
}

#[test]
fn what_waits_for_its_time_is_carried_out_at_once_where_that_is_wanted() {
    let awaiting = |offline| {
        let mut session = Session::new(Created { offline, ..created(Kind::Maintenance, true) });
        let mut events = until_planned(&[row("a")]);
        events.pop();
        events.push(planned_for(&[row("a")], 1000));
        for event in events {
            session.step(event, at(0));
        }
        session
    };
    let mut session = awaiting(Offline::OnConnect);
    assert_eq!(session.step(Event::Hurried, at(1)), [Effect::NumberOrder]);
    assert_eq!(session.step(Event::Hurried, at(1)), [], "once is enough");

    // Whoever is offline has it carried out on connecting, or keeps its time.
    let mut session = awaiting(Offline::OnConnect);
    session.step(Event::Disconnected, at(1));
    assert!(session.can_be_hurried());
    session.step(Event::Hurried, at(1));
    assert_eq!(session.status(), Status::PendingConnectivity);
    let mut session = awaiting(Offline::Skip);
    session.step(Event::Disconnected, at(1));
    assert!(!session.can_be_hurried());
    assert_eq!(session.step(Event::Hurried, at(1)), []);
    assert_eq!(session.status(), Status::AwaitingExecution);
}
