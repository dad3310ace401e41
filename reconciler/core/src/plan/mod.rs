//! What winners ask for: a complete, ordered, explained plan for each computer.
//!
//! Sections 5 and 10 of the language. In reading order: `wish.rs` is the state
//! table of one software, `demand.rs` collects what prerequisites ask for,
//! `evaluate.rs` joins both, `sequence.rs` puts the actions in order.

mod demand;
mod evaluate;
mod row;
mod sequence;
mod task;
mod tenant;
mod versions;
mod wish;

use jiff::Timestamp;

use crate::fleet::{Fleet, Subject, World};
use crate::policy::{Policy, ScheduleEntry};
use crate::resolve::{Candidates, Reach, Request, resolve, selects};

pub use row::{Action, Because, ComputerPlan, Conflict, Place, Plan, Shadowed, TenantPlan, Totals};
pub use versions::offered;
pub(crate) use wish::platform;

/// Plans for every computer that the session reaches, by tenant and name.
pub fn plan(policy: &Policy, fleet: &Fleet, request: &Request, now: Timestamp) -> Plan {
    let world = World::new(policy, fleet, now);
    let candidates = Candidates::new(&world);
    let computers = world
        .subjects()
        .filter_map(|subject| plan_computer(&subject, &candidates, request))
        .collect();
    let tenants = tenant::plan(&world, &candidates, request);
    Plan { revision: policy.revision.clone(), now, computers, tenants }
}

/// Plans for one computer; none where no session reaches it.
pub fn plan_computer(
    subject: &Subject<'_>,
    candidates: &Candidates,
    request: &Request,
) -> Option<ComputerPlan> {
    let schedule = request.schedule.map(|index| &subject.world.policy.schedules()[index]);
    if subject.is_excluded() || schedule.is_some_and(|schedule| !starts_for(subject, schedule)) {
        return None;
    }
    let resolution = resolve(subject, candidates, request);
    let evaluated = evaluate::Evaluation::new(subject, &resolution, request);
    Some(sequence::finish(subject, &resolution, &evaluated, request))
}

/// Whether a schedule starts sessions for a computer.
pub fn starts_for(subject: &Subject<'_>, schedule: &ScheduleEntry) -> bool {
    let in_reach = match (schedule.scope, subject.tenant.id) {
        (None, _) => subject.tenant.cross_tenant,
        (Some(own), Some(tenant)) => own == tenant,
        (Some(_), None) => false,
    };
    in_reach && selects(subject, &schedule.target) == Reach::Yes
}
