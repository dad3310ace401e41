//! Tables of messages and scenarios by hand; properties over a simulated computer.

mod computer;
mod gates;
mod properties;

use super::*;
use crate::item::{Act, Item, Phase, Reason};
use crate::order::{
    Expect, Interpreter, PackageManager, Pending, Probe, Relation, Run, RunContext, RunWhat, Step,
    VersionScheme, What, WorkPhase,
};

/// A moment at which no gate of these tests is closed.
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

/// A step with these works, tried once.
fn step(item: &str, act: Act, works: Vec<Work>) -> Step {
    Step {
        item: item.parse().expect("tests name items"),
        act,
        reason: Reason::SoftwareMissing,
        from: None,
        to: None,
        phase: Phase::Main,
        waits_for: Vec::new(),
        attempts: 1,
        gate: None,
        works,
    }
}

/// A work that runs a script which the simulated computer knows by name.
fn script(phase: WorkPhase, name: &str, expect: Expect) -> Work {
    let run = Run {
        what: RunWhat::Script {
            blob: "0".repeat(40),
            path: name.to_owned(),
            interpreter: Interpreter::Sh,
            method: None,
            library: Vec::new(),
        },
        users: None,
        context: RunContext::System,
        timeout_seconds: 30,
        success_codes: vec![0],
        reboot_codes: vec![3010],
        environment: Vec::new(),
        input: None,
        needs: None,
        hidden: None,
    };
    Work { phase, what: What::Run(run), expect }
}

fn probe(expect: Expect) -> Work {
    Work {
        phase: WorkPhase::Detect,
        what: What::Probe(Probe::Package { manager: PackageManager::Dpkg, name: "x".into() }),
        expect,
    }
}

fn at_least(version: &str) -> Expect {
    Expect::Version {
        relation: Relation::AtLeast,
        version: version.to_owned(),
        scheme: VersionScheme::Segments,
    }
}

fn install(version: &str) -> Vec<Work> {
    vec![script(WorkPhase::Install, "install", Expect::Success), probe(at_least(version))]
}

fn enforce() -> Vec<Work> {
    vec![
        script(WorkPhase::Set, "set", Expect::Success),
        script(WorkPhase::Test, "test", Expect::True),
    ]
}

fn outcome(end: End) -> Outcome {
    Outcome { end, output: String::new(), started_ms: 0, ended_ms: 1 }
}

/// Runs the next works with these ends.
fn run(execution: &mut Execution, ends: impl IntoIterator<Item = End>) {
    for end in ends {
        let Next::Work(at, _) = execution.next(NOW) else {
            panic!("nothing comes next for {end:?}");
        };
        let applied = execution.apply(&Progress::Started(at));
        applied.expect("what comes next can start");
        let applied = execution.apply(&Progress::Finished(at, outcome(end)));
        applied.expect("what runs can end");
    }
}

fn states(execution: &Execution) -> Vec<StepState> {
    execution.results().map(|each| each.state.clone()).collect()
}

fn answer(answer: bool) -> End {
    End::Answer { answer, code: i32::from(!answer) }
}

#[test]
fn a_technician_reads_why() {
    let found = |version: &str| End::Detected(Some(version.to_owned()));
    let uninstall =
        vec![script(WorkPhase::Uninstall, "uninstall", Expect::Success), probe(Expect::Absent)];
    let table: Vec<(Vec<Work>, Vec<End>, &str)> = vec![
        (
            install("2"),
            vec![End::Exit(0), End::Detected(None)],
            "exit code 0, but nothing is detected afterwards",
        ),
        (
            install("2"),
            vec![End::Exit(0), found("1")],
            "exit code 0, but version 1 is detected afterwards, not 2 or newer",
        ),
        (install("2"), vec![End::Exit(5)], "exit code 5"),
        (install("2"), vec![End::TimedOut], "killed after 30s"),
        (
            install("2"),
            vec![End::Failed("no such interpreter: pwsh".into())],
            "no such interpreter: pwsh",
        ),
        (
            enforce(),
            vec![End::Exit(0), answer(false)],
            "set exited 0, but its test still says false",
        ),
        (enforce(), vec![End::Exit(0), End::TimedOut], "the test was killed after 30s"),
        (uninstall, vec![End::Exit(0), found("1")], "exit code 0, but version 1 is still detected"),
        (install("2"), vec![End::Fetched], "the outcome does not fit what was asked for"),
    ];
    for (works, ends, expected) in table {
        let mut execution = Execution::new(vec![step("software/x", Act::Install, works)]);
        run(&mut execution, ends.clone());
        let state = StepState::Failed(None, expected.to_owned());
        assert_eq!(states(&execution), [state], "{ends:?}");
        assert_eq!(execution.next(NOW), Next::Done);
    }
}

#[test]
fn success_is_what_its_codes_say() {
    for (code, passed) in [(0, true), (3010, true), (1, false)] {
        let mut execution = Execution::new(vec![step("software/x", Act::Install, install("2"))]);
        run(&mut execution, [End::Exit(code)]);
        assert_eq!(execution.is_over(), !passed, "exit code {code}");
    }
}

#[test]
fn another_attempt_follows_while_attempts_remain() {
    let mut x = step("software/x", Act::Install, install("2"));
    x.attempts = 2;
    let mut execution = Execution::new(vec![x]);
    run(&mut execution, [End::Exit(1), End::Exit(0), End::Detected(Some("2.1".into()))]);
    assert_eq!(states(&execution), [StepState::Passed]);
    let results: Vec<_> = execution.results().collect();
    let attempts: Vec<u32> = results[0].log.iter().map(|entry| entry.at.attempt).collect();
    assert_eq!(attempts, [1, 2, 2]);
}

#[test]
fn a_dependant_of_what_failed_never_starts_and_others_go_on() {
    let a = step("software/a", Act::Install, install("1"));
    let mut b = step("software/b", Act::Install, install("1"));
    b.waits_for = vec![Item::software("a")];
    let c = step("software/c", Act::Install, install("1"));
    let mut execution = Execution::new(vec![a, b, c]);
    run(&mut execution, [End::Exit(1), End::Exit(0), End::Detected(Some("1".into()))]);
    let why = "software/a failed, which it needs".to_owned();
    assert_eq!(
        states(&execution)[1..],
        [StepState::Failed(Some(Reason::PrerequisiteFailed), why), StepState::Passed]
    );
    let shown: Vec<_> =
        execution.results().map(|each| (each.status().word(), each.state.result())).collect();
    assert_eq!(shown[1], ("skipped", Some(ActionResult::Failed)));
}

#[test]
fn what_is_known_to_fail_fails_its_dependants_and_its_patch() {
    let mut known = step("software/a", Act::None, Vec::new());
    known.reason = Reason::NoLicence;
    let patch = step("software/a", Act::Update, install("2"));
    let mut b = step("software/b", Act::Install, install("1"));
    b.waits_for = vec![Item::software("a")];
    let execution = Execution::new(vec![known, patch, b]);
    assert_eq!(execution.next(NOW), Next::Done, "nothing starts");
    let failed = |state: &StepState| matches!(state, StepState::Failed(Some(_), _));
    assert!(states(&execution).iter().all(failed), "{execution:?}");
}

#[test]
fn a_gate_that_holds_ends_its_step() {
    let mut works = enforce();
    works.insert(0, script(WorkPhase::Test, "test", Expect::TrueEndsStep));
    let gated = step("task/t", Act::Set, works);
    let mut execution = Execution::new(vec![gated.clone()]);
    run(&mut execution, [answer(true)]);
    assert_eq!(states(&execution), [StepState::Passed]);
    let mut execution = Execution::new(vec![gated]);
    run(&mut execution, [answer(false), End::Exit(0), answer(true)]);
    assert_eq!(states(&execution), [StepState::Passed]);
}

#[test]
fn what_runs_may_end_after_a_cancel_and_nothing_else_starts() {
    let two = || {
        vec![
            step("software/a", Act::Install, install("1")),
            step("software/b", Act::Install, install("1")),
        ]
    };
    for (end, expected) in [
        (End::Exit(0), StepState::Cancelled),
        (End::Killed, StepState::Cancelled),
        (End::Exit(5), StepState::Failed(None, "exit code 5".into())),
    ] {
        let mut execution = Execution::new(two());
        let Next::Work(at, _) = execution.next(NOW) else { panic!("a work comes first") };
        execution.apply(&Progress::Started(at)).expect("starts");
        execution.apply(&Progress::Cancelled).expect("always");
        assert_eq!(states(&execution), [StepState::Running, StepState::Cancelled]);
        let finished = Progress::Finished(at, outcome(end));
        execution.apply(&finished).expect("ends");
        assert_eq!(states(&execution), [expected, StepState::Cancelled]);
        assert_eq!(execution.next(NOW), Next::Done);
    }
}

#[test]
fn a_repeated_or_foreign_entry_changes_nothing() {
    let mut execution = Execution::new(vec![step("software/a", Act::Install, install("1"))]);
    let Next::Work(at, _) = execution.next(NOW) else { panic!("a work comes first") };
    let started = Progress::Started(at);
    let finished = Progress::Finished(at, outcome(End::Exit(0)));
    assert_eq!(execution.apply(&finished), Err(Inconsistent::NotRunning(at)));
    execution.apply(&started).expect("starts");
    let before = execution.clone();
    assert_eq!(execution.apply(&started), Err(Inconsistent::NotNext(at)));
    let elsewhere = At { step: 7, ..at };
    let foreign = Progress::Interrupted(elsewhere);
    assert_eq!(execution.apply(&foreign), Err(Inconsistent::NotRunning(elsewhere)));
    assert_eq!(execution, before);
}

#[test]
fn an_interrupted_install_is_looked_at_before_anything_else() {
    for (found, next) in [(Some("1".to_owned()), None), (None, Some(0))] {
        let mut execution = Execution::new(vec![step("software/a", Act::Install, install("1"))]);
        let at = At { step: 0, attempt: 1, work: 0 };
        execution.apply(&Progress::Started(at)).expect("starts");
        assert_eq!(execution.running(), Some(at));
        execution.apply(&Progress::Interrupted(at)).expect("ran");
        let Next::Work(look, work) = execution.next(NOW) else { panic!("a look comes next") };
        assert_eq!((look.work, work.phase), (At::LOOK, WorkPhase::Detect));
        run(&mut execution, [End::Detected(found)]);
        let following = match execution.next(NOW) {
            Next::Work(at, _) => Some(at.work),
            Next::Held(_) | Next::Done => None,
        };
        assert_eq!(following, next);
    }
}

#[test]
fn a_step_that_is_interrupted_without_end_is_given_up() {
    let mut execution = Execution::new(vec![step("software/a", Act::Install, install("1"))]);
    let mut interruptions = 0;
    while let Next::Work(at, _) = execution.next(NOW) {
        execution.apply(&Progress::Started(at)).expect("starts");
        execution.apply(&Progress::Interrupted(at)).expect("ran");
        interruptions += 1;
    }
    assert_eq!(interruptions, MAX_INTERRUPTIONS + 1);
    assert_eq!(states(&execution), [StepState::Failed(None, "interrupted 6 times".into())]);
}

#[test]
fn what_was_found_last_is_told() {
    let mut execution = Execution::new(vec![
        step("software/a", Act::Install, install("1")),
        step("task/t", Act::Set, enforce()),
    ]);
    let found = End::Detected(Some("1.5".into()));
    run(&mut execution, [End::Exit(0), found, End::Exit(0), answer(true)]);
    let told: Vec<_> = execution.findings().into_iter().map(|each| each.found).collect();
    let version = Some("1.5".to_owned());
    assert_eq!(
        told,
        [
            crate::order::Found::Software { version, test: None, offered: None },
            crate::order::Found::Answer { answer: true, changes: String::new() }
        ]
    );
}

#[test]
fn what_waits_for_a_person_has_not_failed_and_neither_have_its_dependants() {
    let set = || script(WorkPhase::Set, "set", Expect::Success);
    let mut dependant = step("task/b", Act::Set, vec![set()]);
    dependant.waits_for = vec![Item::task("a")];
    let steps = vec![
        step("task/a", Act::Set, vec![set()]),
        dependant,
        step("task/c", Act::Set, vec![set()]),
    ];
    let mut execution = Execution::new(steps);
    let at = At { step: 0, attempt: 1, work: 0 };
    execution.apply(&Progress::Started(at)).expect("it comes next");
    let end = End::Pending(Pending::LoggedOn);
    let outcome = Outcome { end, output: String::new(), started_ms: 1, ended_ms: 2 };
    execution.apply(&Progress::Finished(at, outcome)).expect("it runs");
    let shown: Vec<_> = execution.results().map(|one| (one.status(), one.state.result())).collect();
    assert_eq!(
        shown,
        [(ActionStatus::Held, None), (ActionStatus::Held, None), (ActionStatus::Waiting, None)]
    );
}
