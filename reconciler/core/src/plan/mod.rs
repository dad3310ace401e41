//! What winners ask for: a complete, ordered, explained plan for each computer.
//!
//! Sections 5 and 10 of the language. In reading order: `wish.rs` is the state
//! table of one software, `memo.rs` keeps its answers, `demand.rs` collects what prerequisites ask for,
//! `evaluate.rs` joins both, `sequence.rs` puts the actions in order.

mod actions;
mod applies;
mod cases;
mod count;
mod demand;
mod evaluate;
mod free;
mod hindrance;
mod memo;
mod planner;
mod platform;
mod prerequisite;
mod row;
mod seats;
mod sequence;
mod standing;
mod task;
mod tenant;
mod versions;
mod wish;

use jiff::Timestamp;

use crate::fleet::{Fleet, Subject, TenantView, World};
use crate::policy::{Policy, ScheduleEntry};
use crate::resolve::{
    Candidates, Reach, Request, Resolution, is_excluded, resolve, selects_believing,
};
use memo::Memo;

pub(crate) use applies::{Applies, applies, on_platform};
pub use planner::Planner;
pub(crate) use platform::{Choice, choose};
pub use row::{Action, Because, ComputerPlan, Conflict, Place, Plan, Shadowed, TenantPlan, Totals};
pub use seats::{Exceeded, Seats};
pub use versions::offered;
pub(crate) use versions::{artifacts, fitting};

/// Plans for every computer that the session reaches, by tenant and name.
pub fn plan(policy: &Policy, fleet: &Fleet, request: &Request, now: Timestamp) -> Plan {
    let world = World::new(policy, fleet, now);
    let planner = Planner::new(&world, request);
    let computers = planner.computers().collect();
    Plan { revision: policy.revision.clone(), now, computers, tenants: planner.tenants() }
}

/// Plans for one computer; none where no session reaches it.
pub fn plan_computer(
    subject: &Subject<'_>,
    candidates: &Candidates<'_>,
    request: &Request,
) -> Option<ComputerPlan> {
    let memo = Memo::default();
    is_reached(subject, request)
        .then(|| plan_resolved(subject, &resolve(subject, candidates, request), request, &memo))
}

fn plan_resolved<'w>(
    subject: &Subject<'w>,
    resolution: &Resolution,
    request: &Request,
    memo: &Memo<'w>,
) -> ComputerPlan {
    let evaluated = evaluate::Evaluation::new(subject, resolution, request, memo);
    actions::finish(subject, resolution, &evaluated, request)
}

/// Whether a session may touch a computer.
fn is_reached(subject: &Subject<'_>, request: &Request) -> bool {
    let schedule = request.schedule.map(|index| &subject.world.policy.schedules()[index]);
    !is_excluded(subject) && schedule.is_none_or(|schedule| starts_for(subject, schedule))
}

/// Whether a schedule starts sessions for a computer.
pub fn starts_for(subject: &Subject<'_>, schedule: &ScheduleEntry) -> bool {
    starts_within(schedule, subject.tenant)
        && selects_believing(subject, &schedule.target) == Reach::Yes
}

/// Whether a schedule may start anything in a tenant.
fn starts_within(schedule: &ScheduleEntry, tenant: &TenantView) -> bool {
    match (schedule.scope, tenant.id) {
        (None, _) => tenant.cross_tenant,
        (Some(own), Some(tenant)) => own == tenant,
        (Some(_), None) => false,
    }
}
