//! One order under way: numbered, sent, accepted, reported about.
//!
//! Owns what makes repeated and reordered reports harmless. Does not know what
//! the order's reports mean to the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::execute::Progress;
use crate::order::Task;
use crate::session::{Effect, WaitingFor};

/// How often an order may get another number before it is given up.
const MAX_NUMBERS: u32 = 5;
/// Seconds until an agent that was busy is asked again.
const BUSY_SECONDS: u32 = 15;

/// One order under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dispatch {
    task: Arc<Task>,
    number: Option<u64>,
    numbers: u32,
    state: State,
    cancelling: bool,
    /// Reports that were taken in, by their number in the agent's journal.
    seen: BTreeSet<u64>,
    /// Progress that did not fit when it came.
    early: BTreeMap<u64, Progress>,
    accepted_seq: Option<u64>,
    ended_seq: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The agent may not know of it.
    Open,
    /// The agent is busy with another order.
    Busy,
    /// The agent has written it down.
    Accepted,
}

/// What a refusal leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refusal {
    /// Another try.
    Again(Effect),
    /// None: why, for people.
    Final(String),
}

impl Dispatch {
    pub(super) fn new(task: Task) -> Self {
        Self {
            task: Arc::new(task),
            number: None,
            numbers: 0,
            state: State::Open,
            cancelling: false,
            seen: BTreeSet::new(),
            early: BTreeMap::new(),
            accepted_seq: None,
            ended_seq: None,
        }
    }

    pub(super) fn number(&self) -> Option<u64> {
        self.number
    }

    pub(super) fn is_accepted(&self) -> bool {
        self.state == State::Accepted
    }

    pub(super) fn is_cancelling(&self) -> bool {
        self.cancelling
    }

    /// Takes a number; none of what was reported about an earlier one counts.
    pub(super) fn numbered(&mut self, number: u64) -> Vec<Effect> {
        if self.number.is_some() {
            return Vec::new();
        }
        self.number = Some(number);
        self.numbers += 1;
        self.pending()
    }

    /// What is outstanding while the agent is connected.
    pub(super) fn pending(&self) -> Vec<Effect> {
        match (self.number, self.state) {
            (None, _) => vec![Effect::NumberOrder],
            (Some(number), _) if self.cancelling => vec![Effect::CancelOrder { number }],
            (Some(_), State::Accepted) => Vec::new(),
            (Some(_), State::Open | State::Busy) => self.send(),
        }
    }

    /// What a fresh connection needs: the order again, which an agent that
    /// knows it answers from its journal.
    pub(super) fn connected(&self) -> Vec<Effect> {
        match self.state {
            State::Accepted if !self.cancelling => self.send(),
            State::Accepted | State::Open | State::Busy => self.pending(),
        }
    }

    fn send(&self) -> Vec<Effect> {
        let task = Arc::clone(&self.task);
        let number = self.number.into_iter();
        number.map(|number| Effect::SendOrder { number, task: Arc::clone(&task) }).collect()
    }

    /// Asks the agent to stop.
    pub(super) fn cancel(&mut self) -> Vec<Effect> {
        self.cancelling = true;
        let number = self.number.into_iter();
        number.map(|number| Effect::CancelOrder { number }).collect()
    }

    /// Whether a report about this order is news; takes note of it.
    pub(super) fn is_news(&mut self, order: u64, seq: u64) -> bool {
        self.number == Some(order) && self.seen.insert(seq)
    }

    pub(super) fn accepted(&mut self, seq: u64) {
        self.state = State::Accepted;
        self.accepted_seq.get_or_insert(seq);
    }

    pub(super) fn ended(&mut self, seq: u64) {
        self.ended_seq.get_or_insert(seq);
    }

    /// Keeps progress that does not fit yet.
    pub(super) fn keep(&mut self, seq: u64, progress: Progress) {
        self.early.insert(seq, progress);
    }

    /// Progress that did not fit when it came, oldest first.
    pub(super) fn kept(&mut self) -> BTreeMap<u64, Progress> {
        std::mem::take(&mut self.early)
    }

    /// Whether every report from the first to the last is there.
    pub(super) fn is_complete(&self) -> bool {
        match (self.accepted_seq, self.ended_seq) {
            (Some(first), Some(last)) if first <= last => {
                let there = self.seen.range(first..=last).count() as u64;
                there == last - first + 1
            }
            _ => false,
        }
    }

    /// Judges a refusal; none where it is not about this order as it stands.
    pub(super) fn refused(&mut self, order: u64, code: &str, message: &str) -> Option<Refusal> {
        if self.number != Some(order) || self.state == State::Accepted {
            return None;
        }
        Some(match code {
            "busy" => {
                self.state = State::Busy;
                Refusal::Again(Effect::Wake { seconds: BUSY_SECONDS })
            }
            "stale" | "expired" if self.numbers < MAX_NUMBERS => {
                self.number = None;
                self.state = State::Open;
                Refusal::Again(Effect::NumberOrder)
            }
            _ => Refusal::Final(format!("the agent refused the order ({code}): {message}")),
        })
    }

    /// What it waits for, with `work` for what the agent does once it has accepted.
    pub(super) fn waiting_for(&self, connected: bool, work: WaitingFor) -> WaitingFor {
        match self.state {
            State::Accepted if self.cancelling => WaitingFor::Stop,
            State::Accepted => work,
            _ if !connected => WaitingFor::Connection,
            State::Busy => WaitingFor::OtherOrder,
            State::Open if self.number.is_none() => WaitingFor::Number,
            State::Open => WaitingFor::Acceptance,
        }
    }
}
