//! Limits of the repository that a commit exceeds, on the fleet as it is recorded.
//!
//! The same comparison as `ordain diff`: the limits are those of the commit in
//! force, for a change cannot raise what it is measured by.

use jiff::Timestamp;
use ordain_core::change::{Changed, Places, touched};
use ordain_core::diff::{Exceeded, diff};
use ordain_core::fleet::{Fleet, World};
use ordain_core::plan::{Plan, Planner};
use ordain_core::policy::Policy;
use ordain_core::resolve::{Request, is_excluded};
use ordain_schema::document::{Approval, ComputerFacts, Inventory};
use ordain_store::rows::DiagnosticRow;

use super::InForce;

/// Whether a policy limits what a commit may change.
pub(super) fn limits(policy: &Policy) -> bool {
    policy.repository().is_some_and(|repository| {
        let limits = &repository.limits;
        limits.max_computers_changed.is_some() || limits.max_uninstalls.is_some()
    })
}

/// What a commit exceeds, as diagnostics of the whole commit.
pub(super) fn exceeded(
    before: &InForce,
    after: &InForce,
    (computers, approvals): (Vec<ComputerFacts>, Vec<Approval>),
    now: Timestamp,
) -> Vec<DiagnosticRow> {
    let fleet = Fleet::new(Inventory { computers, approvals, ..Inventory::default() });
    let (old_fleet, new_fleet) = (before.answered(fleet.clone()), after.answered(fleet));
    let old = World::new(&before.policy, &old_fleet, now);
    let new = World::new(&after.policy, &new_fleet, now);
    let changed = Changed::between(&before.policy, &after.policy);
    let request = Request::default();
    let places = touched(&old, &new, &changed, &request);
    let (base, head) = (plan(&old, &request, &places), plan(&new, &request, &places));
    let known = new.subjects().filter(|subject| !is_excluded(subject)).count();
    let found = diff((&old, &base), (&new, &head), known as u64);
    found.limits.iter().map(|one| row(one, &after.revision)).collect()
}

fn plan(world: &World<'_>, request: &Request, places: &Places) -> Plan {
    let computers = Planner::new(world, request).only(places).collect();
    let revision = world.policy.revision.clone();
    Plan { revision, now: world.now, computers, tenants: Vec::new() }
}

fn row(one: &Exceeded, revision: &str) -> DiagnosticRow {
    let Exceeded { limit, allowed, actual } = one;
    DiagnosticRow {
        severity: "error".into(),
        code: "limit-exceeded".into(),
        message: format!("`{limit}` allows {allowed}, and the commit comes to {actual}"),
        hint: Some(format!(
            "look at it with `ordain diff`, then let it go with `ordain approve {revision}`, or make the change in smaller steps"
        )),
        file: String::new(),
        line: 0,
        column: 0,
        end_column: 0,
        related: Vec::new(),
    }
}
