//! E-mail to persons about sessions, from being written to being sent.

use jiff::Timestamp;

use super::TokenHash;
use crate::{SessionId, TenantId};

/// Which message of which session to whom; there is one of each at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageKey {
    /// The session's tenant.
    pub tenant: TenantId,
    /// The session.
    pub session: SessionId,
    /// `before`, `postponed-1` and further ones, or `after`.
    pub kind: String,
    /// An e-mail address.
    pub recipient: String,
}

/// A message to be sent. What is there already of that key stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMessage {
    /// `before`, `postponed-1` and further ones, or `after`.
    pub kind: String,
    /// An e-mail address.
    pub recipient: String,
    /// What it says.
    pub letter: Letter,
    /// The link in it, where it has one.
    pub link: Option<NewLink>,
}

/// What a message says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Letter {
    /// Who sends it; the controller's own address where none.
    pub sender: Option<String>,
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// A link by which a person decides about a session, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLink {
    /// Of what stands in the link.
    pub hash: TokenHash,
    /// After which it is refused.
    pub until: Timestamp,
}

/// A message as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageRow {
    /// Which.
    pub key: MessageKey,
    /// What it says; empty texts once it was sent.
    pub letter: Letter,
    /// How far it is.
    pub state: MessageState,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed.
    pub error: Option<String>,
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageState {
    /// To be handed over when it is due.
    Waiting,
    /// Being handed over.
    Sending,
    /// The server has taken it.
    Sent,
    /// Given up.
    Failed,
    /// Nobody knows whether the server has it: the line broke, or the controller
    /// died, before it answered. It is not sent again.
    Unknown,
}

impl MessageState {
    /// Every state.
    pub const ALL: [Self; 5] =
        [Self::Waiting, Self::Sending, Self::Sent, Self::Failed, Self::Unknown];

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of handing over a message, or of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// It was taken.
    Over,
    /// It was not; try again then.
    Again {
        /// When.
        at: Timestamp,
        /// Why.
        error: String,
    },
    /// It was not, and never will be; why.
    Never(String),
    /// Nobody knows; why. It is not tried again.
    Perhaps(String),
}

/// A link that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The message it stood in.
    pub key: MessageKey,
    /// After which it is refused.
    pub until: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}
