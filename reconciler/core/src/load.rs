//! From a snapshot to a policy with everything that is wrong with it.
//!
//! Never stops at the first fault, and always gives a policy; one with errors
//! is not planned with.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::{Diagnostic, Documents, FilesRead, Severity, Snapshot};

use crate::check::check;
use crate::policy::Policy;

/// A policy and everything that is wrong with it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The policy.
    pub policy: Arc<Policy>,
    /// What is wrong, by file, line, column and code.
    pub diagnostics: Vec<Diagnostic>,
    /// How many documents were read.
    pub documents: usize,
}

impl Loaded {
    /// Whether the policy may take effect.
    pub fn is_valid(&self) -> bool {
        self.errors() == 0
    }

    /// How many errors there are.
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|one| one.severity == Severity::Error).count()
    }

    /// How many warnings there are.
    pub fn warnings(&self) -> usize {
        self.diagnostics.len() - self.errors()
    }
}

/// Reads and checks a repository at one commit. `now` is what dates are compared with.
pub fn load(snapshot: &Snapshot, now: Timestamp) -> Loaded {
    assemble(ordain_schema::read(snapshot), snapshot, now)
}

/// The same, without reading files again that the commit before had too.
pub fn load_again(snapshot: &Snapshot, now: Timestamp, before: &mut FilesRead) -> Loaded {
    assemble(ordain_schema::read_again(snapshot, before), snapshot, now)
}

fn assemble(
    (read, mut diagnostics): (Documents, Vec<Diagnostic>),
    snapshot: &Snapshot,
    now: Timestamp,
) -> Loaded {
    let documents = read.all.len();
    let policy = Arc::new(Policy::new(read.all, snapshot));
    diagnostics.extend(check(&policy, snapshot, &read.unread, now));
    diagnostics.sort_by(|a, b| {
        (&a.file, a.span, a.code, &a.message).cmp(&(&b.file, b.span, b.code, &b.message))
    });
    diagnostics.dedup();
    Loaded { policy, diagnostics, documents }
}
