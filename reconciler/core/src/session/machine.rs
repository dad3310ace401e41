//! The machine itself: one state, one step, an exhaustive match.
//!
//! What an event leads to stands in `course` (the way forward), `reports` (what
//! the agent says), `waiting` (what puts it off) and `ending`.

use jiff::Timestamp;

use crate::execute::Execution;
use crate::order::{Check, Finding, Restarts};
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
    /// Since when its computer is away.
    pub(super) lost_at: Option<Timestamp>,
    pub(super) stages: Stages,
    pub(super) revision: Option<String>,
    pub(super) findings: Vec<Finding>,
    pub(super) rows: Vec<PlannedRow>,
    /// What the plan carries out that runs one at a time in the whole installation.
    pub(super) serial: Vec<String>,
    /// The restarts around the plan's execution.
    pub(super) restarts: Restarts,
    pub(super) execution: Option<Execution>,
    pub(super) part: Part,
    pub(super) message: Option<String>,
    /// The last number that an order got.
    pub(super) number: Option<u64>,
    /// How often its preflight did not hold.
    pub(super) held_up: u32,
    /// How often it was put off.
    pub(super) postponements: u32,
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
    /// The tests are asked that must hold before anything runs; then these checks follow.
    Preflight(Dispatch, Vec<Check>),
    /// They did not hold; until they are asked again.
    Parked(Timestamp),
    /// Somebody put it off; then it begins anew.
    Postponed(Timestamp),
    /// The computer is being looked at.
    Detecting(Dispatch),
    /// The plan is being made.
    Planning,
    /// The plan waits for its time.
    Awaiting(Timestamp),
    /// The plan waits for what runs one at a time in the whole installation.
    InLine,
    /// The plan is being carried out.
    Executing(Dispatch),
    /// It is over.
    Over(Status),
}

impl State {
    /// The order under way.
    pub(super) fn dispatch(&self) -> Option<&Dispatch> {
        match self {
            Self::Preflight(dispatch, _)
            | Self::Detecting(dispatch)
            | Self::Executing(dispatch) => Some(dispatch),
            Self::Created
            | Self::Offline
            | Self::Resolving
            | Self::Parked(_)
            | Self::Postponed(_)
            | Self::Planning
            | Self::Awaiting(_)
            | Self::InLine
            | Self::Over(_) => None,
        }
    }

    pub(super) fn dispatch_mut(&mut self) -> Option<&mut Dispatch> {
        match self {
            Self::Preflight(dispatch, _)
            | Self::Detecting(dispatch)
            | Self::Executing(dispatch) => Some(dispatch),
            Self::Created
            | Self::Offline
            | Self::Resolving
            | Self::Parked(_)
            | Self::Postponed(_)
            | Self::Planning
            | Self::Awaiting(_)
            | Self::InLine
            | Self::Over(_) => None,
        }
    }
}

impl Session {
    /// A session whose turn has not come.
    pub fn new(created: Created) -> Self {
        Self {
            state: State::Created,
            connected: created.connected,
            lost_at: None,
            stages: Stages::new(created.kind),
            revision: None,
            findings: Vec::new(),
            rows: Vec::new(),
            serial: Vec::new(),
            restarts: Restarts::default(),
            execution: None,
            part: Part::Whole,
            message: None,
            number: None,
            held_up: 0,
            postponements: 0,
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
            State::InLine => self.line_up(),
            State::Resolving => vec![Effect::Resolve],
            State::Planning => vec![Effect::MakePlan],
            State::Awaiting(at) | State::Parked(at) | State::Postponed(at) => {
                vec![Effect::WakeAt(*at)]
            }
            State::Preflight(dispatch, _)
            | State::Detecting(dispatch)
            | State::Executing(dispatch)
                if self.connected =>
            {
                dispatch.pending()
            }
            State::Preflight(..) | State::Detecting(_) | State::Executing(_) => {
                self.misses_at().map(Effect::WakeAt).into_iter().collect()
            }
            State::Over(status) => vec![Effect::Ended(*status)],
        }
    }

    fn take(&mut self, event: Event, now: Timestamp) -> Vec<Effect> {
        match event {
            _ if matches!(self.state, State::Over(_)) => Vec::new(),
            Event::Begun => self.begin(),
            Event::Connected => self.connect(),
            Event::Disconnected => {
                if self.connected {
                    self.lost_at = Some(now);
                }
                self.connected = false;
                self.misses_at().map(Effect::WakeAt).into_iter().collect()
            }
            Event::Resolved { revision, preflight, checks } => {
                self.resolved(revision, preflight, checks)
            }
            Event::NotResolved(why) => match self.state {
                State::Resolving => self.fail(Stage::Resolution, why),
                _ => Vec::new(),
            },
            Event::Numbered(number) => self.numbered(number),
            Event::Planned { revision, rows, steps, restarts, serial, observe, execute_at } => {
                match self.state {
                    State::Planning => {
                        self.revision = Some(revision);
                        let steps = self.take_plan(rows, steps, observe);
                        self.restarts = self.part.restarts(restarts);
                        self.serial = serial;
                        // Whoever put it off said until when; that was the wait.
                        let execute_at = execute_at.filter(|_| self.postponements == 0);
                        let execute_at = execute_at.filter(|at| *at > now);
                        self.planned(steps, observe, execute_at, now)
                    }
                    _ => Vec::new(),
                }
            }
            Event::NotPlanned(why) => match self.state {
                State::Planning => self.fail(Stage::Detection, why),
                _ => Vec::new(),
            },
            Event::Reported { order, seq, report } => self.reported(order, seq, report, now),
            Event::Refused { order, code, message } => self.refused(order, &code, &message),
            Event::Postponed(until) => self.postpone(until),
            Event::Cancelled => self.cancel(),
            Event::SerialTaken if self.state == State::InLine => self.carry_out(),
            Event::SerialTaken => Vec::new(),
            Event::Hurried => match self.state {
                State::Awaiting(_) if self.can_be_hurried() => self.execute(now),
                // It begins anew as soon as its computer has no other session.
                State::Postponed(_) if self.can_be_hurried() => {
                    self.state = State::Postponed(now);
                    self.pending()
                }
                _ => Vec::new(),
            },
            Event::Lost(why) => self.lost(why),
            Event::Woken => match self.state {
                _ if self.misses_at().is_some_and(|at| at <= now) => self.end(Status::Missed),
                State::Awaiting(at) if at <= now => self.execute(now),
                State::Parked(at) | State::Postponed(at) if at <= now => self.start_over(),
                _ => self.pending(),
            },
        }
    }
}
