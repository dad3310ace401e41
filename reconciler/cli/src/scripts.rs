//! Answers of filter scripts for an offline plan: what the inventory says
//! stands, and the rest is left unknown.

use ordain_core::fleet::Fleet;
use ordain_core::policy::Policy;
use ordain_schema::Snapshot;

/// Fills in what filter scripts say where the inventory does not.
pub(crate) fn answer(_policy: &Policy, _snapshot: &Snapshot, _fleet: &mut Fleet) {}
