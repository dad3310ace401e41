//! Carrying orders out: the agent's own order of writing and doing, one thing at
//! a time, with the core's executor.

use jiff::Timestamp;
use ordain_agent::journal::{OrderId, Starting};
use ordain_core::execute::{At, End, Execution, Next, Outcome, Progress, StepState};
use ordain_core::order::{Task, What};
use ordain_wire::{AtSpec, ReportBody};

use super::Agent;

impl Agent {
    /// Does one thing of what it was asked to do; false where there is nothing.
    pub(crate) fn act(&mut self, now: Timestamp) -> bool {
        let now = self.now(now);
        if self.full {
            return false;
        }
        let Some(program) = &mut self.program else { return false };
        if program.execution.is_some() {
            return self.carry_on(now);
        }
        let Some(number) = program.journal.unfinished().first().copied() else { return false };
        let fresh = program.journal.take_fresh(number).map(|given| (given.id, given.task));
        let (id, task) = fresh.unwrap_or_else(|| {
            let order = program.journal.order(number).expect("readable").expect("taken in");
            let id = OrderId { number, session: order.session };
            (id, Task::try_from(order.body).expect("it made sense before").into())
        });
        match &*task {
            Task::Detect(checks) => {
                let findings = checks.iter().map(|check| self.computer.check(check).into());
                let found = ReportBody::Detected { findings: findings.collect() };
                self.note(&id, &[found, ReportBody::Ended]);
            }
            Task::Execute { steps, restarts } => {
                let execution = Execution::with_restarts(steps.clone(), restarts.clone());
                self.take_up(id, execution, now);
            }
        }
        true
    }

    /// Goes on with an execution where the journal says it stood.
    fn take_up(&mut self, id: OrderId, mut execution: Execution, now: Timestamp) {
        let Some(program) = &mut self.program else { return };
        for report in program.journal.reports_of(id.number).expect("readable") {
            if let ReportBody::Progress(progress) = report.body {
                let progress = Progress::try_from(progress).expect("it made sense before");
                execution.apply(&progress).expect("the journal fits the order");
            }
        }
        let Some(at) = execution.running() else {
            program.execution = Some((id, execution));
            return;
        };
        let starting = program.journal.starting(id.number, AtSpec::from(at));
        let restarted = starting.is_some_and(|one| one.boot_id != self.computer.boot_id());
        let step = execution.steps().get(at.step as usize);
        let work = step.and_then(|step| step.works.get(at.work as usize));
        let within = work.is_some_and(|work| matches!(work.what, What::Reboot(_)));
        let reboots = within || at.step >= At::RESTART_START;
        let progress = if reboots && restarted {
            Progress::Finished(at, outcome(End::Exit(0), now))
        } else {
            Progress::Interrupted(at)
        };
        program.execution = Some((id, execution));
        self.go_on(progress);
    }

    fn carry_on(&mut self, now: Timestamp) -> bool {
        let Some(program) = &mut self.program else { return false };
        let Some((id, execution)) = &mut program.execution else { return false };
        let (id, running) = (id.clone(), execution.running());
        if program.stops.contains(&id.session) && !execution.is_cancelled() {
            self.go_on(Progress::Cancelled);
            return true;
        }
        match execution.next(now) {
            Next::Work(at, work) if running == Some(at) => {
                let killed = execution.is_cancelled();
                // A restart around the steps has no step of its own.
                let step = execution.steps().get(at.step as usize).cloned();
                let work = work.clone();
                let boots = self.computer.boots;
                let end = match (&work.what, &step) {
                    _ if killed => End::Killed,
                    (What::Reboot(reboot), _) => self.computer.restart(reboot),
                    (_, Some(step)) => self.computer.work(step, &work),
                    (_, None) => unreachable!("whatever else is done belongs to a step"),
                };
                if self.computer.boots != boots {
                    // The computer goes down before anything more is written.
                    self.die();
                    return true;
                }
                self.go_on(Progress::Finished(at, outcome(end, now)));
            }
            Next::Work(at, _) => self.begin(&id, at),
            Next::Held(step) => self.go_on(Progress::Held { step, at: now }),
            Next::Done => {
                if self.note(&id, &[ReportBody::Ended])
                    && let Some(program) = &mut self.program
                    && let Some((_, execution)) = program.execution.take()
                {
                    program.stops.remove(&id.session);
                    self.ended.extend(execution.results().filter_map(|one| {
                        let passed = match one.state {
                            StepState::Passed => true,
                            StepState::Failed(..) => false,
                            _ => return None,
                        };
                        Some((id.session.clone(), one.step.item.to_string(), passed))
                    }));
                }
            }
        }
        true
    }

    /// Starts a piece of work: written down first.
    fn begin(&mut self, id: &OrderId, at: At) {
        let starting = Starting {
            order: id.number,
            at: AtSpec::from(at),
            marker: format!("{}.{}.{}.{}", id.number, at.step, at.attempt, at.work),
            boot_id: self.computer.boot_id(),
            session: 0,
            package: false,
            deadline_ms: i64::MAX,
        };
        if self.write(true, |journal| journal.start(&id.session, starting)).is_err() {
            return;
        }
        self.started.push((id.session.clone(), id.number, at));
        self.apply(&Progress::Started(at));
        self.report();
    }

    /// Writes an entry down, then lets it count.
    fn go_on(&mut self, progress: Progress) {
        let Some((id, _)) = self.program.as_ref().and_then(|one| one.execution.as_ref()) else {
            return;
        };
        let id = id.clone();
        if self.note(&id, &[ReportBody::Progress(progress.clone().into())]) {
            self.apply(&progress);
        }
    }

    fn apply(&mut self, progress: &Progress) {
        let execution = self.program.as_mut().and_then(|one| one.execution.as_mut());
        if let Some((_, execution)) = execution {
            execution.apply(progress).expect("the agent follows the machine");
        }
    }

    fn note(&mut self, id: &OrderId, bodies: &[ReportBody]) -> bool {
        let noted = self.write(true, |journal| journal.report(id, bodies)).is_ok();
        if noted {
            self.report();
        }
        noted
    }
}

fn outcome(end: End, now: Timestamp) -> Outcome {
    let ms = now.as_millisecond();
    Outcome { end, output: String::new(), started_ms: ms, ended_ms: ms }
}
