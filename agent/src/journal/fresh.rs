//! What was written to the journal a moment ago and is wanted again at once:
//! the order that is to be carried out, the reports that are to be sent.
//!
//! Only saves reading back; whatever is not here stands in the file. Each is
//! handed out once, and little is kept: what nobody fetches goes first.

use std::collections::VecDeque;

use super::{Given, Outgoing};

/// How much is kept, in bytes of the journal.
const KEPT: usize = 256 * 1024;

/// The last entries, oldest first, each with its length in the journal.
#[derive(Debug, Default)]
pub(super) struct Fresh {
    orders: VecDeque<(Given, usize)>,
    reports: VecDeque<(Outgoing, usize)>,
    size: usize,
}

impl Fresh {
    /// Keeps an order that may be asked for.
    pub(super) fn keep_order(&mut self, order: Given, length: usize) {
        self.orders.push_back((order, length));
        self.grown(length);
    }

    /// Keeps a report that may be asked for.
    pub(super) fn keep_report(&mut self, report: Outgoing) {
        let length = report.text.len();
        self.reports.push_back((report, length));
        self.grown(length);
    }

    fn grown(&mut self, length: usize) {
        self.size += length;
        while self.size > KEPT {
            let oldest = self.orders.pop_front().map(|(_, length)| length);
            let oldest = oldest.or_else(|| self.reports.pop_front().map(|(_, length)| length));
            self.size -= oldest.unwrap_or(self.size);
        }
    }

    /// The order of that number, once.
    pub(super) fn take_order(&mut self, number: u64) -> Option<Given> {
        let at = self.orders.iter().position(|(order, _)| order.id.number == number)?;
        let (order, length) = self.orders.remove(at)?;
        self.size -= length;
        Some(order)
    }

    /// The report of that number, once.
    pub(super) fn take_report(&mut self, seq: u64) -> Option<Outgoing> {
        let at = self.reports.iter().position(|(report, _)| report.seq == seq)?;
        let (report, length) = self.reports.remove(at)?;
        self.size -= length;
        Some(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(seq: u64, length: usize) -> Outgoing {
        Outgoing { seq, text: "x".repeat(length) }
    }

    #[test]
    fn each_is_handed_out_once_and_old_ones_make_room() {
        let mut fresh = Fresh::default();
        for seq in 1..=5 {
            fresh.keep_report(report(seq, KEPT / 4));
        }
        assert_eq!(fresh.take_report(1), None, "it made room");
        assert_eq!(fresh.take_report(3).map(|report| report.seq), Some(3));
        assert_eq!(fresh.take_report(3), None);
        fresh.keep_report(report(6, 2 * KEPT));
        assert!(fresh.reports.is_empty() && fresh.size == 0, "too long to be kept at all");
        assert_eq!(fresh.take_order(1), None);
    }
}
