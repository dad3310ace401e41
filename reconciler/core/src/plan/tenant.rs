//! Cloud items: what each tenant would get.

use std::sync::Arc;

use super::actions::{resolved_conflicts, shadowed};
use super::row::{Action, Place, TenantPlan};
use super::standing::Standing;
use super::starts_within;
use super::task;
use crate::fleet::{TenantView, World};
use crate::item::{Act, Phase, Reason};
use crate::policy::ItemId;
use crate::resolve::{
    Candidates, Decision, Reach, Request, Resolution, Settled, resolve_tenant, selects_tenant,
};

/// Plans cloud items for every tenant that has one, by id.
pub(super) fn plan(
    world: &World<'_>,
    candidates: &Candidates,
    request: &Request,
) -> Vec<TenantPlan> {
    let schedule = request.schedule.map(|index| &world.policy.schedules()[index]);
    let reached = |id: &str, view: &TenantView| {
        schedule.is_none_or(|schedule| {
            starts_within(schedule, view)
                && selects_tenant(world, id, &schedule.target) == Reach::Yes
        })
    };
    let tenants = world.tenants().into_iter().filter(|(id, view)| reached(id, view));
    tenants.filter_map(|(id, _)| plan_tenant(world, id, candidates, request)).collect()
}

fn plan_tenant(
    world: &World<'_>,
    id: &str,
    candidates: &Candidates,
    request: &Request,
) -> Option<TenantPlan> {
    let policy = world.policy;
    let resolution: Resolution = resolve_tenant(world, id, candidates, request);
    let mut items: Vec<&(ItemId, Arc<Decision>)> =
        resolution.items.iter().filter(|(item, _)| request.covers(policy, *item)).collect();
    if items.is_empty() {
        return None;
    }
    items.sort_by_key(|(item, _)| policy.items().position(*item));
    let actions =
        items.iter().map(|(item, decision)| action(world, *item, &decision.settled)).collect();
    let listed = |item: ItemId| items.iter().any(|(own, _)| *own == item);
    Some(TenantPlan {
        tenant: id.to_owned(),
        actions,
        shadowed: shadowed(policy, &resolution, listed),
        conflicts: resolved_conflicts(policy, &resolution, |item| listed(*item)),
    })
}

fn action(world: &World<'_>, item: ItemId, settled: &Settled) -> Action {
    let policy = world.policy;
    let (standing, winner) = match settled {
        Settled::Conflict(..) => (Standing::Conflict, None),
        Settled::Winner(id) => (task::judge(Some(&policy.deployment(*id).wish), None), Some(*id)),
    };
    let (reason, failed) = match standing {
        Standing::Conflict => (Reason::Conflict, true),
        Standing::Ignored => (Reason::Ignored, false),
        Standing::Settled(reason) => (reason, false),
        _ => (Reason::Unknown, false),
    };
    let by = winner.map(|id| {
        let winner = policy.deployment(id);
        Place { path: winner.path.clone(), line: winner.line }
    });
    Action {
        item: policy.items().entry(item).item.clone(),
        id: item,
        act: Act::None,
        reason,
        from: None,
        to: None,
        by,
        deployment: winner,
        because: None,
        waits_for: Vec::new(),
        phase: Phase::Main,
        failed,
        message: None,
    }
}
