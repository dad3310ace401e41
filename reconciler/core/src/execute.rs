//! Walking a plan's steps: the same state machine in agent and controller.
//!
//! An agent asks [`Execution::next`] what to run, writes a [`Progress`] to its
//! journal before and after, and applies it; the controller applies the same
//! entries as they are reported. Replaying the entries yields the same state.
//!
//! Guarantees: a piece of work starts at most once within an attempt; a step
//! whose prerequisite failed never starts; other steps go on.

use crate::item::Reason;
use crate::order::{Step, Work};

/// One entry of an agent's journal about an order's execution.
#[derive(Debug, Clone, PartialEq)]
pub enum Progress {
    /// Written before the work starts.
    Started(At),
    /// Written after it ended.
    Finished(At, Outcome),
    /// The work had started, and how it ended is not known: detect before anything else.
    Interrupted(At),
    /// Somebody cancelled: what has not started never will.
    Cancelled,
}

/// Which work of which step; all count from 0, attempts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    /// Index of the step.
    pub step: u32,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Index of the work within the step; `u32::MAX` for the detection after an interruption.
    pub work: u32,
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
    /// It could not be started, or not be judged; for people.
    Failed(String),
}

/// What comes next.
#[derive(Debug, Clone, PartialEq)]
pub enum Next<'a> {
    /// Run this.
    Work(At, &'a Work),
    /// Everything has ended.
    Done,
}

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
    /// Cancelled before it ended.
    Cancelled,
}

/// Placeholder that the executor's own body replaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    steps: Vec<Step>,
}
