//! Cloud items: what each tenant would get.

use std::sync::Arc;

use super::actions::{resolved_conflicts, shadowed};
use super::row::{Action, Place, TenantPlan};
use super::standing::Standing;
use super::starts_within;
use super::task;
use crate::fleet::{TenantView, World};
use crate::item::{Act, Phase, Reason};
use crate::parameter::{self, Recipient};
use crate::policy::ItemId;
use crate::resolve::{
    Candidates, Decision, Reach, Request, Resolution, Settled, resolve_tenant, selects_tenant,
};

/// Plans cloud items for every tenant that has one, by id.
pub(super) fn plan(
    world: &World<'_>,
    candidates: &Candidates<'_>,
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
    candidates: &Candidates<'_>,
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
        items.iter().map(|(item, decision)| action(world, id, *item, &decision.settled)).collect();
    let listed = |item: ItemId| items.iter().any(|(own, _)| *own == item);
    Some(TenantPlan {
        tenant: id.to_owned(),
        actions,
        shadowed: shadowed(policy, &resolution, listed),
        conflicts: resolved_conflicts(policy, &resolution, |item| listed(*item)),
    })
}

fn action(world: &World<'_>, tenant: &str, item: ItemId, settled: &Settled) -> Action {
    let policy = world.policy;
    let winner = settled.winner();
    let recipient = Recipient::new(item, winner);
    let standing = winner.map_or_else(
        || Standing::of_none(settled),
        |id| {
            let missing = parameter::missing(policy, policy.tenants().find(tenant), recipient);
            let missing = missing.map(|missing| missing.to_string().into());
            task::judge(Some(&policy.deployment(id).wish), missing, None)
        },
    );
    let (reason, failed, message) = match standing {
        Standing::Conflict => (Reason::Conflict, true, None),
        Standing::Ignored => (Reason::Ignored, false, None),
        Standing::Settled(reason) => (reason, false, None),
        Standing::Fails(reason, message) => (reason, true, message),
        _ => (Reason::Unknown, false, None),
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
        recipient,
        because: None,
        waits_for: Vec::new(),
        phase: Phase::Main,
        failed,
        message,
    }
}
