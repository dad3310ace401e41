//! What computers handed back or made, and who read it.

use jiff::Timestamp;

use crate::{AgentId, ComputerId, TenantId};

/// Something of a computer that is kept beyond its session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// The agent that reported it.
    pub agent: AgentId,
    /// The report's number in the agent's journal: the same one again is the same thing.
    pub seq: u64,
    /// The item.
    pub item: String,
    /// The output's or the parameter's name.
    pub name: String,
    /// When it was made or handed back, by the computer's clock.
    pub made_at: Timestamp,
    /// What it is.
    pub content: KeptContent,
}

/// What is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeptContent {
    /// A text that may be read.
    Plain(String),
    /// An age file in base64, which only the tenant's identity opens.
    Escrow(String),
}

/// Somebody did something that is to be known later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Whose it concerns.
    pub tenant: TenantId,
    /// Its id; later ones sort behind earlier ones.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// Who, as far as that is known.
    pub who: String,
    /// What was done, in a word.
    pub what: String,
    /// On which computer, by name.
    pub computer: Option<String>,
    /// About which item.
    pub item: Option<String>,
    /// About what of it.
    pub name: Option<String>,
    /// Why, in that one's own words.
    pub reason: Option<String>,
}
