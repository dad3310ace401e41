//! Sessions, their journals, and orders.

use jiff::Timestamp;
use ordain_core::identity::Happening;

use super::{FindingRow, HeldWrite, InstalledWrite, NewCall, NewFact, NewMessage, TokenHash};
use crate::{AgentId, ComputerId, SessionId, TenantId};

/// A session as lists show it; its journal says the rest.
#[derive(Debug, Clone, PartialEq)]
pub struct SessionRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: SessionId,
    /// The computer it is for.
    pub computer: ComputerId,
    /// That computer's name when the session was made.
    pub computer_name: String,
    /// Its kind, a word of the language.
    pub kind: String,
    /// Its status, a word of the language.
    pub status: String,
    /// Whether it can still move.
    pub open: bool,
    /// The commit it follows.
    pub revision: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it first ran.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Seconds of running time.
    pub running_seconds: u64,
    /// Why it ended as it did, or what it waits for; for people.
    pub reason: Option<String>,
}

/// Until when what sessions leave behind is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retained {
    /// The journals of sessions that ended before, with all output.
    pub logs: Timestamp,
    /// The sessions that ended before, and how their items ended.
    pub outcomes: Timestamp,
}

/// What was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Journals.
    pub journals: u64,
    /// Sessions.
    pub sessions: u64,
    /// Calls of webhooks that were given up.
    pub calls: u64,
}

/// What a session needs that runs one at a time in the whole installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SerialClaim {
    /// The session's tenant.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// Its computer.
    pub computer: ComputerId,
    /// What it needs, by names that mean the same in every tenant.
    pub what: Vec<String>,
}

/// An entry of a session's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    /// Its number within the session, from 1.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The event, as its owner wrote it.
    pub event: String,
}

/// What moving a session writes, all or nothing.
#[derive(Debug, Clone)]
pub struct SessionWrite {
    /// The session as it is afterwards.
    pub row: SessionRow,
    /// How many entries the journal had before; another number is a conflict.
    pub after: u64,
    /// Entries to append.
    pub events: Vec<String>,
    /// Orders' numbers that are taken.
    pub orders: Vec<NewOrder>,
    /// An agent's reports that these entries contain, up to this number.
    pub acked: Option<(AgentId, u64)>,
    /// What was found out.
    pub findings: Vec<FindingRow>,
    /// What inventory tasks said.
    pub facts: Vec<NewFact>,
    /// What this means for how far the computer is taken in.
    pub standing: Vec<Happening>,
    /// That these findings are of all the computer's items.
    pub inventoried: bool,
    /// How the items ended.
    pub outcomes: Vec<OutcomeRow>,
    /// What it has learnt of items that their deployments take away again.
    pub installed: Vec<InstalledWrite>,
    /// What it leaves undone, once it is over.
    pub held: Option<HeldWrite>,
    /// That it gives back its turns of what runs one at a time, though it goes on.
    pub gives_back: bool,
    /// The link by which a person decided it, which is used up.
    pub used_link: Option<TokenHash>,
    /// What persons are to be told.
    pub messages: Vec<NewMessage>,
    /// What webhooks are to be told.
    pub calls: Vec<NewCall>,
    /// Now.
    pub at: Timestamp,
}

impl SessionWrite {
    /// A write that only sets the row, for further fields to be filled in.
    pub fn of(row: SessionRow, after: u64, at: Timestamp) -> Self {
        Self {
            row,
            after,
            events: Vec::new(),
            orders: Vec::new(),
            acked: None,
            findings: Vec::new(),
            facts: Vec::new(),
            standing: Vec::new(),
            inventoried: false,
            outcomes: Vec::new(),
            installed: Vec::new(),
            held: None,
            gives_back: false,
            used_link: None,
            messages: Vec::new(),
            calls: Vec::new(),
            at,
        }
    }

    /// This write and the one that follows upon it, as one of this one's time.
    #[must_use]
    pub fn then(mut self, later: Self) -> Self {
        self.row = later.row;
        self.events.extend(later.events);
        self.orders.extend(later.orders);
        self.acked = later.acked.or(self.acked);
        self.findings.extend(later.findings);
        self.facts.extend(later.facts);
        self.standing.extend(later.standing);
        self.inventoried |= later.inventoried;
        if !later.outcomes.is_empty() {
            self.outcomes = later.outcomes;
        }
        self.installed.extend(later.installed);
        self.held = later.held.or(self.held);
        self.gives_back |= later.gives_back;
        self.used_link = later.used_link.or(self.used_link);
        self.messages.extend(later.messages);
        self.calls.extend(later.calls);
        self
    }
}

/// An order's number being taken; what the order says stands in the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOrder {
    /// The agent it is for.
    pub agent: AgentId,
    /// Its number, above every other of that agent.
    pub number: u64,
    /// The commit it follows from.
    pub revision: String,
    /// After which it is refused.
    pub expires_at: Timestamp,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// The agent it is for.
    pub agent: AgentId,
    /// Its number: rises with every order to that agent.
    pub number: u64,
    /// The session it belongs to.
    pub session: SessionId,
    /// The commit it follows from.
    pub revision: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// After which it is refused.
    pub expires_at: Timestamp,
}

/// How an item ended in a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The item.
    pub item: String,
    /// What was done, a word of the language.
    pub action: String,
    /// Why, a word of the language.
    pub reason: String,
    /// The version before.
    pub from: Option<String>,
    /// The version wished for.
    pub to: Option<String>,
    /// The deployment, by its path.
    pub by: Option<String>,
    /// `done`, `skipped`, `cancelled`, …
    pub status: String,
    /// `passed`, `failed`, `unknown` or none.
    pub result: Option<String>,
    /// For people.
    pub message: Option<String>,
    /// The exit code of what ran last for it.
    pub exit_code: Option<i32>,
    /// Where it failed: what it has in common with the same failure elsewhere.
    pub cause: Option<String>,
}

/// How an item ended in the last session of a computer that was about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LatestOutcome {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// Its name.
    pub computer_name: String,
    /// The session.
    pub session: SessionId,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How.
    pub outcome: OutcomeRow,
}

/// Which sessions are asked for, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// Of this computer only.
    pub computer: Option<ComputerId>,
    /// Only those that can still move.
    pub open: bool,
    /// Only those before this one.
    pub before: Option<SessionId>,
    /// At most so many.
    pub limit: u32,
}
