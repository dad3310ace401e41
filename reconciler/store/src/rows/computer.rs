//! Computers, and what is known of them.

use jiff::Timestamp;

use crate::{ComputerId, TenantId};

/// A computer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its id.
    pub id: ComputerId,
    /// Its name, unique within the tenant.
    pub name: String,
    /// Who it is: `uuid:…`, `serial:…` or `key:…`.
    pub identity_key: String,
    /// The operating system's installation id.
    pub installation_id: Option<String>,
    /// When it was first enrolled.
    pub enrolled_at: Timestamp,
    /// What its agent reported last, as it was reported.
    pub facts: Option<serde_json::Value>,
    /// When that was.
    pub facts_at: Option<Timestamp>,
    /// When a detection of all its items was last recorded; before that, software which is not found is unknown.
    pub inventoried_at: Option<Timestamp>,
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

/// A stop of all starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PauseRow {
    /// The tenant that is paused; none for all.
    pub tenant: Option<TenantId>,
    /// Since when.
    pub since: Timestamp,
}
