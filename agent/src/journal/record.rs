//! What goes into the journal, and what comes out of it to be carried out or sent.
//!
//! How it is spelled there stands in `entry`.

use std::sync::Arc;

use ordain_core::order::Task;
use ordain_wire::ReportBody;

use super::entry::{self, Entry};

/// Which order, of which session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderId {
    /// Its number.
    pub number: u64,
    /// Its session.
    pub session: String,
}

/// An order that was judged and is to be carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Which.
    pub id: OrderId,
    /// What is to be done.
    pub task: Arc<Task>,
}

/// A report as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// Its number.
    pub seq: u64,
    /// The whole message.
    pub text: String,
}

/// What is appended.
pub(super) enum Record<'a> {
    /// An order as it came, which is a report as well.
    Accepted { order: Given, text: &'a str },
    /// A report.
    Report { order: u64, session: &'a str, body: &'a ReportBody },
    /// Anything else.
    Entry(Entry),
}

impl Record<'_> {
    /// Whether it takes a number of those of reports.
    pub(super) fn is_report(&self) -> bool {
        !matches!(self, Self::Entry(_))
    }

    /// Appends what stands in the file, under that number where it is a report.
    pub(super) fn write(&self, seq: u64, bytes: &mut Vec<u8>) {
        match self {
            Self::Accepted { order: _, text } => entry::write_accepted(bytes, seq, text),
            Self::Report { order, session, body } => {
                entry::write_report(bytes, seq, *order, session, body);
            }
            Self::Entry(entry) => entry::write(bytes, entry),
        }
    }
}
