//! What is wrong across the documents of a policy.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::{Diagnostic, Snapshot};

use crate::policy::Policy;

/// Everything that is wrong across documents. `unread` are the files that could
/// not be read: what they hold is unknown, never missing.
pub fn check(
    policy: &Policy,
    snapshot: &Snapshot,
    unread: &BTreeSet<Arc<str>>,
    now: Timestamp,
) -> Vec<Diagnostic> {
    let _ = (policy, snapshot, unread, now);
    Vec::new()
}
