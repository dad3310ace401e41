//! The session state machine: state + event + now → state + effects.
//!
//! A session brings one computer to what its policy says, once. The shell
//! journals every [`Event`] durably, gives it to [`Session::step`] and then
//! performs the [`Effect`]s; after a restart it replays the journal with
//! [`Session::replay`] and performs [`Session::pending`]. The machine never
//! resolves, plans or sends: a plan is an event and is journaled whole, so that
//! a replay survives a new engine.
//!
//! Guarantees: no event panics; repeated events, and reports that come twice
//! or out of order, change nothing; a session that is over stays as it is; an
//! order's content never changes under its number. Assumptions: every event
//! that was stepped was journaled before its effects, and performing an effect
//! twice does no harm.
//!
//! Reading order: `words` for statuses, `row` for what a plan says, `machine`
//! for the machine, `course` for its way forward, `reports` for what the agent
//! says, `waiting` for what puts it off, `ending` for its ends, `dispatch` for one order under way, `view` for
//! what is shown.

mod cause;
mod clock;
mod course;
mod dispatch;
mod ending;
mod machine;
mod parts;
mod reports;
mod row;
#[cfg(test)]
mod tests;
mod view;
mod waiting;
mod words;

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::Offline;

pub use cause::cause;
pub use machine::Session;
pub use row::PlannedRow;
pub use view::{ActionView, StageView};
pub use words::{Kind, Origin, Stage, StageStatus, Status, WaitingFor};

use crate::execute::Progress;
use crate::order::{Check, Finding, Restarts, Step, Task};

/// What a session is made of; the first entry of its journal.
#[derive(Debug, Clone, PartialEq)]
pub struct Created {
    /// The kind.
    pub kind: Kind,
    /// Who wants it: its priority in the queue.
    pub origin: Origin,
    /// What happens when its turn comes and the computer is offline.
    pub offline: Offline,
    /// Whether the computer's agent is connected.
    pub connected: bool,
    /// When.
    pub at: Timestamp,
}

/// What happens to a session; self-contained, so that a journal of events can
/// be replayed by itself.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// Its turn has come: no other session of its computer is active, and the limits allow it.
    Begun,
    /// The computer's agent is connected (again).
    Connected,
    /// The computer's agent is not connected any more.
    Disconnected,
    /// Answers [`Effect::Resolve`].
    Resolved {
        /// The commit in force.
        revision: String,
        /// Tests that must hold before anything else runs.
        preflight: Vec<Check>,
        /// What the items that count on this computer need to be found out.
        checks: Vec<Check>,
    },
    /// [`Effect::Resolve`] was not possible; why, for people.
    NotResolved(String),
    /// Answers [`Effect::TakeSerial`]: the session has those turns until it is over.
    SerialTaken,
    /// Answers [`Effect::NumberOrder`]; durable before the order is sent.
    Numbered(u64),
    /// Answers [`Effect::MakePlan`]: the whole plan.
    Planned {
        /// The commit it follows from.
        revision: String,
        /// Every action, in the order of execution.
        rows: Vec<PlannedRow>,
        /// What is carried out of them: those that act, and those known to fail.
        steps: Vec<Step>,
        /// The restarts around that.
        restarts: Restarts,
        /// What runs one at a time in the whole installation, by path.
        serial: Vec<String>,
        /// The tenant is only observed: nothing is executed.
        observe: bool,
        /// When it is carried out; none for at once.
        execute_at: Option<Timestamp>,
    },
    /// [`Effect::MakePlan`] was not possible; why, for people.
    NotPlanned(String),
    /// The agent reported about an order.
    Reported {
        /// The order's number.
        order: u64,
        /// The report's number in the agent's journal.
        seq: u64,
        /// What it says.
        report: Report,
    },
    /// The agent refused an order.
    Refused {
        /// The order's number.
        order: u64,
        /// A word of the protocol.
        code: String,
        /// For people.
        message: String,
    },
    /// Somebody puts it off until then; only what is not under way can be.
    Postponed(Timestamp),
    /// Somebody cancels it.
    Cancelled,
    /// Somebody wants what waits for its time at once.
    Hurried,
    /// Nobody will report about its order any more: the agent was removed or
    /// replaced, or says what makes no sense; why, for people.
    Lost(String),
    /// The time of [`Effect::Wake`] has come; harmless at any other.
    Woken,
}

/// What an agent reports about an order.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// It has written the order down.
    Accepted,
    /// It has found out everything.
    Detected(Vec<Finding>),
    /// Execution moved on.
    Progress(Progress),
    /// It has nothing more to do.
    Ended,
}

/// What the shell is to do. Each may be performed more than once.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Resolve the policy in force for the computer; answer with
    /// [`Event::Resolved`] or [`Event::NotResolved`].
    Resolve,
    /// Plan with what the session found out ([`Session::findings`]); answer
    /// with [`Event::Planned`] or [`Event::NotPlanned`].
    MakePlan,
    /// Take the turns of what runs one at a time in the whole installation;
    /// answer with [`Event::SerialTaken`] once the session has them all.
    TakeSerial(Vec<String>),
    /// Take the agent's next order number; answer with [`Event::Numbered`].
    NumberOrder,
    /// Send this order to the agent.
    SendOrder {
        /// Its number.
        number: u64,
        /// Its body.
        task: Arc<Task>,
    },
    /// Tell the agent to stop what the session does.
    CancelOrder {
        /// The order's number.
        number: u64,
    },
    /// Come back with [`Event::Woken`] after so many seconds.
    Wake {
        /// How many.
        seconds: u32,
    },
    /// Come back with [`Event::Woken`] at that time.
    WakeAt(Timestamp),
    /// The session is over.
    Ended(Status),
}
