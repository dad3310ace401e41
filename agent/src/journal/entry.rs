//! What the journal says, one entry a record, as JSON.

use ordain_wire::{AtSpec, Order, Report};
use serde::{Deserialize, Serialize};

/// One record of the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Entry {
    /// Opens a journal: what was known when older records were dropped.
    Base {
        /// The highest order number ever seen.
        highest_order: u64,
        /// The number of the next report.
        next_seq: u64,
        /// Every report up to this number is durable at the controller.
        acked: u64,
    },
    /// An order was taken in; it is the report of that number as well.
    Accepted {
        /// The report's number.
        seq: u64,
        /// The whole order.
        order: Box<Order>,
    },
    /// A piece of work is about to start; a report of its start follows at once.
    Starting(Starting),
    /// Its process has started; not flushed, since a pid means nothing after a power cut.
    Running(Running),
    /// Something that the controller is told.
    Report(Report),
    /// Every report up to this number is durable at the controller.
    Acked {
        /// The number.
        seq: u64,
    },
}

/// What is known of a piece of work before its process starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Starting {
    /// The order's number.
    pub order: u64,
    /// Which work.
    pub at: AtSpec,
    /// The marker that all its processes bear.
    pub marker: String,
    /// The start of the operating system within which it runs.
    pub boot_id: String,
    /// The session (in the sense of processes) of the agent that starts it.
    pub session: i32,
    /// Whether it runs a package manager, which is to be mended if it is cut off.
    pub package: bool,
    /// Unix milliseconds after which its time is up.
    pub deadline_ms: i64,
}

/// The process of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The order's number.
    pub order: u64,
    /// Its number.
    pub pid: i32,
    /// When it started, in clock ticks since the boot.
    pub started: u64,
}
