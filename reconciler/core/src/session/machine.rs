//! The machine itself: one state, one step, an exhaustive match.

use jiff::Timestamp;
use ordain_schema::document::Offline;

use crate::execute::{Execution, Progress};
use crate::order::{Check, Finding, Step, Task};
use crate::session::clock::Clock;
use crate::session::dispatch::{Dispatch, Refusal};
use crate::session::view::Stages;
use crate::session::{Created, Effect, Event, PlannedRow, Report, Stage, StageStatus, Status};

/// One session. See the module for what it guarantees.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub(super) created: Created,
    pub(super) state: State,
    pub(super) connected: bool,
    pub(super) stages: Stages,
    pub(super) revision: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) rows: Vec<PlannedRow>,
    pub(super) execution: Option<Execution>,
    pub(super) message: Option<String>,
    /// The last number that an order got.
    number: Option<u64>,
    pub(super) clock: Clock,
}

/// What a session is about right now.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    /// Its turn has not come.
    Created,
    /// The computer is needed first, and offline.
    Offline,
    /// Winners are being picked.
    Resolving,
    /// The computer is being looked at.
    Detecting(Dispatch),
    /// The plan is being made.
    Planning,
    /// The plan waits for its time.
    Awaiting(Timestamp),
    /// The plan is being carried out.
    Executing(Dispatch),
    /// It is over.
    Over(Status),
}

impl Session {
    /// A session whose turn has not come.
    pub fn new(created: Created) -> Self {
        Self {
            state: State::Created,
            connected: created.connected,
            stages: Stages::new(created.kind),
            revision: None,
            findings: Vec::new(),
            rows: Vec::new(),
            execution: None,
            message: None,
            number: None,
            clock: Clock::default(),
            created,
        }
    }

    /// The session that a journal tells of.
    pub fn replay(created: Created, events: impl IntoIterator<Item = (Timestamp, Event)>) -> Self {
        let mut session = Self::new(created);
        for (now, event) in events {
            session.step(event, now);
        }
        session
    }

    /// Takes in what happened, and says what is to be done.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.clock.tick(now);
        let effects = self.take(event, now);
        let running = self.status() == Status::Running;
        self.clock.run(running, now);
        if let State::Over(_) = self.state
            && self.clock.ended.is_none()
        {
            self.clock.ended = Some(now);
        }
        effects
    }

    /// What is outstanding: what a shell does after it has replayed the journal.
    pub fn pending(&self) -> Vec<Effect> {
        match &self.state {
            State::Created | State::Offline => Vec::new(),
            State::Resolving => vec![Effect::Resolve],
            State::Planning => vec![Effect::MakePlan],
            State::Awaiting(at) => vec![Effect::WakeAt(*at)],
            State::Detecting(dispatch) | State::Executing(dispatch) if self.connected => {
                dispatch.pending()
            }
            State::Detecting(_) | State::Executing(_) => Vec::new(),
            State::Over(status) => vec![Effect::Ended(*status)],
        }
    }

    fn take(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            _ if matches!(self.state, State::Over(_)) => Vec::new(),
            Event::Begun => self.begin(),
            Event::Connected => self.connect(),
            Event::Disconnected => {
                self.connected = false;
                Vec::new()
            }
            Event::Resolved { revision, checks } => self.resolved(revision, checks),
            Event::NotResolved(why) => match self.state {
                State::Resolving => self.fail(Stage::Resolution, why),
                _ => Vec::new(),
            },
            Event::Numbered(number) => self.numbered(number),
            Event::Planned { revision, rows, steps, observe, execute_at } => match self.state {
                State::Planning => {
                    self.revision = Some(revision);
                    self.rows = rows;
                    self.planned(steps, observe, execute_at.filter(|at| *at > now))
                }
                _ => Vec::new(),
            },
            Event::NotPlanned(why) => match self.state {
                State::Planning => self.fail(Stage::Detection, why),
                _ => Vec::new(),
            },
            Event::Reported { order, seq, report } => self.reported(order, seq, report),
            Event::Refused { order, code, message } => self.refused(order, &code, &message),
            Event::Cancelled => self.cancel(),
            Event::Lost(why) => self.lost(why),
            Event::Woken => match self.state {
                State::Awaiting(at) if at <= now => self.execute(),
                _ => self.pending(),
            },
        }
    }

    /// Numbers rise within a session; one that was given before is no news.
    fn numbered(&mut self, number: u64) -> Vec<Effect> {
        let news = self.number.is_none_or(|last| last < number);
        match &mut self.state {
            State::Detecting(dispatch) | State::Executing(dispatch) if news => {
                self.number = Some(number);
                dispatch.numbered(number)
            }
            _ => Vec::new(),
        }
    }

    fn begin(&mut self) -> Vec<Effect> {
        if self.state != State::Created {
            return Vec::new();
        }
        if self.created.kind.detects() && !self.connected {
            if self.created.offline == Offline::Skip {
                return self.end(Status::Missed);
            }
            self.state = State::Offline;
            return Vec::new();
        }
        self.resolve()
    }

    fn resolve(&mut self) -> Vec<Effect> {
        self.state = State::Resolving;
        self.stages.set(Stage::Resolution, StageStatus::Running);
        vec![Effect::Resolve]
    }

    fn connect(&mut self) -> Vec<Effect> {
        self.connected = true;
        match &self.state {
            State::Offline => self.resolve(),
            State::Detecting(dispatch) | State::Executing(dispatch) => dispatch.connected(),
            State::Created
            | State::Resolving
            | State::Planning
            | State::Awaiting(_)
            | State::Over(_) => Vec::new(),
        }
    }

    fn resolved(&mut self, revision: String, checks: Vec<Check>) -> Vec<Effect> {
        if self.state != State::Resolving {
            return Vec::new();
        }
        self.revision = Some(revision);
        self.stages.set(Stage::Resolution, StageStatus::Passed);
        if !self.created.kind.detects() {
            self.stages.set(Stage::Detection, StageStatus::Skipped);
            self.state = State::Planning;
            return vec![Effect::MakePlan];
        }
        self.stages.set(Stage::Detection, StageStatus::Running);
        if checks.is_empty() {
            self.state = State::Planning;
            return vec![Effect::MakePlan];
        }
        self.dispatch(Task::Detect(checks), State::Detecting)
    }

    /// Hands an order over, once the computer is there: a computer that was
    /// there when the session began is waited for, whatever `offline` says,
    /// since a line also drops when the controller restarts.
    fn dispatch(&mut self, task: Task, state: fn(Dispatch) -> State) -> Vec<Effect> {
        self.state = state(Dispatch::new(task));
        self.pending()
    }

    fn planned(
        &mut self,
        steps: Vec<Step>,
        observe: bool,
        execute_at: Option<Timestamp>,
    ) -> Vec<Effect> {
        if self.created.kind.detects() {
            self.stages.set(Stage::Detection, StageStatus::Passed);
        }
        let execution = Execution::new(steps);
        if observe || !self.created.kind.executes() || execution.is_over() {
            let known = self.created.kind.executes() && !observe;
            self.execution = known.then_some(execution);
            self.stages.set(Stage::Notify, StageStatus::Skipped);
            self.stages.set(Stage::Execution, StageStatus::Skipped);
            return self.finish();
        }
        self.execution = Some(execution);
        let Some(at) = execute_at else {
            self.stages.set(Stage::Notify, StageStatus::Skipped);
            return self.execute();
        };
        self.stages.set(Stage::Notify, StageStatus::Running);
        self.state = State::Awaiting(at);
        self.pending()
    }

    /// Carries the plan out. A plan that had to wait finds its computer gone
    /// only where `offline` says that this is no reason to give up.
    fn execute(&mut self) -> Vec<Effect> {
        if let State::Awaiting(_) = self.state {
            self.stages.set(Stage::Notify, StageStatus::Passed);
            if !self.connected && self.created.offline == Offline::Skip {
                return self.end(Status::Missed);
            }
        }
        self.stages.set(Stage::Execution, StageStatus::Running);
        let steps = self.execution.as_ref().map_or_else(Vec::new, |all| all.steps().to_vec());
        self.dispatch(Task::Execute(steps), State::Executing)
    }

    fn reported(&mut self, order: u64, seq: u64, report: Report) -> Vec<Effect> {
        let (State::Detecting(dispatch) | State::Executing(dispatch)) = &mut self.state else {
            return Vec::new();
        };
        if !dispatch.is_news(order, seq) {
            return Vec::new();
        }
        match report {
            Report::Accepted => dispatch.accepted(seq),
            Report::Detected(findings) => {
                if let State::Detecting(_) = self.state {
                    self.findings = findings;
                    self.state = State::Planning;
                    return vec![Effect::MakePlan];
                }
            }
            Report::Progress(progress) => self.progress(seq, progress),
            Report::Ended => dispatch.ended(seq),
        }
        self.settle()
    }

    /// Takes in progress, with whatever came too early and fits now.
    fn progress(&mut self, seq: u64, progress: Progress) {
        let (State::Executing(dispatch), Some(execution)) = (&mut self.state, &mut self.execution)
        else {
            return;
        };
        dispatch.keep(seq, progress);
        loop {
            let kept = dispatch.kept();
            let before = kept.len();
            for (seq, progress) in kept {
                if execution.apply(&progress).is_err() {
                    dispatch.keep(seq, progress);
                }
            }
            let after = dispatch.kept();
            let done = after.is_empty() || after.len() == before;
            for (seq, progress) in after {
                dispatch.keep(seq, progress);
            }
            if done {
                return;
            }
        }
    }

    /// Ends what has nothing more to wait for.
    fn settle(&mut self) -> Vec<Effect> {
        match &self.state {
            State::Executing(dispatch) => {
                if self.execution.as_ref().is_none_or(Execution::is_over) {
                    return self.executed();
                }
                if dispatch.is_complete() {
                    let why = "the agent ended the order before its last step";
                    return self.fail(Stage::Execution, why.to_owned());
                }
            }
            State::Detecting(dispatch) if dispatch.is_complete() => {
                let why = "the agent ended the order without an answer";
                return self.fail(Stage::Detection, why.to_owned());
            }
            _ => {}
        }
        Vec::new()
    }

    fn executed(&mut self) -> Vec<Effect> {
        let status = if self.actions().any(|action| action.has_failed() || action.is_cancelled()) {
            StageStatus::Failed
        } else {
            StageStatus::Passed
        };
        self.stages.set(Stage::Execution, status);
        self.finish()
    }

    fn finish(&mut self) -> Vec<Effect> {
        self.stages.set(Stage::Report, StageStatus::Passed);
        let status = self.judge();
        self.end(status)
    }

    fn refused(&mut self, order: u64, code: &str, message: &str) -> Vec<Effect> {
        let (stage, refusal) = match &mut self.state {
            State::Detecting(dispatch) => {
                (Stage::Detection, dispatch.refused(order, code, message))
            }
            State::Executing(dispatch) => {
                (Stage::Execution, dispatch.refused(order, code, message))
            }
            _ => return Vec::new(),
        };
        match refusal {
            None => Vec::new(),
            Some(Refusal::Again(effect)) => vec![effect],
            Some(Refusal::Final(why)) => self.fail(stage, why),
        }
    }

    /// What has not started never will. What runs on the computer is told to
    /// stop; only an execution that the agent has accepted is waited for.
    fn cancel(&mut self) -> Vec<Effect> {
        let mut effects = match &mut self.state {
            State::Executing(dispatch) if dispatch.is_accepted() => return dispatch.cancel(),
            State::Detecting(dispatch) | State::Executing(dispatch) => dispatch.cancel(),
            _ => Vec::new(),
        };
        if let Some(execution) = &mut self.execution {
            execution.apply(&Progress::Cancelled).expect("a cancel always fits");
        }
        effects.extend(self.end(Status::Cancelled));
        effects
    }

    /// What the computer did not report is not known, so the session fails.
    fn lost(&mut self, why: String) -> Vec<Effect> {
        let stage = match &self.state {
            State::Created | State::Offline | State::Resolving => Stage::Resolution,
            State::Detecting(_) | State::Planning => Stage::Detection,
            State::Awaiting(_) | State::Executing(_) => Stage::Execution,
            State::Over(_) => return Vec::new(),
        };
        self.fail(stage, why)
    }

    fn fail(&mut self, stage: Stage, why: String) -> Vec<Effect> {
        self.stages.set(stage, StageStatus::Failed);
        self.message = Some(why);
        self.end(Status::Failed)
    }

    fn end(&mut self, status: Status) -> Vec<Effect> {
        self.stages.close();
        self.state = State::Over(status);
        vec![Effect::Ended(status)]
    }
}
