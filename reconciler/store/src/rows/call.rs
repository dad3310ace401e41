//! Calls of webhooks, from being written to being taken.

use crate::TenantId;

/// Which call of which webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallKey {
    /// The tenant that it tells of.
    pub tenant: TenantId,
    /// The same for every webhook that is told, and however often it is tried.
    pub id: String,
    /// The webhook's name.
    pub hook: String,
}

/// A call to be made. What is there already under its id stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCall {
    /// Its id, unique within the tenant.
    pub id: String,
    /// The webhook's name.
    pub hook: String,
    /// What happened, a word.
    pub event: String,
    /// What is sent: JSON.
    pub body: String,
}

/// A call that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallRow {
    /// Which.
    pub key: CallKey,
    /// What happened, a word.
    pub event: String,
    /// What is sent: JSON.
    pub body: String,
    /// How often it was tried.
    pub attempts: u32,
}
