//! Which deployments could count in a tenant, in the order in which they win.

use std::cmp::Reverse;

use ordain_schema::document::{Body, RunsOn};
use rustc_hash::FxHashMap;

use crate::fleet::{TenantView, World};
use crate::policy::{DeploymentEntry, DeploymentId, Policy, Selector};

/// By tenant, the deployments that are neither disabled, before their first or
/// past their last day, of a disabled integration, nor kept out by the tenant;
/// by item, winners first.
#[derive(Debug, Default)]
pub struct Candidates {
    tenants: FxHashMap<String, Lists>,
}

#[derive(Debug, Default)]
struct Lists {
    computers: Vec<DeploymentId>,
    cloud: Vec<DeploymentId>,
}

impl Candidates {
    /// Sorts out the deployments of every tenant of a world.
    pub fn new(world: &World<'_>) -> Self {
        let order = Order::new(world.policy);
        let tenants = world.tenants().into_iter();
        Self {
            tenants: tenants
                .map(|(id, view)| (id.to_owned(), lists(world.policy, &order, view)))
                .collect(),
        }
    }

    /// The deployments for computers of a tenant.
    pub fn of(&self, tenant: &str) -> &[DeploymentId] {
        self.tenants.get(tenant).map_or(&[], |lists| &lists.computers)
    }

    /// The deployments of cloud items for a tenant.
    pub fn cloud(&self, tenant: &str) -> &[DeploymentId] {
        self.tenants.get(tenant).map_or(&[], |lists| &lists.cloud)
    }
}

/// Deployments by scope, each list in the order in which they win.
struct Order {
    ranks: Vec<u32>,
    cross: Vec<DeploymentId>,
    by_tenant: Vec<Vec<DeploymentId>>,
}

impl Order {
    fn new(policy: &Policy) -> Self {
        let mut all: Vec<DeploymentId> =
            (0..policy.deployments().len() as u32).map(DeploymentId).collect();
        all.sort_by_cached_key(|id| {
            let one = policy.deployment(*id);
            (one.item.map(|item| policy.items().position(item)), Reverse(one.precedence), *id)
        });
        let mut order = Self {
            ranks: vec![0; all.len()],
            cross: Vec::new(),
            by_tenant: vec![Vec::new(); policy.tenants().len()],
        };
        for (rank, id) in all.into_iter().enumerate() {
            order.ranks[id.0 as usize] = rank as u32;
            match policy.deployment(id).scope {
                None => order.cross.push(id),
                Some(tenant) => order.by_tenant[tenant.0 as usize].push(id),
            }
        }
        order
    }
}

fn lists(policy: &Policy, order: &Order, view: &TenantView) -> Lists {
    let mut ids: Vec<DeploymentId> = Vec::new();
    // What is mandatory reaches tenants that keep cross-tenant files out.
    let is_mandatory = |id: &&DeploymentId| policy.deployment(**id).precedence.mandatory;
    ids.extend(order.cross.iter().filter(|id| view.cross_tenant || is_mandatory(id)));
    if let Some(own) = view.id {
        ids.extend(&order.by_tenant[own.0 as usize]);
        for ancestor in &policy.tenants().node(own).ancestors {
            let theirs = order.by_tenant[ancestor.0 as usize].iter();
            ids.extend(theirs.filter(|id| policy.deployment(**id).propagate));
        }
    }
    ids.retain(|id| counts(policy.deployment(*id), view));
    ids.sort_by_key(|id| order.ranks[id.0 as usize]);
    let (cloud, computers) =
        ids.into_iter().partition(|id| is_cloud(policy, policy.deployment(*id)));
    Lists { computers, cloud }
}

fn counts(deployment: &DeploymentEntry, view: &TenantView) -> bool {
    let of_disabled =
        matches!(deployment.target.selector, Selector::DeviceGroup { disabled: true, .. });
    !deployment.disabled && !of_disabled && deployment.counts_on(view.day)
}

fn is_cloud(policy: &Policy, deployment: &DeploymentEntry) -> bool {
    let document = deployment.item.map(|item| policy.items().entry(item).document);
    document.is_some_and(|id| matches!(&policy.document(id).body, Body::Task(task) if task.runs_on == RunsOn::Tenant))
}
