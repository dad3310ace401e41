//! Steps that something holds back: by rules, and whatever the gates and clocks.

use proptest::prelude::*;

use super::*;
use crate::order::{Gate, Hold, Holding, Stretch};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time in range")
}

/// A gate of stretches, each with its end and what holds in it; `!` stops what is under way.
fn gate(stretches: &[(Option<i64>, &str)]) -> Gate {
    let stretch = |(until, held): &(Option<i64>, &str)| Stretch {
        until: until.map(at),
        held_by: held
            .split_whitespace()
            .map(|what| Hold { what: what.trim_end_matches('!').to_owned(), until: until.map(at) })
            .collect(),
        stops: held.contains('!'),
    };
    Gate { stretches: stretches.iter().map(stretch).collect() }
}

fn gated(item: &str, stretches: &[(Option<i64>, &str)]) -> Step {
    Step { gate: Some(gate(stretches)), ..step(item, Act::Install, install("2")) }
}

fn held(by: &str, until: Option<i64>, end: Option<i64>) -> StepState {
    let by = vec![Hold { what: by.to_owned(), until: end.map(at) }];
    StepState::Held(Holding { by, until: until.map(at) })
}

/// Holds back what comes next.
fn hold(execution: &mut Execution, second: i64) {
    let Next::Held(step) = execution.next(at(second)) else { panic!("nothing is held back") };
    execution.apply(&Progress::Held { step, at: at(second) }).expect("it is held back");
}

fn found() -> End {
    End::Detected(Some("2".to_owned()))
}

#[test]
fn a_closed_gate_lets_nothing_start_and_others_go_on() {
    let night = [(Some(100), "windows/night"), (Some(200), "")];
    let mut dependant = step("software/after", Act::Install, install("2"));
    dependant.waits_for = vec![Item::software("a")];
    let free = step("software/free", Act::Install, install("2"));
    let mut execution = Execution::new(vec![gated("software/a", &night), dependant, free]);
    hold(&mut execution, 50);
    run(&mut execution, [End::Exit(0), found()]);
    let expected = held("windows/night", Some(100), Some(100));
    assert_eq!(states(&execution), [expected.clone(), expected, StepState::Passed]);
    assert!(execution.is_over());
}

#[test]
fn an_open_gate_is_asked_for_each_step_when_its_turn_comes() {
    let day = [(Some(100), ""), (None, "windows/day")];
    let steps = vec![gated("software/a", &day), gated("software/b", &day)];
    let mut execution = Execution::new(steps);
    run(&mut execution, [End::Exit(0)]);
    assert!(matches!(execution.next(at(150)), Next::Work(..)), "what has begun goes on");
    run(&mut execution, [found()]);
    hold(&mut execution, 150);
    assert_eq!(states(&execution), [StepState::Passed, held("windows/day", None, None)]);
}

#[test]
fn without_overrun_what_is_under_way_is_stopped() {
    let strict = [(Some(100), ""), (Some(200), "windows/night!"), (None, "")];
    let expected = held("windows/night", Some(200), Some(200));
    let fresh = || Execution::new(vec![gated("software/a", &strict)]);
    let first = At { step: 0, attempt: 1, work: 0 };
    let started = || {
        let mut execution = fresh();
        execution.apply(&Progress::Started(first)).expect("it comes next");
        assert_eq!(execution.stops_at(at(50)), Some(at(100)));
        let stopped = Progress::Held { step: 0, at: at(100) };
        execution.apply(&stopped).expect("it is stopped");
        assert!(execution.apply(&stopped).is_err(), "it is stopped once");
        execution
    };
    // Killed on time.
    let mut killed = started();
    killed.apply(&Progress::Finished(first, outcome(End::Killed))).expect("it runs");
    assert_eq!(states(&killed), std::slice::from_ref(&expected));
    // It ended by itself in the meantime: what follows is held back.
    let mut ended = started();
    ended.apply(&Progress::Finished(first, outcome(End::Exit(0)))).expect("it runs");
    assert_eq!(states(&ended), std::slice::from_ref(&expected));
    // The program died before it could say.
    let mut cut = started();
    cut.apply(&Progress::Interrupted(first)).expect("it runs");
    assert_eq!(states(&cut), std::slice::from_ref(&expected));
    // The program died and comes back too late: it does not look again.
    let mut late = fresh();
    late.apply(&Progress::Started(first)).expect("it comes next");
    late.apply(&Progress::Interrupted(first)).expect("it runs");
    hold(&mut late, 150);
    assert_eq!(states(&late), [expected]);
    // A cancel counts before.
    let mut cancelled = started();
    cancelled.apply(&Progress::Cancelled).expect("always");
    cancelled.apply(&Progress::Finished(first, outcome(End::Killed))).expect("it runs");
    assert_eq!(states(&cancelled), [StepState::Cancelled]);
}

#[test]
fn what_is_not_held_back_cannot_be() {
    let mut execution = Execution::new(vec![gated("software/a", &[(Some(100), "x"), (None, "")])]);
    for (step, second) in [(0, 100), (1, 50)] {
        let said = execution.apply(&Progress::Held { step, at: at(second) });
        assert_eq!(said, Err(Inconsistent::NotHeld(step)));
    }
    assert_eq!(states(&execution), [StepState::Waiting]);
}

#[test]
fn all_are_held_back_together_or_none() {
    let closed = [(None, "ring 2")];
    let mut all = Execution::new(vec![gated("software/a", &closed), gated("software/b", &closed)]);
    assert!(all.hold_all(at(1)) && all.is_over());
    let free = step("software/c", Act::Install, install("2"));
    let mut some = Execution::new(vec![gated("software/a", &closed), free]);
    let before = some.clone();
    assert!(!some.hold_all(at(1)));
    assert_eq!(some, before, "nothing has changed");
}

fn any_gate() -> impl Strategy<Value = Option<Gate>> {
    let stretch = (1_i64..40, any::<bool>(), any::<bool>());
    let gate = prop::collection::vec(stretch, 1..6).prop_map(|all| {
        let mut end = 0;
        let each = all.into_iter().map(|(length, open, stops)| {
            end += length;
            let hold = Hold { what: "w".to_owned(), until: Some(at(end)) };
            let held_by = if open { Vec::new() } else { vec![hold] };
            Stretch { until: Some(at(end)), held_by, stops: stops && !open }
        });
        Gate { stretches: each.collect() }
    });
    prop::option::of(gate)
}

/// Whether an action may begin at a moment, by looking at every stretch.
fn may_start(gate: Option<&Gate>, now: i64) -> bool {
    let Some(gate) = gate else { return true };
    let mut start = i64::MIN;
    for stretch in &gate.stretches {
        let end = stretch.until.map_or(i64::MAX, Timestamp::as_second);
        if (start..end).contains(&now) {
            return stretch.held_by.is_empty();
        }
        start = end;
    }
    false
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn an_action_never_starts_while_its_gate_is_closed(
        gates in prop::collection::vec(any_gate(), 1..6),
        waits in prop::collection::vec(0_usize..6, 1..6),
        pauses in prop::collection::vec(0_i64..25, 40),
        crashes in prop::collection::vec(any::<bool>(), 40),
    ) {
        let steps: Vec<Step> = gates.iter().enumerate().map(|(index, gate)| {
            let waits = waits.get(index).filter(|other| **other < index);
            Step {
                gate: gate.clone(),
                waits_for: waits.map(|other| Item::software(&format!("s{other}"))).into_iter().collect(),
                ..step(&format!("software/s{index}"), Act::Install, install("2"))
            }
        }).collect();
        let mut execution = Execution::new(steps.clone());
        let mut journal = Vec::new();
        let (mut clock, mut begun) = (0, vec![false; steps.len()]);
        for (pause, crash) in pauses.into_iter().zip(crashes) {
            clock += pause;
            let entries = match execution.next(at(clock)) {
                Next::Done => break,
                Next::Held(step) => vec![Progress::Held { step, at: at(clock) }],
                Next::Work(place, work) => {
                    let place_of = place.step as usize;
                    if !begun[place_of] {
                        prop_assert!(may_start(gates[place_of].as_ref(), clock), "{place:?} at {clock}");
                    }
                    begun[place_of] = true;
                    let end = if work.phase == WorkPhase::Install { End::Exit(0) } else { found() };
                    let last = if crash {
                        Progress::Interrupted(place)
                    } else {
                        Progress::Finished(place, outcome(end))
                    };
                    vec![Progress::Started(place), last]
                }
            };
            for entry in entries {
                execution.apply(&entry).expect("the driver follows the machine");
                journal.push(entry);
            }
        }
        let mut replayed = Execution::new(steps);
        for entry in &journal {
            replayed.apply(entry).expect("a journal fits its steps");
        }
        prop_assert_eq!(replayed, execution);
    }
}
