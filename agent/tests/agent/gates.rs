//! Steps that something holds back, with real processes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ordain_wire::{ExpectSpec, GateSpec, HoldSpec, StepSpec, StretchSpec, WorkSpec};

use crate::bench::Bench;
use crate::carrying::word;
use crate::orders::{execute, shell, step, work};

/// Milliseconds since 1970, so long from now.
fn later(wait: Duration) -> i64 {
    let at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + wait;
    i64::try_from(at.as_millis()).unwrap()
}

fn set(script: &str) -> WorkSpec {
    work("set", shell(script, 60), ExpectSpec::Success)
}

/// A stretch until a moment; in a closed one a window holds back.
fn stretch(until: Option<i64>, closed: bool, stops: bool) -> StretchSpec {
    let hold = HoldSpec { what: "windows/night".into(), until };
    StretchSpec { until, held_by: if closed { vec![hold] } else { Vec::new() }, stops }
}

fn gated(item: &str, script: &str, stretches: Vec<StretchSpec>) -> StepSpec {
    StepSpec { gate: Some(GateSpec { stretches }), ..step(item, vec![set(script)]) }
}

fn words(bench: &Bench, steps: Vec<StepSpec>) -> Vec<String> {
    bench.carry_out(&execute(1, steps)).iter().map(|report| word(&report.body)).collect()
}

#[test]
fn a_closed_gate_starts_nothing_and_an_open_one_does() {
    let bench = Bench::new();
    let script = "exit 0\n";
    bench.keep(script);
    let hour = Duration::from_hours(1);
    let closed = vec![stretch(Some(later(hour)), true, false), stretch(None, false, false)];
    let open = vec![stretch(Some(later(hour)), false, false), stretch(None, true, false)];
    let steps = vec![gated("task/a", script, closed), gated("task/b", script, open)];
    let expected = ["accepted", "held 0", "started 1.0", "finished 1.0 exit 0", "ended"];
    assert_eq!(words(&bench, steps), expected);
}

#[test]
fn without_overrun_what_runs_is_killed_when_the_window_closes() {
    let bench = Bench::new();
    let script = "sleep 600\n";
    bench.keep(script);
    let closes = later(Duration::from_millis(700));
    let strict = vec![stretch(Some(closes), false, false), stretch(None, true, true)];
    let reports = words(&bench, vec![gated("task/a", script, strict)]);
    assert_eq!(reports, ["accepted", "started 0.0", "held 0", "finished 0.0 Killed", "ended"]);
}
