//! The way forward: from a turn to findings, a plan and its execution.
//!
//! Owns which stage follows which. What an agent says is `reports`, how a
//! session is over `ending`.

use jiff::{SignedDuration, Timestamp};
use ordain_schema::document::Offline;

use crate::execute::Execution;
use crate::order::{Check, Step, Task};
use crate::session::dispatch::Dispatch;
use crate::session::machine::{Session, State};
use crate::session::parts::Part;
use crate::session::{Effect, Stage, StageStatus, Status};

/// Seconds until a session that stands in line looks whether its turn has come.
const LOOK_AGAIN_SECONDS: u32 = 60;
/// How long a line may be down before a session that does not wait is missed.
const WHILE: SignedDuration = SignedDuration::from_mins(10);

impl Session {
    pub(super) fn begin(&mut self) -> Vec<Effect> {
        if self.state != State::Created {
            return Vec::new();
        }
        self.set_out()
    }

    /// Needs the computer first, where it needs it at all.
    pub(super) fn set_out(&mut self) -> Vec<Effect> {
        if self.created.kind.detects() && !self.connected {
            if self.created.offline == Offline::Skip && self.part != Part::Between {
                return self.end(Status::Missed);
            }
            self.state = State::Offline;
            return Vec::new();
        }
        self.resolve()
    }

    pub(super) fn resolve(&mut self) -> Vec<Effect> {
        self.state = State::Resolving;
        self.stages.set(Stage::Resolution, StageStatus::Running);
        vec![Effect::Resolve]
    }

    pub(super) fn connect(&mut self) -> Vec<Effect> {
        self.connected = true;
        self.lost_at = None;
        match &self.state {
            State::Offline => self.resolve(),
            State::InLine => self.line_up(),
            State::Preflight(dispatch, _)
            | State::Detecting(dispatch)
            | State::Executing(dispatch) => dispatch.connected(),
            State::Created
            | State::Resolving
            | State::Parked(_)
            | State::Postponed(_)
            | State::Planning
            | State::Awaiting(_)
            | State::Over(_) => Vec::new(),
        }
    }

    pub(super) fn resolved(
        &mut self,
        revision: String,
        preflight: Vec<Check>,
        checks: Vec<Check>,
    ) -> Vec<Effect> {
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
        // Of an onboarding it is asked before its first part.
        if preflight.is_empty() || self.part == Part::Between {
            return self.detect(checks);
        }
        self.state = State::Preflight(Dispatch::new(Task::Detect(preflight)), checks);
        self.pending()
    }

    /// Looks at the computer.
    pub(super) fn detect(&mut self, checks: Vec<Check>) -> Vec<Effect> {
        self.stages.set(Stage::Detection, StageStatus::Running);
        if checks.is_empty() {
            self.state = State::Planning;
            return vec![Effect::MakePlan];
        }
        self.dispatch(Task::Detect(checks), State::Detecting)
    }

    /// Hands an order over, once the computer is there.
    pub(super) fn dispatch(&mut self, task: Task, state: fn(Dispatch) -> State) -> Vec<Effect> {
        self.state = state(Dispatch::new(task));
        self.pending()
    }

    /// When a session that does not wait for its computer gives up: a line also
    /// drops when the controller restarts, so the computer has a while to come
    /// back. What may have changed the computer already is waited for.
    pub(super) fn misses_at(&self) -> Option<Timestamp> {
        let looks = matches!(self.state, State::Preflight(..) | State::Detecting(_));
        let waits = self.created.offline == Offline::OnConnect || self.part == Part::Between;
        let lost_at = self.lost_at.filter(|_| !self.connected)?;
        (looks && !waits).then(|| lost_at + WHILE)
    }

    pub(super) fn planned(
        &mut self,
        steps: Vec<Step>,
        observe: bool,
        execute_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Vec<Effect> {
        if self.created.kind.detects() {
            self.stages.set(Stage::Detection, StageStatus::Passed);
        }
        let execution = Execution::with_restarts(steps, self.restarts.clone());
        if observe || !self.created.kind.executes() || execution.is_over() {
            let known = self.created.kind.executes() && !observe;
            self.execution = known.then_some(execution);
            self.stages.set(Stage::Notify, StageStatus::Skipped);
            self.stages.set(Stage::Execution, StageStatus::Skipped);
            return self.next_part().unwrap_or_else(|| self.finish());
        }
        self.execution = Some(execution);
        let Some(at) = execute_at else {
            self.stages.set(Stage::Notify, StageStatus::Skipped);
            return self.execute(now);
        };
        self.stages.set(Stage::Notify, StageStatus::Running);
        self.state = State::Awaiting(at);
        self.pending()
    }

    /// Carries the plan out. A plan that had to wait finds its computer gone
    /// only where `offline` says that this is no reason to give up. Where nothing
    /// of it would start now, no order goes out.
    pub(super) fn execute(&mut self, now: Timestamp) -> Vec<Effect> {
        if let State::Awaiting(_) = self.state {
            self.stages.set(Stage::Notify, StageStatus::Passed);
            if !self.connected && self.created.offline == Offline::Skip {
                return self.end(Status::Missed);
            }
        }
        if self.execution.as_mut().is_some_and(|execution| execution.hold_all(now)) {
            self.stages.set(Stage::Execution, StageStatus::Skipped);
            return self.next_part().unwrap_or_else(|| self.finish());
        }
        if !self.serial.is_empty() {
            self.state = State::InLine;
            return self.pending();
        }
        self.carry_out()
    }

    /// Stands in line once the computer is there: a turn that is taken for a
    /// computer that is away would keep everybody from it. Comes back by
    /// itself, since a signal may be lost.
    pub(super) fn line_up(&self) -> Vec<Effect> {
        if !self.connected {
            return Vec::new();
        }
        let turns = Effect::TakeSerial(self.serial.clone());
        vec![Effect::Wake { seconds: LOOK_AGAIN_SECONDS }, turns]
    }

    pub(super) fn carry_out(&mut self) -> Vec<Effect> {
        self.stages.set(Stage::Execution, StageStatus::Running);
        let steps = self.execution.as_ref().map_or_else(Vec::new, |all| all.steps().to_vec());
        let restarts = self.restarts.clone();
        self.dispatch(Task::Execute { steps, restarts }, State::Executing)
    }
}
