//! What is wrong across the documents of a policy.
//!
//! What one document tells of itself is checked where it is read, in
//! `ordain-schema`; here stands what takes a second document, the file tree,
//! the day, or another grammar (cron, CEL, versions, zones). Every check
//! reports all that it finds. In reading order: `review.rs` is the hand that
//! reports, then one file for each family of checks.

mod review;
mod unread;

mod cycles;
mod deployments;
mod duplicates;
mod execution;
mod files;
mod installers;
mod missing;
mod needs;
mod parameters;
mod reach;
mod references;
mod secrets;
mod trust;
mod values;
mod versions;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::{Diagnostic, Snapshot};

use crate::policy::Policy;
use review::Review;
use unread::Unread;

/// Everything that is wrong across documents, in no particular order.
/// `unread` are the files that could not be read: what they hold is unknown,
/// never missing. `now` is what the days of deployments are compared with.
pub fn check(
    policy: &Policy,
    snapshot: &Snapshot,
    unread: &BTreeSet<Arc<str>>,
    now: Timestamp,
) -> Vec<Diagnostic> {
    let mut review = Review::new(policy, snapshot, Unread::new(unread, snapshot), now);
    duplicates::check(&mut review);
    references::check(&mut review);
    reach::check(&mut review);
    secrets::check(&mut review);
    files::check(&mut review);
    installers::check(&mut review);
    values::check(&mut review);
    versions::check(&mut review);
    parameters::check(&mut review);
    missing::check(&mut review);
    needs::check(&mut review);
    deployments::check(&mut review);
    cycles::check(&mut review);
    trust::check(&mut review);
    execution::check(&mut review);
    review.finish()
}
