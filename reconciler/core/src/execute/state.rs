//! What an execution shows: states, the log of attempts, and the words of the
//! command line's page for them.

use crate::execute::{At, End, Outcome};
use crate::item::{Reason, words};
use crate::order::{Holding, Pending, Step, WorkPhase};

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepState {
    /// Not started.
    Waiting,
    /// Being carried out.
    Running,
    /// Ended well.
    Passed,
    /// Ended badly: why, with the reason of the language where there is one.
    Failed(Option<Reason>, String),
    /// It waits for something that this session does not wait for.
    Pending(Pending),
    /// A window, a ring or business hours hold it back.
    Held(Holding),
    /// Cancelled before it ended.
    Cancelled,
}

impl StepState {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Passed
            | Self::Failed(..)
            | Self::Pending(_)
            | Self::Held(_)
            | Self::Cancelled => true,
        }
    }

    /// The result that is shown, once there is one.
    pub fn result(&self) -> Option<ActionResult> {
        match self {
            Self::Waiting | Self::Running | Self::Pending(_) | Self::Held(_) | Self::Cancelled => {
                None
            }
            Self::Passed => Some(ActionResult::Passed),
            Self::Failed(..) => Some(ActionResult::Failed),
        }
    }
}

words! {
    /// The status of an action.
    ActionStatus {
        /// Its turn has not come.
        Waiting = "waiting",
        /// Something holds it back.
        Held = "held",
        /// It is being carried out.
        Running = "running",
        /// It has been carried out, or there was nothing to do.
        Done = "done",
        /// It is not carried out in this session.
        Skipped = "skipped",
        /// Somebody cancelled it.
        Cancelled = "cancelled",
    }
}

words! {
    /// The result of an action.
    ActionResult {
        /// The item is as wished.
        Passed = "passed",
        /// It is not.
        Failed = "failed",
        /// Nobody knows.
        Unknown = "unknown",
    }
}

/// A step with all that is known of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StepResult<'a> {
    /// The step.
    pub step: &'a Step,
    /// Where it stands.
    pub state: &'a StepState,
    /// What was started for it, oldest first.
    pub log: &'a [Entry],
}

impl StepResult<'_> {
    /// The status that is shown: what failed without a start was skipped.
    pub fn status(&self) -> ActionStatus {
        match self.state {
            StepState::Waiting => ActionStatus::Waiting,
            StepState::Running => ActionStatus::Running,
            StepState::Failed(..) if self.log.is_empty() => ActionStatus::Skipped,
            StepState::Passed | StepState::Failed(..) => ActionStatus::Done,
            StepState::Pending(_) | StepState::Held(_) => ActionStatus::Held,
            StepState::Cancelled => ActionStatus::Cancelled,
        }
    }
}

/// One piece of work that was started.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Which.
    pub at: At,
    /// Its phase.
    pub phase: WorkPhase,
    /// How far it has come.
    pub state: EntryState,
}

/// How far a piece of work has come.
#[derive(Debug, Clone, PartialEq)]
pub enum EntryState {
    /// It runs.
    Running,
    /// It ended; where it was not as expected, why, for people.
    Finished(Outcome, Option<String>),
    /// How it ended is not known.
    Interrupted,
}

impl Entry {
    /// The exit code of its process, where it had one and it is known.
    pub fn exit_code(&self) -> Option<i32> {
        match &self.state {
            EntryState::Finished(outcome, _) => match outcome.end {
                End::Exit(code) | End::Answer { code, .. } => Some(code),
                End::Detected(_)
                | End::Fetched
                | End::TimedOut
                | End::Killed
                | End::Pending(_)
                | End::Stayed(_)
                | End::Failed(_) => None,
            },
            EntryState::Running | EntryState::Interrupted => None,
        }
    }

    /// Its outcome, where it is known.
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.state {
            EntryState::Finished(outcome, _) => Some(outcome),
            EntryState::Running | EntryState::Interrupted => None,
        }
    }
}
