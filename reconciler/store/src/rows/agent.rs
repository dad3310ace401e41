//! Enrolment tokens and agents.

use jiff::Timestamp;
use ordain_core::identity::{Life, Place};

use crate::{AgentId, ComputerId, TenantId};

/// SHA-256 of a token in hexadecimal: the token itself is never stored.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TokenHash(pub String);

/// An enrolment token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its hash.
    pub hash: TokenHash,
    /// The tenant that its bearers join.
    pub tenant: TenantId,
    /// When it was made.
    pub created_at: Timestamp,
    /// After which it is refused.
    pub expires_at: Timestamp,
    /// How often it may still be used.
    pub uses_left: u32,
}

/// What looking at a token says, before it is burnt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BurnOutcome {
    /// It can be used for this tenant.
    Usable(TenantId),
    /// No such token was ever made.
    Unknown,
    /// It has been used as often as it may.
    Used,
    /// Its time is over.
    Expired,
}

/// What enrolling an agent writes, all or nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolAgent {
    /// The token that is burnt.
    pub token: TokenHash,
    /// The new agent's id.
    pub agent: AgentId,
    /// The computer's id, should it be a new one.
    pub computer: ComputerId,
    /// The computer's name.
    pub name: String,
    /// The machine and the system on it.
    pub life: Life,
    /// SHA-256 of the agent's public key (SPKI, DER) in hexadecimal.
    pub key_fingerprint: String,
    /// When the agent's certificate ends.
    pub certificate_expires_at: Timestamp,
    /// Whether the tenant onboards computers.
    pub onboarding: bool,
    /// Now.
    pub at: Timestamp,
    /// Agents whose connection is open now: another life beside one of them needs a decision.
    pub online: Vec<AgentId>,
}

/// What came of enrolling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// The agent's tenant.
    pub tenant: TenantId,
    /// The computer: a new one, or the one of the same identity.
    pub computer: ComputerId,
    /// Its name: another than was asked for where it may be a copy of a computer of that name.
    pub name: String,
    /// Which of these it is.
    pub place: Place<ComputerId>,
    /// Agents of a former life, which are not listened to any more.
    pub superseded: Vec<AgentId>,
}

/// An enrolment as it is kept beside the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolledAgent {
    /// The agent's tenant.
    pub tenant: TenantId,
    /// The computer it runs on.
    pub computer: ComputerId,
    /// Its id.
    pub agent: AgentId,
    /// The computer's name.
    pub name: String,
    /// The machine and the system on it.
    pub life: Life,
    /// SHA-256 of its public key (SPKI, DER) in hexadecimal.
    pub key_fingerprint: String,
    /// When its first certificate ends.
    pub certificate_expires_at: Timestamp,
    /// When it was enrolled.
    pub at: Timestamp,
}

/// Why an agent was not enrolled; nothing was written, the token not burnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrolRefusal {
    /// No such token was ever made.
    TokenUnknown,
    /// It has been used as often as it may.
    TokenUsed,
    /// Its time is over.
    TokenExpired,
    /// Another computer of the tenant bears the name.
    NameTaken,
}

/// An agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: AgentId,
    /// The computer it runs on.
    pub computer: ComputerId,
    /// SHA-256 of its public key (SPKI, DER) in hexadecimal.
    pub key_fingerprint: String,
    /// When its newest certificate ends.
    pub certificate_expires_at: Timestamp,
    /// Whether it may connect.
    pub status: AgentStatus,
    /// The life of its computer that it belongs to; none where an older version enrolled it.
    pub life: Option<Life>,
    /// When it was enrolled.
    pub enrolled_at: Timestamp,
    /// When it was last heard of.
    pub seen_at: Option<Timestamp>,
    /// The agent program's version.
    pub version: Option<String>,
    /// Every report up to this number is stored.
    pub acked: u64,
    /// The highest number of an order to it.
    pub last_order: u64,
}

/// Whether an agent may connect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentStatus {
    /// It may.
    Active,
    /// Its computer has begun another life.
    Superseded,
    /// Its computer was removed.
    Removed,
}

impl AgentStatus {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Superseded => "superseded",
            Self::Removed => "removed",
        }
    }

    pub(crate) fn from_word(word: &str) -> Option<Self> {
        [Self::Active, Self::Superseded, Self::Removed].into_iter().find(|each| each.word() == word)
    }
}
