//! What is shown of a session: stages, actions, times; and the rule that makes
//! a status of results.

use jiff::Timestamp;
use ordain_schema::document::Offline;

use crate::execute::{
    ActionResult, ActionStatus, Entry, Execution, RestartState, StepResult, StepState,
};
use crate::item::{Act, Reason};
use crate::order::{Finding, Holding, Pending};
use crate::session::dispatch::Dispatch;
use crate::session::machine::{Session, State};
use crate::session::{Created, Kind, PlannedRow, Stage, StageStatus, Status, WaitingFor};

/// The stages of a session with where each stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stages([StageStatus; Stage::ALL.len()]);

impl Stages {
    pub(super) fn new(kind: Kind) -> Self {
        let mut stages = Self([StageStatus::Waiting; Stage::ALL.len()]);
        // What a new computer needs first is part of the plan; agents are
        // updated, and facts reported, apart from sessions.
        for stage in [Stage::Onboarding, Stage::AgentUpdate, Stage::Inventory] {
            stages.set(stage, StageStatus::Skipped);
        }
        if kind == Kind::Onboarding {
            stages.set(Stage::Onboarding, StageStatus::Passed);
        }
        stages
    }

    pub(super) fn get(&self, stage: Stage) -> StageStatus {
        self.0[stage as usize]
    }

    pub(super) fn set(&mut self, stage: Stage, status: StageStatus) {
        self.0[stage as usize] = status;
    }

    /// Nothing more comes: what was under way has failed, what never came is skipped.
    pub(super) fn close(&mut self) {
        for status in &mut self.0 {
            *status = match *status {
                StageStatus::Waiting => StageStatus::Skipped,
                StageStatus::Running => StageStatus::Failed,
                other @ (StageStatus::Passed | StageStatus::Failed | StageStatus::Skipped) => other,
            };
        }
    }
}

/// One stage with where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StageView {
    /// The stage.
    pub stage: Stage,
    /// Where it stands.
    pub status: StageStatus,
    /// Why it is skipped, where that needs a word.
    pub reason: Option<&'static str>,
}

/// One action of the plan with where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionView<'a> {
    /// The action as planned.
    pub row: &'a PlannedRow,
    /// What is done: nothing where something holds the planned action back.
    pub action: Act,
    /// Why, where the execution knows better than the plan.
    pub reason: Reason,
    /// Its status.
    pub status: ActionStatus,
    /// Its result, once there is one.
    pub result: Option<ActionResult>,
    /// What it waits for on the computer.
    pub pending: Option<Pending>,
    /// What holds it back.
    pub held: Option<&'a Holding>,
    /// Why it failed, or what would change, for people.
    pub message: Option<&'a str>,
    /// What was started for it, oldest first.
    pub log: &'a [Entry],
}

impl ActionView<'_> {
    /// Whether it has failed.
    pub fn has_failed(&self) -> bool {
        self.result == Some(ActionResult::Failed)
    }

    /// Whether it was cancelled.
    pub fn is_cancelled(&self) -> bool {
        self.status == ActionStatus::Cancelled
    }
}

impl Session {
    /// Where it stands.
    pub fn status(&self) -> Status {
        match &self.state {
            State::Created => Status::Created,
            State::Offline => Status::PendingConnectivity,
            State::Resolving | State::Planning => Status::Running,
            State::Parked(_) => Status::PendingPreflight,
            State::Postponed(_) => Status::Postponed,
            State::Awaiting(_) | State::InLine => Status::AwaitingExecution,
            State::Preflight(dispatch, _)
            | State::Detecting(dispatch)
            | State::Executing(dispatch) => {
                // What an agent has accepted goes on without a connection.
                if self.connected || dispatch.is_accepted() {
                    Status::Running
                } else {
                    Status::PendingConnectivity
                }
            }
            State::Over(status) => *status,
        }
    }

    /// What it waits for; none once it is over.
    pub fn waiting_for(&self) -> Option<WaitingFor> {
        Some(match &self.state {
            State::Created => WaitingFor::Turn,
            State::Offline => WaitingFor::Connection,
            State::Resolving => WaitingFor::Resolution,
            State::Planning => WaitingFor::Plan,
            State::Preflight(dispatch, _) => {
                dispatch.waiting_for(self.connected, WaitingFor::Preflight)
            }
            State::Parked(_) => WaitingFor::Preflight,
            State::Postponed(_) => WaitingFor::Postponement,
            State::Detecting(dispatch) => {
                dispatch.waiting_for(self.connected, WaitingFor::Detection)
            }
            State::Awaiting(_) => WaitingFor::ExecutionTime,
            State::InLine if self.connected => WaitingFor::Serial,
            State::InLine => WaitingFor::Connection,
            State::Executing(dispatch) => {
                dispatch.waiting_for(self.connected, WaitingFor::Execution)
            }
            State::Over(_) => return None,
        })
    }

    /// What it is made of.
    pub fn created(&self) -> &Created {
        &self.created
    }

    /// The commit that it follows, once that is settled.
    pub fn revision(&self) -> Option<&str> {
        self.revision.as_deref()
    }

    /// What was found out.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The execution of its plan, where it has come so far.
    pub fn execution(&self) -> Option<&Execution> {
        self.execution.as_ref()
    }

    /// When its plan is carried out, while it waits for that.
    pub fn executes_at(&self) -> Option<Timestamp> {
        match &self.state {
            State::Awaiting(at) => Some(*at),
            _ => None,
        }
    }

    /// Until when a person may decide about it: its plan waits for its time, or
    /// it was put off.
    pub fn decidable_until(&self) -> Option<Timestamp> {
        match &self.state {
            State::Awaiting(at) | State::Postponed(at) => Some(*at),
            _ => None,
        }
    }

    /// Whether it waits for its time, and need not; where an offline computer is
    /// skipped, only while that is connected.
    pub fn can_be_hurried(&self) -> bool {
        let reachable = self.connected || self.created.offline != Offline::Skip;
        reachable && self.decidable_until().is_some()
    }

    /// The number of the order that is under way.
    pub fn order(&self) -> Option<u64> {
        self.state.dispatch().and_then(Dispatch::number)
    }

    /// Whether it is being stopped.
    pub fn is_cancelling(&self) -> bool {
        self.state.dispatch().is_some_and(Dispatch::is_cancelling)
    }

    /// Why a stage could not run, or why its preflight does not hold, for people.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// When it first ran.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.clock.started
    }

    /// When it was over.
    pub fn ended_at(&self) -> Option<Timestamp> {
        self.clock.ended
    }

    /// How long it has run by now, in seconds; waiting does not count.
    pub fn running_seconds(&self, now: Timestamp) -> u64 {
        let since = self.clock.running_since.unwrap_or(now);
        let open = now.as_millisecond().saturating_sub(since.as_millisecond());
        let all = self.clock.running_ms.saturating_add(open.max(0));
        u64::try_from(all / 1000).unwrap_or(0)
    }

    /// The stages, in their order.
    pub fn stages(&self) -> impl Iterator<Item = StageView> {
        let statuses = self.stages.0;
        Stage::ALL.iter().map(move |stage| StageView {
            stage: *stage,
            status: statuses[*stage as usize],
            // Agents are updated apart from sessions.
            reason: (*stage == Stage::AgentUpdate).then_some("no-update"),
        })
    }

    /// The actions of the plan, in the order of execution.
    pub fn actions(&self) -> impl Iterator<Item = ActionView<'_>> {
        let over = match self.state {
            State::Over(status) => Some(status),
            _ => None,
        };
        let fetches = self.created.kind == Kind::DownloadOnly;
        let (rows, execution) = self.part.done();
        let done = views(rows, execution, over);
        done.chain(views(&self.rows, self.execution.as_ref(), over)).map(move |mut view| {
            if fetches && view.result == Some(ActionResult::Passed) && !view.log.is_empty() {
                // Its files are there; the item is what it was.
                view.result = None;
            }
            view
        })
    }

    /// The restarts around executions with where each stands, in their order, and
    /// whether it is the one before the first action.
    pub fn restarts(&self) -> impl Iterator<Item = (bool, &RestartState)> {
        let executions = self.part.done().1.into_iter().chain(&self.execution);
        executions.flat_map(|execution| {
            let [start, end] = execution.restarts();
            let start = start.map(|state| (true, state));
            start.into_iter().chain(end.map(|state| (false, state)))
        })
    }

    /// Whether a restart around an execution was tried in vain.
    pub(super) fn restart_failed(&self) -> bool {
        self.restarts().any(|(_, state)| state.has_failed())
    }

    /// What the results make of a session whose plan was carried out. What is
    /// held back or put off has not failed, but neither is it as wished.
    pub(super) fn judge(&self) -> Status {
        if self.actions().any(|action| action.is_cancelled()) {
            return Status::Cancelled;
        }
        let held = self.actions().any(|action| action.status == ActionStatus::Held);
        let counts = |action: &ActionView<'_>| action.row.action != Act::None || action.row.failed;
        let mut all = 0;
        let mut failed = 0;
        for action in self.actions() {
            let has_failed = action.has_failed();
            all += usize::from(counts(&action) || has_failed);
            failed += usize::from(has_failed);
        }
        match failed {
            0 if held || self.restart_failed() => Status::PartiallyPassed,
            0 => Status::Passed,
            _ if failed == all => Status::Failed,
            _ => Status::PartiallyPassed,
        }
    }
}

/// Rows of a plan with what became of them.
fn views<'a>(
    rows: &'a [PlannedRow],
    execution: Option<&'a Execution>,
    over: Option<Status>,
) -> impl Iterator<Item = ActionView<'a>> {
    let mut results = execution.into_iter().flat_map(Execution::results).peekable();
    rows.iter().map(move |row| {
        // Steps are the rows that act or fail, in the rows' order.
        match results.next_if(|result| result.step.item == row.item) {
            Some(result) => carried_out(row, result, over),
            None => at_rest(row),
        }
    })
}

fn carried_out<'a>(
    row: &'a PlannedRow,
    result: StepResult<'a>,
    over: Option<Status>,
) -> ActionView<'a> {
    let (reason, message) = match result.state {
        StepState::Failed(reason, message) => {
            (reason.unwrap_or(row.reason), Some(message.as_str()))
        }
        StepState::Waiting
        | StepState::Running
        | StepState::Passed
        | StepState::Pending(_)
        | StepState::Cancelled => (row.reason, None),
        StepState::Held(_) => (Reason::Held, None),
    };
    let (pending, held) = match result.state {
        StepState::Pending(what) => (Some(*what), None),
        StepState::Held(holding) => (None, Some(holding)),
        _ => (None, None),
    };
    // What was stopped on its way was done in part.
    let undone = held.is_some() && result.log.is_empty();
    let status = match result.status() {
        // A session that failed on the way leaves its steps where they stood.
        ActionStatus::Running if over == Some(Status::Cancelled) => ActionStatus::Cancelled,
        ActionStatus::Waiting | ActionStatus::Running if over.is_some() => ActionStatus::Skipped,
        status => status,
    };
    ActionView {
        row,
        action: if undone { Act::None } else { row.action },
        reason,
        status,
        result: result.state.result(),
        pending,
        held,
        // What would change is told by what has changed, and by why it has not.
        message: row.message.as_deref().filter(|_| row.failed).or(message),
        log: result.log,
    }
}

fn at_rest(row: &PlannedRow) -> ActionView<'_> {
    let (status, result) = row.at_rest();
    ActionView {
        row,
        action: row.action,
        reason: row.reason,
        status,
        result,
        pending: row.pending,
        held: None,
        message: row.message.as_deref(),
        log: &[],
    }
}
