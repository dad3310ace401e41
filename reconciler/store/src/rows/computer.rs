//! Computers, and what is known of them.

use jiff::Timestamp;
use ordain_core::affinity::Logon;
use ordain_core::identity::{Decision, Life, Lives, Meeting, Standing};

use crate::{AgentId, ComputerId, TenantId};

/// A computer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: ComputerId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// Who it is: the machine and the system on it, now and before.
    pub lives: Lives,
    /// Why it needs a decision, while it does.
    pub doubt: Option<Doubt>,
    /// How far it is taken in.
    pub standing: Standing,
    /// Since when.
    pub standing_at: Timestamp,
    /// When its present life began here: what is started for a computer once is started once for each.
    pub begun_at: Timestamp,
    /// When it was first enrolled.
    pub enrolled_at: Timestamp,
    /// Since when no session touches it, where a person has said so.
    pub excluded_at: Option<Timestamp>,
    /// Who was logged on, oldest first.
    pub logons: Vec<Logon>,
    /// The UPN of the person that somebody gave when it was onboarded.
    pub person: Option<String>,
    /// What its agent reported last, as it was reported.
    pub facts: Option<serde_json::Value>,
    /// When that was.
    pub facts_at: Option<Timestamp>,
    /// When a detection of all its items was last recorded; before that, software which is not found is unknown.
    pub inventoried_at: Option<Timestamp>,
}

/// Why a person has to decide who a computer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Doubt {
    /// It may be a copy of this one, which was known before.
    CopyOf(ComputerId),
    /// Somebody else says to be it: the agent, and how far it was taken in before.
    Another(AgentId, Standing),
}

/// An agent says who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meet {
    /// The agent.
    pub agent: AgentId,
    /// Who it says it is; none where it does not say.
    pub life: Option<Life>,
    /// Agents whose connection is open now.
    pub online: Vec<AgentId>,
    /// Whether another connection of the very same agent is open now, of another life.
    pub beside: bool,
    /// Whether the tenant onboards computers.
    pub onboarding: bool,
    /// Now.
    pub at: Timestamp,
}

/// What came of a meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// What it was.
    pub meeting: Meeting,
    /// The computer as it is now.
    pub computer: ComputerRow,
    /// Agents of a former life, which are not listened to any more.
    pub superseded: Vec<AgentId>,
}

/// A person decides who a computer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// The computer in doubt.
    pub computer: ComputerId,
    /// What it is.
    pub decision: Decision,
    /// Whether its tenant onboards computers.
    pub onboarding: bool,
    /// Now.
    pub at: Timestamp,
}

/// What came of a decision.
#[derive(Debug, Clone, PartialEq)]
pub struct Decided {
    /// The computer that is left: another one than was in doubt where the two were one.
    pub computer: ComputerRow,
    /// Agents that came over from the one in doubt.
    pub moved: Vec<AgentId>,
    /// Agents of a former life, which are not listened to any more.
    pub superseded: Vec<AgentId>,
}

/// Why nothing was decided or moved; nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undecided {
    /// There is no such computer.
    Missing,
    /// Nothing is in doubt.
    Settled,
    /// The computer that it may be a copy of was removed.
    OriginalGone,
    /// Another computer of the tenant bears the name.
    NameTaken,
}

/// What an inventory task said of a computer.
#[derive(Debug, Clone, PartialEq)]
pub struct FactRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// Its name under `computer.facts`.
    pub fact: String,
    /// The task that said it.
    pub item: String,
    /// What it said.
    pub value: serde_json::Value,
    /// Since when it says so.
    pub since: Timestamp,
    /// When it said so last.
    pub at: Timestamp,
}

/// A fact that a session brings.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFact {
    /// Its name under `computer.facts`.
    pub fact: String,
    /// The task that says it.
    pub item: String,
    /// What it says.
    pub value: serde_json::Value,
    /// Whether each change is kept.
    pub history: bool,
}

/// What a fact was from a moment on.
#[derive(Debug, Clone, PartialEq)]
pub struct FactChange {
    /// Since when.
    pub at: Timestamp,
    /// What it was.
    pub value: serde_json::Value,
}

/// The last answer about an item on a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FindingRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// The item as `software/NAME` or `task/NAME#INSTANCE`.
    pub item: String,
    /// Software: the version found, none for not installed.
    pub version: Option<String>,
    /// Software: the versions that its package manager offers, newest first; none where that is not known.
    pub offered: Option<Vec<String>>,
    /// The answer of the software's or task's test.
    pub answer: Option<bool>,
    /// The output of a task's `get`.
    pub output: Option<String>,
    /// Why finding out failed.
    pub failure: Option<String>,
    /// When it was found.
    pub found_at: Timestamp,
}

/// An optional deployment that was approved on a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApprovalRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// Its name.
    pub computer_name: String,
    /// The deployment, as `path#name`.
    pub deployment: String,
    /// Since when.
    pub at: Timestamp,
}

/// A stop of all starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRow {
    /// The tenant that is paused; none for all.
    pub tenant: Option<TenantId>,
    /// Since when.
    pub since: Timestamp,
}
