//! What of the journal is kept in memory: numbers and places, no contents.

use std::collections::BTreeMap;

use ordain_wire::ReportBody;

use super::OrderId;
use super::entry::{Acked, Base, Entry, Running, Starting};

/// Where a record stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Of its frame, from the file's start.
    pub offset: u64,
    /// Of its frame, in bytes.
    pub length: u64,
}

/// What is known of an order.
#[derive(Debug, Clone)]
pub struct Known {
    /// Its session.
    pub session: String,
    /// Whether it is over.
    pub ended: bool,
    /// The piece of work that was started last.
    pub starting: Option<Starting>,
    /// That one's process.
    pub running: Option<Running>,
    pub(super) accepted: Place,
    /// The numbers of its reports, rising.
    pub(super) reports: Vec<u64>,
    places: Vec<Place>,
}

#[derive(Debug)]
pub(super) struct Index {
    pub(super) highest_order: u64,
    pub(super) next_seq: u64,
    pub(super) acked: u64,
    pub(super) orders: BTreeMap<u64, Known>,
    /// Every report that the file holds, by number.
    pub(super) reports: BTreeMap<u64, Place>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            highest_order: 0,
            next_seq: 1,
            acked: 0,
            orders: BTreeMap::new(),
            reports: BTreeMap::new(),
        }
    }
}

impl Index {
    pub(super) fn take(&mut self, entry: &Entry, place: Place) {
        match entry {
            Entry::Base(Base { highest_order, next_seq, acked }) => {
                self.highest_order = *highest_order;
                self.next_seq = *next_seq;
                self.acked = *acked;
            }
            Entry::Accepted(accepted) => {
                let order = &accepted.order;
                let id = OrderId { number: order.number, session: order.session.clone() };
                self.accepted(id, accepted.seq, place);
            }
            Entry::Starting(starting) => {
                if let Some(known) = self.orders.get_mut(&starting.order) {
                    known.starting = Some(starting.clone());
                    known.running = None;
                    known.places.push(place);
                }
            }
            Entry::Running(running) => {
                if let Some(known) = self.orders.get_mut(&running.order) {
                    known.running = Some(*running);
                    known.places.push(place);
                }
            }
            Entry::Report(report) => {
                self.reported(report.order, report.seq, &report.body, place);
            }
            Entry::Acked(Acked { seq }) => self.acked(*seq),
        }
    }

    /// The controller has every report up to that number.
    pub(super) fn acked(&mut self, seq: u64) {
        self.acked = self.acked.max(seq);
        self.next_seq = self.next_seq.max(seq + 1);
    }

    /// An order was taken in.
    pub(super) fn accepted(&mut self, order: OrderId, seq: u64, place: Place) {
        self.highest_order = self.highest_order.max(order.number);
        let known = Known {
            session: order.session,
            ended: false,
            starting: None,
            running: None,
            accepted: place,
            reports: vec![seq],
            places: vec![place],
        };
        self.orders.insert(order.number, known);
        self.numbered(seq, place);
    }

    /// The controller is to be told something.
    pub(super) fn reported(&mut self, order: u64, seq: u64, body: &ReportBody, place: Place) {
        if let Some(known) = self.orders.get_mut(&order) {
            known.ended |= *body == ReportBody::Ended;
            known.reports.push(seq);
            known.places.push(place);
        }
        self.numbered(seq, place);
    }

    fn numbered(&mut self, seq: u64, place: Place) {
        self.next_seq = self.next_seq.max(seq + 1);
        self.reports.insert(seq, place);
    }

    /// The records that are still needed, in the file's order: those of orders
    /// that are not over or not wholly acknowledged, and of the last order,
    /// which may be repeated.
    pub(super) fn needed(&self) -> Vec<Place> {
        let last = self.orders.keys().next_back().copied();
        let needed = |number: u64, known: &Known| {
            let acked = known.reports.last().is_none_or(|seq| *seq <= self.acked);
            !known.ended || !acked || Some(number) == last
        };
        let kept = self.orders.iter().filter(|(number, known)| needed(**number, known));
        let mut places: Vec<Place> =
            kept.flat_map(|(_, known)| known.places.iter().copied()).collect();
        places.sort();
        places
    }
}
