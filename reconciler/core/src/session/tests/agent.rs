//! A simulated agent: journal first, one order at a time, reports repeated.

use std::sync::Arc;

use jiff::Timestamp;

use crate::execute::{At, End, Execution, Next, Outcome, Progress};
use crate::item::Item;
use crate::order::{Found, Task, WorkPhase};
use crate::session::{Event, Report};

/// The agent of one computer. Items whose name begins with `bad` do not install.
#[derive(Debug, Clone, Default)]
pub(super) struct Agent {
    /// Its journal of reports: the order's number, and what it says; the place is the number.
    pub(super) journal: Vec<(u64, Report)>,
    /// The first report that the controller may not have.
    pub(super) next: usize,
    highest: u64,
    current: Option<(u64, Arc<Task>, Option<Execution>)>,
    /// What its clock shows.
    pub(super) now: Timestamp,
    /// How often the task `guard` was tested; it says no the first two times.
    asked: u32,
    /// What is installed.
    pub(super) installed: Vec<Item>,
    /// Every process that was started.
    pub(super) started: Vec<(u64, crate::execute::At)>,
}

impl Agent {
    /// Takes an order; none, or the refusal.
    pub(super) fn receive(&mut self, number: u64, task: &Arc<Task>) -> Option<Event> {
        if number < self.highest {
            return Some(refused(number, "stale"));
        }
        if number == self.highest {
            let (_, known, _) = self.current.as_ref().expect("the highest order is kept");
            assert_eq!(known, task, "an order's content never changes");
            self.next = 0;
            return None;
        }
        if self.current.is_some() && !self.is_idle() {
            return Some(refused(number, "busy"));
        }
        self.highest = number;
        self.note(number, Report::Accepted);
        let execution = match &**task {
            Task::Detect(_) => None,
            Task::Execute { steps, restarts } => {
                Some(Execution::with_restarts(steps.clone(), restarts.clone()))
            }
        };
        self.current = Some((number, Arc::clone(task), execution));
        None
    }

    pub(super) fn is_idle(&self) -> bool {
        let Some((_, last)) = self.journal.last() else { return true };
        *last == Report::Ended
    }

    /// Stops what it does.
    pub(super) fn cancel(&mut self, order: u64) {
        let Some((number, _, Some(execution))) = &mut self.current else {
            return;
        };
        if *number != order || execution.is_over() {
            return;
        }
        execution.apply(&Progress::Cancelled).expect("always");
        self.note(order, Report::Progress(Progress::Cancelled));
    }

    /// Does one thing of what it was asked to do.
    pub(super) fn work(&mut self) {
        if self.is_idle() {
            return;
        }
        let Some((number, task, execution)) = &mut self.current else {
            return;
        };
        let number = *number;
        let Some(execution) = execution else {
            let Task::Detect(checks) = &**task else { panic!("only detections have no execution") };
            let asked = &mut self.asked;
            let findings = checks.iter().map(|check| crate::order::Finding {
                item: check.item.clone(),
                found: if check.item == Item::task("guard") {
                    *asked += 1;
                    Found::Answer { answer: *asked > 2, changes: String::new() }
                } else {
                    Found::Software { version: None, test: None, offered: None }
                },
            });
            let report = Report::Detected(findings.collect());
            self.note(number, report);
            self.note(number, Report::Ended);
            return;
        };
        let progress = match execution.next(self.now) {
            Next::Done => {
                self.note(number, Report::Ended);
                return;
            }
            Next::Work(at, _)
                if execution.running() == Some(at) && at.step >= At::RESTART_START =>
            {
                let output = String::new();
                let outcome = Outcome { end: End::Exit(0), output, started_ms: 0, ended_ms: 0 };
                Progress::Finished(at, outcome)
            }
            Next::Work(at, work) if execution.running() == Some(at) => {
                let item = &execution.steps()[at.step as usize].item;
                let good = !item.name().starts_with("bad");
                let end = match work.phase {
                    WorkPhase::Install if good => {
                        self.installed.push(item.clone());
                        End::Exit(0)
                    }
                    WorkPhase::Install => End::Exit(5),
                    _ => End::Detected(self.installed.contains(item).then(|| "2".to_owned())),
                };
                let output = String::new();
                let (started_ms, ended_ms) = (0, 0);
                let outcome = Outcome { end, output, started_ms, ended_ms };
                Progress::Finished(at, outcome)
            }
            Next::Held(step) => Progress::Held { step, at: self.now },
            Next::Work(at, _) => {
                self.started.push((number, at));
                Progress::Started(at)
            }
        };
        execution.apply(&progress).expect("the agent follows the machine");
        self.note(number, Report::Progress(progress));
    }

    /// Its program dies and starts again.
    pub(super) fn crash(&mut self) {
        let Some((number, _, Some(execution))) = &mut self.current else {
            return;
        };
        let number = *number;
        if let Some(at) = execution.running() {
            let progress = Progress::Interrupted(at);
            execution.apply(&progress).expect("it ran");
            self.note(number, Report::Progress(progress));
        }
    }

    /// The report at a place of the journal.
    pub(super) fn report(&self, place: usize) -> Option<Event> {
        let (order, report) = self.journal.get(place)?;
        Some(Event::Reported { order: *order, seq: place as u64, report: report.clone() })
    }

    fn note(&mut self, order: u64, report: Report) {
        self.journal.push((order, report));
    }
}

fn refused(order: u64, code: &str) -> Event {
    Event::Refused { order, code: code.to_owned(), message: String::new() }
}
