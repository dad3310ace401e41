//! Answers of filter scripts for an offline plan: what the inventory says
//! stands; the rest is asked of the scripts themselves.

use ordain_core::fleet::Fleet;
use ordain_core::policy::Policy;
use ordain_schema::Snapshot;

use crate::printer::Printer;

/// Fills in what filter scripts say where the inventory does not. A script
/// that fails has no answer: the plan lists it as unknown.
pub(crate) fn answer(policy: &Policy, snapshot: &Snapshot, fleet: &mut Fleet) {
    let _failed = ordain_filter::answer(policy, snapshot, fleet);
}

/// The same, saying which scripts failed.
pub(crate) fn answer_aloud(
    policy: &Policy,
    snapshot: &Snapshot,
    fleet: &mut Fleet,
    printer: &mut Printer,
) {
    for error in ordain_filter::answer(policy, snapshot, fleet) {
        printer.warn(format!("a filter script has no answer: {error}"));
    }
}
