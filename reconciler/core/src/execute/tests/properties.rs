//! Properties: whatever the steps, and wherever the agent is killed.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::computer::{Computer, Thing};
use super::{NOW, at_least, outcome, probe, script, step};
use crate::execute::{At, Execution, MAX_INTERRUPTIONS, Next, Progress, StepState};
use crate::item::{Act, Item};
use crate::order::{Artifact, Expect, Step, What, Work, WorkPhase};

/// What is to be done, as lowering would write it, and how the computer stands before.
#[derive(Debug, Clone)]
struct Job {
    kind: Kind,
    /// The script of the change: one that works, one that lies, one that fails.
    change: &'static str,
    post: bool,
    test: bool,
    download: bool,
    attempts: u32,
    /// The earlier jobs it waits for, by their distance.
    waits: Vec<usize>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Install,
    UpdateOver,
    UpdateByRemoval,
    RepairOver,
    RepairByRemoval,
    Uninstall,
    Set,
    GatedSet,
    KnownToFail,
}

fn job() -> impl Strategy<Value = Job> {
    let kind = select(vec![
        Kind::Install,
        Kind::UpdateOver,
        Kind::UpdateByRemoval,
        Kind::RepairOver,
        Kind::RepairByRemoval,
        Kind::Uninstall,
        Kind::Set,
        Kind::GatedSet,
        Kind::KnownToFail,
    ]);
    let change = select(vec!["works", "works", "works", "lie", "fail"]);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    let waits = prop::collection::vec(1_usize..4, 0..2);
    (kind, change, flags, 1_u32..4, waits).prop_map(
        |(kind, change, (post, test, download), attempts, waits)| Job {
            kind,
            change,
            post,
            test,
            download,
            attempts,
            waits,
        },
    )
}

impl Job {
    fn item(&self, index: usize) -> Item {
        match self.kind {
            Kind::Set | Kind::GatedSet => Item::task(&format!("t{index}")),
            _ => Item::software(&format!("s{index}")),
        }
    }

    fn before(&self) -> Thing {
        let version = match self.kind {
            Kind::Install | Kind::Set | Kind::GatedSet | Kind::KnownToFail => None,
            _ => Some(1),
        };
        Thing {
            version,
            broken: matches!(self.kind, Kind::RepairOver | Kind::RepairByRemoval),
            ..Thing::default()
        }
    }

    fn act(&self) -> Act {
        match self.kind {
            Kind::Install => Act::Install,
            Kind::UpdateOver | Kind::UpdateByRemoval => Act::Update,
            Kind::RepairOver | Kind::RepairByRemoval => Act::Repair,
            Kind::Uninstall => Act::Uninstall,
            Kind::Set | Kind::GatedSet => Act::Set,
            Kind::KnownToFail => Act::None,
        }
    }

    fn step(&self, index: usize, all: &[Job]) -> Step {
        let waits = self.waits.iter().filter_map(|back| index.checked_sub(*back));
        Step {
            attempts: self.attempts,
            waits_for: waits.map(|other| all[other].item(other)).collect(),
            ..step(&self.item(index).to_string(), self.act(), self.works())
        }
    }

    fn works(&self) -> Vec<Work> {
        let mut works = Vec::new();
        if self.download && !matches!(self.kind, Kind::KnownToFail) {
            works.push(Work {
                phase: WorkPhase::Download,
                what: What::Fetch(Vec::<Artifact>::new()),
                expect: Expect::Success,
            });
        }
        match self.kind {
            Kind::Install | Kind::UpdateOver => self.install(&mut works, at_least("2")),
            Kind::RepairOver => self.install(&mut works, Expect::Present),
            Kind::UpdateByRemoval => {
                self.remove(&mut works, "uninstall");
                self.install(&mut works, at_least("2"));
            }
            Kind::RepairByRemoval => {
                self.remove(&mut works, "uninstall");
                self.install(&mut works, Expect::Present);
            }
            Kind::Uninstall => self.remove(&mut works, self.named("uninstall")),
            Kind::Set => self.set(&mut works),
            Kind::GatedSet => {
                let gate = script(WorkPhase::Test, "test-task", Expect::TrueEndsStep);
                works.push(gate);
                self.set(&mut works);
            }
            Kind::KnownToFail => {}
        }
        works
    }

    fn named(&self, working: &'static str) -> &'static str {
        if self.change == "works" { working } else { self.change }
    }

    fn install(&self, works: &mut Vec<Work>, expect: Expect) {
        let name = self.named("install");
        works.push(script(WorkPhase::Install, name, Expect::Success));
        works.push(probe(expect));
        if self.post {
            works.push(script(WorkPhase::Post, "post", Expect::Success));
        }
        if self.test || matches!(self.act(), Act::Repair) {
            works.push(script(WorkPhase::Test, "test-software", Expect::True));
        }
    }

    fn remove(&self, works: &mut Vec<Work>, name: &str) {
        works.push(script(WorkPhase::Uninstall, name, Expect::Success));
        works.push(probe(Expect::Absent));
        if self.post {
            works.push(script(WorkPhase::Post, "post", Expect::Success));
        }
    }

    fn set(&self, works: &mut Vec<Work>) {
        works.push(script(WorkPhase::Set, self.named("set"), Expect::Success));
        works.push(script(WorkPhase::Test, "test-task", Expect::True));
    }
}

fn world(jobs: &[Job]) -> (Vec<Step>, Computer) {
    let steps = jobs.iter().enumerate().map(|(index, job)| job.step(index, jobs));
    let things = jobs.iter().enumerate();
    let computer = Computer::of(things.map(|(index, job)| (job.item(index), job.before())));
    (steps.collect(), computer)
}

/// What befalls one work.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Undisturbed,
    KilledBeforeItTookEffect,
    KilledAfterwards,
}

/// Carries out the steps, and checks on the way what must always hold.
fn carry_out(steps: &[Step], computer: &mut Computer, fates: &[Fate]) -> Execution {
    let mut execution = Execution::new(steps.to_vec());
    let mut journal: Vec<Progress> = Vec::new();
    let mut started: BTreeSet<At> = BTreeSet::new();
    let mut cut = vec![0_u32; steps.len()];
    let mut fates = fates.iter().copied();
    while let Next::Work(at, work) = execution.next(NOW) {
        assert!(started.insert(at), "{at:?} starts twice");
        let work = work.clone();
        note(&mut execution, &mut journal, Progress::Started(at));
        let bounded = cut[at.step as usize] < MAX_INTERRUPTIONS;
        let fate = fates.next().filter(|_| bounded).unwrap_or(Fate::Undisturbed);
        let end = (fate != Fate::KilledBeforeItTookEffect)
            .then(|| computer.run(&steps[at.step as usize], &work));
        let Some(end) = end.filter(|_| fate == Fate::Undisturbed) else {
            cut[at.step as usize] += 1;
            execution = replay(steps, &journal);
            assert_eq!(execution.running(), Some(at), "the journal tells what was cut off");
            note(&mut execution, &mut journal, Progress::Interrupted(at));
            continue;
        };
        note(&mut execution, &mut journal, Progress::Finished(at, outcome(end)));
        assert!(journal.len() < 2000, "it does not end");
    }
    assert_eq!(replay(steps, &journal), execution, "a replay gives the same state");
    execution
}

fn note(execution: &mut Execution, journal: &mut Vec<Progress>, progress: Progress) {
    let applied = execution.apply(&progress);
    applied.expect("the driver follows the machine");
    journal.push(progress);
}

fn replay(steps: &[Step], journal: &[Progress]) -> Execution {
    let mut execution = Execution::new(steps.to_vec());
    for progress in journal {
        execution.apply(progress).expect("a journal fits its steps");
    }
    execution
}

fn ends(execution: &Execution) -> Vec<&'static str> {
    let each = execution.results().map(|each| match each.state {
        StepState::Waiting => "waiting",
        StepState::Running => "running",
        StepState::Passed => "passed",
        StepState::Failed(..) => "failed",
        StepState::Pending(_) => "pending",
        StepState::Held(_) => "held",
        StepState::Cancelled => "cancelled",
    });
    each.collect()
}

fn fate() -> impl Strategy<Value = Fate> {
    use Fate::{KilledAfterwards, KilledBeforeItTookEffect, Undisturbed};
    select(vec![Undisturbed, Undisturbed, KilledAfterwards, KilledBeforeItTookEffect])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn crashes_change_nothing_in_the_end(
        jobs in prop::collection::vec(job(), 1..6),
        fates in prop::collection::vec(fate(), 0..40),
    ) {
        let (steps, before) = world(&jobs);
        let (mut calm, mut stormy) = (before.clone(), before);
        let undisturbed = carry_out(&steps, &mut calm, &[]);
        let disturbed = carry_out(&steps, &mut stormy, &fates);
        prop_assert_eq!(ends(&undisturbed), ends(&disturbed), "{:#?}", disturbed);
        prop_assert_eq!(calm, stormy);
        prop_assert!(undisturbed.is_over() && disturbed.is_over());
    }

    #[test]
    fn a_cancel_lets_nothing_start(
        jobs in prop::collection::vec(job(), 1..6),
        after in 0_usize..12,
        running in any::<bool>(),
    ) {
        let (steps, mut computer) = world(&jobs);
        let mut execution = Execution::new(steps.clone());
        let mut count = 0;
        while let Next::Work(at, work) = execution.next(NOW) {
            let work = work.clone();
            if count == after && !running {
                break;
            }
            execution.apply(&Progress::Started(at)).expect("comes next");
            if count == after {
                break;
            }
            let end = computer.run(&steps[at.step as usize], &work);
            execution.apply(&Progress::Finished(at, outcome(end))).expect("runs");
            count += 1;
        }
        execution.apply(&Progress::Cancelled).expect("always");
        if let Some(at) = execution.running() {
            execution.apply(&Progress::Interrupted(at)).expect("runs");
        }
        prop_assert_eq!(execution.next(NOW), Next::Done);
        prop_assert_eq!(execution.remaining_steps().count(), 0);
    }
}
