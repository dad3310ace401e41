//! Progress and findings in transit: what `ordain_core::execute` and the
//! findings of `ordain_core::order` say, as JSON.
//!
//! The tag of [`ProgressSpec`] is `progress`, since it stands beside the
//! `type` of the report that carries it.

use serde::{Deserialize, Serialize};

/// Which work of which step; all count from 0, attempts from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AtSpec {
    /// Index of the step.
    pub step: u32,
    /// The attempt, from 1.
    pub attempt: u32,
    /// Index of the work; 4294967295 for the detection that opens an attempt.
    pub work: u32,
}

/// One entry of an agent's journal about an order's execution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ProgressSpec {
    /// Written before the work starts.
    Started {
        /// Which.
        at: AtSpec,
    },
    /// Written after it ended.
    Finished {
        /// Which.
        at: AtSpec,
        /// How.
        outcome: OutcomeSpec,
    },
    /// It had started, and how it ended is not known.
    Interrupted {
        /// Which.
        at: AtSpec,
    },
    /// Something holds the step back that comes next.
    Held {
        /// Index of the step.
        step: u32,
        /// When, in milliseconds since 1970.
        at_ms: i64,
    },
    /// Somebody cancelled.
    Cancelled,
}

/// How a piece of work ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeSpec {
    /// The end itself.
    pub end: EndSpec,
    /// Output, bounded and with secrets masked.
    pub output: String,
    /// Unix milliseconds at its start.
    pub started_ms: i64,
    /// Unix milliseconds at its end.
    pub ended_ms: i64,
}

/// The ends of a piece of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum EndSpec {
    /// The process ended.
    Exit {
        /// Its exit code.
        code: i32,
    },
    /// A test answered.
    Answer {
        /// The answer.
        answer: bool,
        /// Its exit code.
        code: i32,
    },
    /// A probe looked.
    Detected {
        /// The version, or none.
        version: Option<String>,
    },
    /// Files were fetched.
    Fetched,
    /// The process tree was killed after its time.
    TimedOut,
    /// The process tree was killed by a cancel.
    Killed,
    /// It was not started, since it waits for something.
    Pending {
        /// The word for what.
        waiting_for: String,
    },
    /// The computer was not restarted.
    Stayed {
        /// The word for why.
        why: String,
    },
    /// It could not be started, or not be judged.
    Failed {
        /// For people.
        message: String,
    },
}

/// What was found out about an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FindingSpec {
    /// The item.
    pub item: String,
    /// What was found.
    pub found: FoundSpec,
}

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum FoundSpec {
    /// Software.
    Software {
        /// The version as detected; none for not installed.
        version: Option<String>,
        /// The answer of its test, where it was run.
        test: Option<bool>,
        /// The versions that the package manager offers, newest first, where that was asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offered: Option<Vec<String>>,
    },
    /// A task's test answered.
    Answer {
        /// The answer.
        answer: bool,
        /// What would change, one thing a line; empty where that is not known.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        changes: String,
    },
    /// A task's `get` printed.
    Output {
        /// What, bounded.
        output: String,
    },
    /// Finding out waits for something.
    Pending {
        /// The word for what.
        waiting_for: String,
    },
    /// Finding out failed.
    Failed {
        /// For people.
        message: String,
    },
}
