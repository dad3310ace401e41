//! Decisions about commits: in force, or refused and why.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{TenantId, TenantScope};

/// A decision about a commit.
#[derive(Debug, Clone, PartialEq)]
pub struct CommitRow {
    /// The commit's object id in hexadecimal.
    pub revision: String,
    /// What was decided.
    pub verdict: Verdict,
    /// When.
    pub decided_at: Timestamp,
    /// What was found in it; errors only where it was rejected.
    pub diagnostics: Vec<DiagnosticRow>,
}

/// What was decided about a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Accepted,
    /// It did not.
    Rejected,
}

impl Verdict {
    /// The decision in a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

/// A computer that a commit concerned.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConcernedRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// Its name.
    pub computer: String,
    /// When the first session ended that found or brought it to what the
    /// commit, or a later one, says; none until then.
    pub converged_at: Option<Timestamp>,
}

/// A diagnostic as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DiagnosticRow {
    /// `error` or `warning`.
    pub severity: String,
    /// Its word.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The file; empty where the whole commit is meant.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, in characters.
    pub column: u32,
    /// First column behind the stretch.
    pub end_column: u32,
    /// Other places that belong to it.
    pub related: Vec<RelatedRow>,
}

/// Another place that belongs to a diagnostic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelatedRow {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// What stands there.
    pub message: String,
}

impl CommitRow {
    /// Takes out what a scope may not see: diagnostics of other tenants' files.
    pub(crate) fn seen_by(mut self, scope: &TenantScope) -> Self {
        if let TenantScope::One(tenant) = scope {
            let own = format!("tenants/{tenant}/");
            let foreign = |file: &str| file.starts_with("tenants/") && !file.starts_with(&own);
            self.diagnostics.retain(|each| {
                !foreign(&each.file) && !each.related.iter().any(|place| foreign(&place.file))
            });
        }
        self
    }
}
