//! Walking a plan's steps: the same state machine in agent and controller.
//!
//! An agent asks [`Execution::next`] what to run, writes a [`Progress`] to its
//! journal before and after, and applies it; the controller applies the same
//! entries as they are reported. Replaying the entries yields the same state.
//!
//! Guarantees: a piece of work starts at most once within an attempt; a step
//! whose prerequisite failed, or that something holds back, never starts; other steps go on; every execution
//! ends. Reading order: this file for the entries, `walk` for the machine, `track` for one step,
//! `judge` for what an outcome means, `resume` for what follows a crash,
//! `restart` for restarts around the steps,
//! `state` for what is shown.

mod found;
mod judge;
mod restart;
mod resume;
mod state;
#[cfg(test)]
mod tests;
mod track;
mod walk;

pub use restart::RestartState;
pub use state::{ActionResult, ActionStatus, Entry, EntryState, StepResult, StepState};
pub use walk::{Execution, Inconsistent};

use jiff::Timestamp;

use crate::order::{Pending, Stay, Work};

/// How often a step may be interrupted before it is given up.
pub const MAX_INTERRUPTIONS: u32 = 5;

/// One entry of an agent's journal about an order's execution.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Written before the work starts.
    Started(At),
    /// Written after it ended.
    Finished(At, Outcome),
    /// The work had started, and how it ended is not known: detect before anything else.
    Interrupted(At),
    /// Something holds the step back that comes next. Written before anything
    /// of it starts; where it is under way, before the running process is killed.
    Held {
        /// Index of the step.
        step: u32,
        /// When, by the agent's clock.
        at: Timestamp,
    },
    /// Somebody cancelled: what has not started never will. Written before the
    /// running process is killed.
    Cancelled,
}

/// Which work of which step; all count from 0, attempts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Index of the step.
    pub step: u32,
    /// The attempt, from 1. An attempt after an interruption counts here, but
    /// not against the step's configured attempts.
    pub attempt: u32,
    /// Index of the work within the step; [`At::LOOK`] for the detection that
    /// opens an attempt after an interruption.
    pub work: u32,
}

impl At {
    /// The `work` of the detection that opens an attempt: it runs the step's
    /// own verifying work.
    pub const LOOK: u32 = u32::MAX;
    /// The `step` of the restart before the first step.
    pub const RESTART_START: u32 = u32::MAX - 1;
    /// The `step` of the restart after the last step.
    pub const RESTART_END: u32 = u32::MAX;
}

/// How a piece of work ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The end itself.
    pub end: End,
    /// Standard output and error together, bounded and with secrets masked.
    pub output: String,
    /// Unix milliseconds at its start, by the agent's clock.
    pub started_ms: i64,
    /// Unix milliseconds at its end, by the agent's clock.
    pub ended_ms: i64,
}

/// The ends of a piece of work.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// The process ended with this code.
    Exit(i32),
    /// A test answered.
    Answer {
        /// The answer.
        answer: bool,
        /// The exit code of its process.
        code: i32,
    },
    /// A probe looked: the version, or none.
    Detected(Option<String>),
    /// Files were fetched.
    Fetched,
    /// The process tree was killed after its time.
    TimedOut,
    /// The process tree was killed by a cancel.
    Killed,
    /// It was not started, since it waits for something.
    Pending(Pending),
    /// The computer was not restarted, for this reason.
    Stayed(Stay),
    /// It could not be started, or not be judged; for people.
    Failed(String),
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next<'a> {
    /// Run this. While it runs it is still what comes next; whoever replayed a
    /// journal asks [`Execution::running`] first.
    Work(At, &'a Work),
    /// Nothing of this step: something holds it back, which a
    /// [`Progress::Held`] says before anything else comes.
    Held(u32),
    /// Everything has ended.
    Done,
}
