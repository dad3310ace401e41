//! Executing: the core's executor says what comes next, the journal knows before it starts.

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use ordain_core::execute::{At, End, Execution, Next, Outcome, Progress};
use ordain_core::order::{
    Expect, Probe, Restarts, Run, RunWhat, Step, Timestamp, What, Work, WorkPhase,
};
use ordain_wire::{AtSpec, KeptSpec, ReportBody};

use super::detection::succeeded;
use super::{Carrier, Desk, native, now_ms, scripts_of_step};
use crate::command::chain;
use crate::detect::Found;
use crate::fetch::FetchError;
use crate::journal::{OrderId, Running, Starting};
use crate::kill_point;
use crate::platform::processes::Process;
use crate::run::answer::answer;
use crate::run::output::{Bounded, LIMIT};
use crate::run::{CannotRun, Ended, Watch, Way};

/// How long a restart may take to begin, as it is written down, in milliseconds.
const REBOOT_TIME_MS: i64 = 15 * 60 * 1000;
/// How long a probe that is no script may take, as it is written down, in milliseconds.
const PROBE_TIME_MS: i64 = 5 * 60 * 1000;

impl Carrier {
    pub(super) fn execute(&mut self, order: &OrderId, steps: Vec<Step>, restarts: Restarts) {
        let scripts: Vec<_> = steps.iter().flat_map(scripts_of_step).collect();
        let mut execution = Execution::with_restarts(steps, restarts);
        self.replay(order, &mut execution);
        if let Some(at) = execution.running()
            && !self.is_back(order, &mut execution, at)
        {
            let run = run_at(&execution, at);
            self.settle_orphan(order, at, run.as_ref());
            note(&self.desk, order, &mut execution, Progress::Interrupted(at));
        }
        self.fetch(order, scripts.into_iter());
        loop {
            if self.desk.stop.is_requested(&order.session) && !execution.is_cancelled() {
                note(&self.desk, order, &mut execution, Progress::Cancelled);
            }
            let now = now();
            match execution.next(now) {
                Next::Work(at, work) => {
                    let work = work.clone();
                    self.work(order, &mut execution, at, &work);
                }
                Next::Held(step) => {
                    tracing::info!(order = order.number, step, "a step is held back");
                    note(&self.desk, order, &mut execution, Progress::Held { step, at: now });
                }
                Next::Done => return,
            }
        }
    }

    /// Brings the execution to where the journal says it stood.
    fn replay(&self, order: &OrderId, execution: &mut Execution) {
        let reports = match self.desk.journal().reports_of(order.number) {
            Ok(reports) => reports,
            Err(error) => {
                tracing::error!(order = order.number, error = %chain(&error), "the journal cannot be read back");
                Vec::new()
            }
        };
        for report in reports {
            let ReportBody::Progress(progress) = report.body else { continue };
            let applied = match Progress::try_from(progress) {
                Ok(progress) => execution.apply(&progress).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = applied {
                tracing::error!(
                    order = order.number,
                    seq = report.seq,
                    error,
                    "a journal entry does not fit"
                );
            }
        }
    }

    fn work(&mut self, order: &OrderId, execution: &mut Execution, at: At, work: &Work) {
        let spec = AtSpec::from(at);
        let starting = self.starting(order.number, spec, work);
        kill_point::reach("before-start");
        self.desk.insist(|journal| journal.start(&order.session, starting.clone()));
        self.desk.reported.notify_one();
        apply(order, execution, &Progress::Started(at));
        kill_point::reach("after-start-journaled");
        let started_ms = now_ms();
        let Worked { end, output, kept } =
            self.run_work(order, execution, spec, &starting.marker, work);
        kill_point::reach("after-run");
        let outcome = Outcome { end, output, started_ms, ended_ms: now_ms() };
        tracing::info!(order = order.number, step = at.step, phase = %work.phase, end = ?outcome.end, "work ended");
        // What was handed back is durable together with the end of what handed it back.
        let progress = Progress::Finished(at, outcome);
        let mut bodies: Vec<ReportBody> = kept.into_iter().map(ReportBody::Kept).collect();
        bodies.push(ReportBody::Progress(progress.clone().into()));
        self.desk.report(order, &bodies);
        apply(order, execution, &progress);
        kill_point::reach("after-finish-journaled");
    }

    fn starting(&self, order: u64, at: AtSpec, work: &Work) -> Starting {
        let time_ms = match &work.what {
            What::Run(run) | What::Probe(Probe::Script(run)) => {
                i64::try_from(run.timeout_seconds).unwrap_or(i64::MAX / 2).saturating_mul(1000)
            }
            What::Reboot(_) => REBOOT_TIME_MS,
            What::Probe(_) | What::Fetch(_) => PROBE_TIME_MS,
        };
        Starting {
            order,
            at,
            marker: self.marker(order, at),
            boot_id: self.platform.boot_id(),
            session: Process::myself().map_or(0, |me| me.session),
            package: matches!(&work.what, What::Run(Run { what: RunWhat::Package { .. }, .. })),
            deadline_ms: now_ms().saturating_add(time_ms),
        }
    }

    /// The marker of a run: unique on this computer, and a plain file name.
    pub(super) fn marker(&self, order: u64, at: AtSpec) -> String {
        let look = At::LOOK == at.work;
        let work = if look { "look".to_owned() } else { at.work.to_string() };
        format!("{:08x}.{order}.{}.{}.{work}", self.nonce, at.step, at.attempt)
    }

    fn run_work(
        &mut self,
        order: &OrderId,
        execution: &mut Execution,
        at: AtSpec,
        marker: &str,
        work: &Work,
    ) -> Worked {
        let desk = self.desk.clone();
        let kept = RefCell::new(Kept::new(self.stream(order.number, at)));
        let now = now();
        let stops_at = execution.stops_at(now);
        let stopped = Cell::new(false);
        let left = |at: Timestamp| Duration::try_from(at.duration_since(now)).unwrap_or_default();
        let mut watch = Watch {
            stop: &desk.stop,
            session: &order.session,
            until: stops_at.map(|at| Instant::now() + left(at)),
            started: Some(&mut |process| {
                let running =
                    Running { order: order.number, pid: process.pid, started: process.started };
                // A lost pid costs precision after a crash, no more.
                if let Err(error) = desk.journal().running(running) {
                    tracing::warn!(error = %chain(&error), "the process could not be written down");
                }
                kill_point::reach("during-run");
            }),
            // Why it stops is written down before anything is killed.
            stopping: Some(&mut || {
                if stopped.replace(true) {
                    return;
                }
                if desk.stop.is_requested(&order.session) {
                    if !execution.is_cancelled() {
                        note(&desk, order, execution, Progress::Cancelled);
                    }
                } else if let Some(stops_at) = stops_at {
                    let progress = Progress::Held { step: at.step, at: stops_at.max(now) };
                    note(&desk, order, execution, progress);
                }
            }),
            printed: &mut |bytes| kept.borrow_mut().take(bytes),
        };
        match &work.what {
            What::Probe(probe) => {
                let found = self.detectors.probe(probe, &self.runner, marker, &mut watch);
                // The next piece of work may change what was looked at.
                self.detectors.let_go();
                self.runner.let_go();
                let output = kept.borrow().bounded.text();
                (probed(found, stopped.get()), output).into()
            }
            What::Run(run) => {
                let looks =
                    matches!(work.phase, WorkPhase::Detect | WorkPhase::Test | WorkPhase::Get);
                if let RunWhat::Ensure(all) = &run.what {
                    let shift = native::Shifted {
                        settings: &mut self.settings,
                        platform: &*self.platform,
                        runner: &self.runner,
                        marker,
                        run,
                    };
                    return shift.carry_out(&desk, all, looks, &mut watch).into();
                }
                if let Some(worked) = self.before(order, run, looks) {
                    return worked;
                }
                let ended = if looks {
                    self.runner.look(run, marker, &mut watch)
                } else {
                    self.runner.change(run, marker, &mut watch)
                };
                let (kept, fault) = self.handed(run, &ended);
                let (end, output) = judged(work, run, ended);
                Worked { end: fault.unwrap_or(end), output, kept }
            }
            What::Reboot(reboot) => self.restart(order, reboot, marker, &mut watch).into(),
            What::Fetch(artifacts) => {
                let fetched = self.runner.fetch(artifacts, &|| watch.stops());
                match fetched {
                    Ok(told) => (End::Fetched, told),
                    Err(FetchError::Stopped(_)) => {
                        watch.stopping();
                        (End::Killed, String::new())
                    }
                    Err(error) => (End::Failed(chain(&error)), String::new()),
                }
                .into()
            }
        }
    }
}

/// Now, by this computer's clock.
fn now() -> Timestamp {
    Timestamp::from_millisecond(now_ms()).unwrap_or_default()
}

/// What runs at a place of the steps, where anything does.
fn run_at(execution: &Execution, at: At) -> Option<Run> {
    let spec = AtSpec::from(at);
    let each = execution.results().nth(usize::try_from(spec.step).ok()?)?;
    match &each.step.works.get(usize::try_from(spec.work).ok()?)?.what {
        What::Run(run) => Some(run.clone()),
        What::Probe(_) | What::Fetch(_) | What::Reboot(_) => None,
    }
}

/// What came of a piece of work.
pub(super) struct Worked {
    pub(super) end: End,
    pub(super) output: String,
    /// What is kept beyond the session.
    pub(super) kept: Vec<KeptSpec>,
}

impl From<(End, String)> for Worked {
    fn from((end, output): (End, String)) -> Self {
        Self { end, output, kept: Vec::new() }
    }
}

/// Writes an entry down, then lets it count.
pub(super) fn note(desk: &Desk, order: &OrderId, execution: &mut Execution, progress: Progress) {
    desk.report(order, &[ReportBody::Progress(progress.clone().into())]);
    apply(order, execution, &progress);
}

fn apply(order: &OrderId, execution: &mut Execution, progress: &Progress) {
    if let Err(error) = execution.apply(progress) {
        tracing::error!(order = order.number, %error, "an entry does not fit the execution");
    }
}

fn probed(found: Found, stopped: bool) -> End {
    match found {
        Ok(version) => End::Detected(version),
        Err(_) if stopped => End::Killed,
        Err(message) => End::Failed(message),
    }
}

fn judged(work: &Work, run: &Run, ended: Result<Ended, CannotRun>) -> (End, String) {
    let ended = match ended {
        Ok(ended) => ended,
        Err(error) => {
            let end = match error.pending() {
                Some(what) => End::Pending(what),
                None => End::Failed(chain(&error)),
            };
            let told = match end {
                End::Pending(_) => chain(&error),
                _ => String::new(),
            };
            return (end, told);
        }
    };
    let end = match ended.way {
        Way::TimedOut => End::TimedOut,
        Way::Stopped => End::Killed,
        Way::Exit(code)
            if work.phase == WorkPhase::Test
                || matches!(work.expect, Expect::True | Expect::False | Expect::TrueEndsStep) =>
        {
            End::Answer { answer: answer(&ended.answer, code, &run.success_codes), code }
        }
        Way::Exit(code)
            if ended.disk_full && !succeeded(run, code) && !run.reboot_codes.contains(&code) =>
        {
            End::Failed(format!(
                "it ended with exit code {code}, and the disk that takes its output, the one of the agent's data folder, is full"
            ))
        }
        Way::Exit(code) => End::Exit(code),
    };
    (end, ended.output)
}

/// Keeps what a probe prints, and streams it.
struct Kept<F> {
    bounded: Bounded,
    stream: F,
}

impl<F: FnMut(&[u8])> Kept<F> {
    fn new(stream: F) -> Self {
        Self { bounded: Bounded::new(LIMIT), stream }
    }

    fn take(&mut self, bytes: &[u8]) {
        self.bounded.push(bytes);
        (self.stream)(bytes);
    }
}
