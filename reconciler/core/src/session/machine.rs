//! The machine itself: one state, one step, an exhaustive match.
//!
//! What an event leads to stands in `course` (the way forward), `reports` (what
//! the agent says) and `ending`.

use jiff::Timestamp;

use crate::execute::Execution;
use crate::order::Finding;
use crate::session::clock::Clock;
use crate::session::dispatch::Dispatch;
use crate::session::parts::Part;
use crate::session::view::Stages;
use crate::session::{Created, Effect, Event, PlannedRow, Stage, Status};

/// One session. See the module for what it guarantees.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    pub(super) created: Created,
    pub(super) state: State,
    pub(super) connected: bool,
    pub(super) stages: Stages,
    pub(super) revision: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) rows: Vec<PlannedRow>,
    pub(super) execution: Option<Execution>,
    pub(super) part: Part,
    pub(super) message: Option<String>,
    /// The last number that an order got.
    pub(super) number: Option<u64>,
    pub(super) clock: Clock,
}

/// What a session is about right now.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum State {
    /// Its turn has not come.
    Created,
    /// The computer is needed first, and offline.
    Offline,
    /// Winners are being picked.
    Resolving,
    /// The computer is being looked at.
    Detecting(Dispatch),
    /// The plan is being made.
    Planning,
    /// The plan waits for its time.
    Awaiting(Timestamp),
    /// The plan is being carried out.
    Executing(Dispatch),
    /// It is over.
    Over(Status),
}

impl Session {
    /// A session whose turn has not come.
    pub fn new(created: Created) -> Self {
        Self {
            state: State::Created,
            connected: created.connected,
            stages: Stages::new(created.kind),
            revision: None,
            findings: Vec::new(),
            rows: Vec::new(),
            execution: None,
            part: Part::Whole,
            message: None,
            number: None,
            clock: Clock::default(),
            created,
        }
    }

    /// The session that a journal tells of.
    pub fn replay(created: Created, events: impl IntoIterator<Item = (Timestamp, Event)>) -> Self {
        let mut session = Self::new(created);
        for (now, event) in events {
            session.step(event, now);
        }
        session
    }

    /// Takes in what happened, and says what is to be done.
    pub fn step(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        self.clock.tick(now);
        let effects = self.take(event, now);
        let running = self.status() == Status::Running;
        self.clock.run(running, now);
        if let State::Over(_) = self.state
            && self.clock.ended.is_none()
        {
            self.clock.ended = Some(now);
        }
        effects
    }

    /// What is outstanding: what a shell does after it has replayed the journal.
    pub fn pending(&self) -> Vec<Effect> {
        match &self.state {
            State::Created | State::Offline => Vec::new(),
            State::Resolving => vec![Effect::Resolve],
            State::Planning => vec![Effect::MakePlan],
            State::Awaiting(at) => vec![Effect::WakeAt(*at)],
            State::Detecting(dispatch) | State::Executing(dispatch) if self.connected => {
                dispatch.pending()
            }
            State::Detecting(_) | State::Executing(_) => Vec::new(),
            State::Over(status) => vec![Effect::Ended(*status)],
        }
    }

    fn take(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            _ if matches!(self.state, State::Over(_)) => Vec::new(),
            Event::Begun => self.begin(),
            Event::Connected => self.connect(),
            Event::Disconnected => {
                self.connected = false;
                Vec::new()
            }
            Event::Resolved { revision, checks } => self.resolved(revision, checks),
            Event::NotResolved(why) => match self.state {
                State::Resolving => self.fail(Stage::Resolution, why),
                _ => Vec::new(),
            },
            Event::Numbered(number) => self.numbered(number),
            Event::Planned { revision, rows, steps, observe, execute_at } => match self.state {
                State::Planning => {
                    self.revision = Some(revision);
                    let steps = self.take_plan(rows, steps, observe);
                    let execute_at = execute_at.filter(|at| *at > now);
                    self.planned(steps, observe, execute_at, now)
                }
                _ => Vec::new(),
            },
            Event::NotPlanned(why) => match self.state {
                State::Planning => self.fail(Stage::Detection, why),
                _ => Vec::new(),
            },
            Event::Reported { order, seq, report } => self.reported(order, seq, report),
            Event::Refused { order, code, message } => self.refused(order, &code, &message),
            Event::Cancelled => self.cancel(),
            Event::Lost(why) => self.lost(why),
            Event::Woken => match self.state {
                State::Awaiting(at) if at <= now => self.execute(now),
                _ => self.pending(),
            },
        }
    }
}
