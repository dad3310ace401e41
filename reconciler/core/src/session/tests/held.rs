//! Sessions of which something is held back.

use super::transcripts::*;
use super::*;
use crate::execute::{End, Progress};
use crate::order::{Gate, Hold, Stretch};

/// A row, and its step with a gate that is closed until a second; then open.
fn plan(rows: &[(PlannedRow, Option<i64>)]) -> Event {
    let gate = |until: i64| {
        let closed = Some(at(until));
        let hold = Hold { what: "windows/night".into(), until: closed };
        Gate {
            stretches: vec![
                Stretch { until: closed, held_by: vec![hold], stops: false },
                Stretch { until: None, held_by: Vec::new(), stops: false },
            ],
        }
    };
    let steps = rows.iter().map(|(row, until)| Step { gate: until.map(gate), ..step(row) });
    Event::Planned {
        revision: "r1".into(),
        steps: steps.collect(),
        rows: rows.iter().map(|(row, _)| row.clone()).collect(),
        restarts: Restarts::default(),
        serial: Vec::new(),
        observe: false,
        execute_at: None,
    }
}

/// A session that has found out and made this plan.
fn told(rows: &[(PlannedRow, Option<i64>)], more: Vec<Event>) -> (Session, String) {
    let mut events = until_planned(&[row("a")]);
    events.pop();
    events.push(plan(rows));
    events.extend(more);
    let mut session = Session::new(created(Kind::Maintenance, true));
    let told = tell(&mut session, events);
    let told: Vec<&str> = told.lines().skip(5).collect();
    (session, told.join("\n"))
}

#[test]
fn where_nothing_would_start_no_order_goes_out() {
    let (session, told) = told(&[(row("a"), Some(500)), (row("b"), Some(900))], Vec::new());
    insta::assert_snapshot!(told, @"
    Planned: partially-passed for nothing; ended partially-passed
    stages: resolution passed, detection passed, report passed
    software/a held - held
    software/b held - held
    ");
    let held: Vec<_> =
        session.actions().map(|action| (action.action, action.held.cloned())).collect();
    let until = |second| Some(at(second));
    assert_eq!(held[0].0, Act::None);
    assert_eq!(held[0].1.as_ref().map(|holding| holding.until), Some(until(500)));
    assert_eq!(held[1].1.as_ref().map(|holding| holding.until), Some(until(900)));
}

#[test]
fn the_rest_goes_on_and_the_session_has_passed_in_part() {
    let held = Report::Progress(Progress::Held { step: 0, at: at(60) });
    let mut all = vec![Report::Accepted, held];
    all.extend(good(1));
    all.push(Report::Ended);
    let mut more = vec![Event::Numbered(2)];
    more.extend(reports(2, 4, all));
    let (_, told) = told(&[(row("a"), Some(500)), (row("b"), None)], more);
    insta::assert_snapshot!(told, @r#"
    Planned: running for number; number
    Numbered: running for acceptance; send 2: execute 2
    Reported accepted: running for execution
    Reported held 0: running for execution
    Reported start 1/1/0: running for execution
    Reported end 1/1/0 Exit(0): running for execution
    Reported start 1/1/1: running for execution
    Reported end 1/1/1 Detected(Some("2")): partially-passed for nothing; ended partially-passed
    Reported ended: partially-passed for nothing
    stages: resolution passed, detection passed, execution passed, report passed
    software/a held - held
    software/b done passed software-missing
    "#);
}

#[test]
fn what_failed_counts_before_what_is_held() {
    let held = Report::Progress(Progress::Held { step: 0, at: at(60) });
    let mut all = vec![Report::Accepted, held];
    all.extend([started(1, 0), finished(1, 0, End::Exit(5))]);
    all.push(Report::Ended);
    let mut more = vec![Event::Numbered(2)];
    more.extend(reports(2, 4, all));
    let (session, _) = told(&[(row("a"), Some(500)), (row("b"), None)], more);
    assert_eq!(session.status(), Status::PartiallyPassed);
}

#[test]
fn a_gate_that_has_opened_in_the_meantime_lets_the_plan_go_on() {
    let (session, told) = told(&[(row("a"), Some(20))], Vec::new());
    insta::assert_snapshot!(told, @"
    Planned: running for number; number
    stages: resolution passed, detection passed, execution running, report waiting
    software/a waiting - software-missing
    ");
    assert_eq!(session.status(), Status::Running);
}
