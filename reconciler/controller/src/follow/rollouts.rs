//! Rollouts: starting those that a commit declares, and halting those that fail.
//!
//! A commit's rollouts are written down before it is in force, so that no
//! session follows it without its rings. A ring halts in the look that finds
//! too many of its computers to have failed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::World;
use ordain_core::held::{Declared, declared, ring_of};
use ordain_core::policy::Policy;
use ordain_core::resolve::{Candidates, Request, Settled, resolve};
use ordain_schema::document::ComputerFacts;
use ordain_store::rows::{HaltRow, RolloutKey, RolloutRow};
use ordain_store::{Store, StoreError, TenantId, TenantScope};

use super::InForce;
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::recorded;

/// A rollout that starts now.
pub(crate) fn starting(
    declared: &Declared,
    version: Option<&str>,
    revision: &str,
    at: Timestamp,
) -> RolloutRow {
    RolloutRow {
        key: RolloutKey {
            tenant: declared.tenant.as_deref().map(TenantId::new),
            deployment: declared.name.clone(),
            item: declared.item.clone(),
            version: version.map(str::to_owned),
        },
        content: declared.content.clone(),
        revision: revision.to_owned(),
        started_at: at,
        ring: 1,
        since: at,
        halt: None,
    }
}

/// Starts the rollouts of a commit that comes in force; those that it does not
/// change go on.
pub(super) async fn follow(
    store: &dyn Store,
    policy: &Policy,
    revision: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    let all = declared(policy);
    store.follow_rollouts(all.iter().map(|one| starting(one, None, revision, at)).collect()).await
}

/// Halts the rollouts of which too many computers of a ring have failed.
pub(super) async fn halt(controller: &Controller, now: Timestamp) -> Result<(), StoreError> {
    let Some(in_force) = controller.policy.borrow().in_force.clone() else { return Ok(()) };
    let watched = watched(&in_force.policy);
    if watched.is_empty() {
        return Ok(());
    }
    let mut failing = Vec::new();
    for row in controller.store.rollouts(&TenantScope::All).await? {
        let key = (row.key.deployment.clone(), row.key.item.clone());
        let Some(declared) = watched.get(&key).filter(|_| row.halt.is_none()) else { continue };
        let path = in_force.policy.deployment(declared.deployment).path.clone();
        let failed = controller.store.failures(&TenantScope::All, &row.key.item, &path, row.since);
        let failed: BTreeSet<(String, String)> =
            failed.await?.into_iter().map(|(tenant, name)| (tenant.to_string(), name)).collect();
        if !failed.is_empty() {
            failing.push((declared.clone(), row.key, failed));
        }
    }
    if failing.is_empty() {
        return Ok(());
    }
    let online = |id: &_| controller.hub.is_online(id);
    let computers =
        recorded::computers(&*controller.store, &TenantScope::All, Some(&in_force.policy), online)
            .await?;
    let judged = spawn_blocking(move || judge(&in_force, computers, failing, now)).await;
    let judged = judged.map_err(|_| StoreError::Damaged("a defect of this program".to_owned()))?;
    for (key, halt) in judged {
        let (ring, failed, computers) = (halt.ring, halt.failed, halt.computers);
        let (item, deployment) = (key.item.clone(), key.deployment.clone());
        if controller.store.halt_rollout(key, halt).await? {
            tracing::warn!(
                item,
                deployment,
                ring,
                failed,
                computers,
                "a rollout has halted: `ordain rollouts clear` lets it go on"
            );
        }
    }
    Ok(())
}

/// The rollouts that may halt, by deployment and item.
fn watched(policy: &Policy) -> BTreeMap<(String, String), Declared> {
    let halts = |one: &Declared| {
        policy.rollout(Some(one.deployment)).is_some_and(|rollout| rollout.halt_at.is_some())
    };
    let all = declared(policy).into_iter().filter(halts);
    all.map(|one| ((one.name.clone(), one.item.clone()), one)).collect()
}

type Failing = (Declared, RolloutKey, BTreeSet<(String, String)>);

/// Which of them halt, each with its first ring of which too many have failed.
fn judge(
    in_force: &Arc<InForce>,
    computers: Vec<ComputerFacts>,
    failing: Vec<Failing>,
    now: Timestamp,
) -> Vec<(RolloutKey, HaltRow)> {
    let policy = &in_force.policy;
    let fleet = in_force.fleet(computers);
    let world = World::new(policy, &fleet, now);
    let candidates = Candidates::new(&world);
    // By rollout and ring: how many failed, of how many.
    let mut shares: Vec<BTreeMap<u32, (u64, u64)>> = vec![BTreeMap::new(); failing.len()];
    for subject in world.subjects() {
        let resolution = resolve(&subject, &candidates, &Request::default());
        let name = (subject.facts.tenant.clone(), subject.facts.name.clone());
        for ((declared, _, failed), shares) in failing.iter().zip(&mut shares) {
            let entry = policy.deployment(declared.deployment);
            let (Some(item), Some(rollout)) =
                (entry.item, policy.rollout(Some(declared.deployment)))
            else {
                continue;
            };
            let wins = resolution.items.iter().any(|(id, decision)| {
                *id == item
                    && matches!(decision.settled, Settled::Winner(id) if id == declared.deployment)
            });
            let has_failed = failed.contains(&name);
            if wins || has_failed {
                let ring = ring_of(&subject, &policy.items().entry(item).item, rollout);
                let share = shares.entry(ring).or_default();
                share.0 += u64::from(has_failed);
                share.1 += 1;
            }
        }
    }
    let each = failing.into_iter().zip(shares);
    each.filter_map(|((declared, key, _), shares)| {
        let bound = policy.rollout(Some(declared.deployment))?.halt_at?;
        let too_many = |(failed, all): &(u64, u64)| failed * 10_000 > bound * all;
        let (ring, (failed, all)) = shares.into_iter().find(|(_, share)| too_many(share))?;
        let halt = HaltRow { ring, at: now, failed: Some(failed), computers: Some(all) };
        Some((key, halt))
    })
    .collect()
}
