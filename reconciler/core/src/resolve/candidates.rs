//! Which deployments could count in a tenant, in the order in which they win.

use std::cell::OnceCell;

use ordain_schema::document::{Body, RunsOn};
use rustc_hash::FxHashMap;

use crate::fleet::{TenantView, World};
use crate::policy::{DeploymentEntry, DeploymentId, Policy, Selector};

/// By tenant, the deployments that are neither disabled, before their first or
/// past their last day, of a disabled integration, nor kept out by the tenant;
/// by item, winners first. Sorted out for the tenants that somebody asks for.
#[derive(Debug)]
pub struct Candidates<'w> {
    world: &'w World<'w>,
    tenants: FxHashMap<&'w str, OnceCell<Lists>>,
}

#[derive(Debug, Default)]
struct Lists {
    computers: Vec<DeploymentId>,
    cloud: Vec<DeploymentId>,
}

impl<'w> Candidates<'w> {
    /// The candidates for the tenants of a world.
    pub fn new(world: &'w World<'w>) -> Self {
        let tenants = world.tenants().into_iter().map(|(id, _)| (id, OnceCell::new()));
        Self { world, tenants: tenants.collect() }
    }

    /// The deployments for computers of a tenant.
    pub fn of(&self, tenant: &str) -> &[DeploymentId] {
        self.lists(tenant).map_or(&[], |lists| &lists.computers)
    }

    /// The deployments of cloud items for a tenant.
    pub fn cloud(&self, tenant: &str) -> &[DeploymentId] {
        self.lists(tenant).map_or(&[], |lists| &lists.cloud)
    }

    fn lists(&self, tenant: &str) -> Option<&Lists> {
        let view = self.world.tenant(tenant)?;
        Some(self.tenants.get(tenant)?.get_or_init(|| lists(self.world.policy, view)))
    }
}

fn lists(policy: &Policy, view: &TenantView) -> Lists {
    let ranking = policy.ranking();
    let mut ids: Vec<DeploymentId> = Vec::new();
    // What is mandatory reaches tenants that keep cross-tenant files out.
    let is_mandatory = |id: &&DeploymentId| policy.deployment(**id).precedence.mandatory;
    let cross = ranking.cross_tenant().iter();
    ids.extend(cross.filter(|id| view.cross_tenant || is_mandatory(id)));
    if let Some(own) = view.id {
        ids.extend(ranking.of_tenant(own));
        for ancestor in &policy.tenants().node(own).ancestors {
            let theirs = ranking.of_tenant(*ancestor).iter();
            ids.extend(theirs.filter(|id| policy.deployment(**id).propagate));
        }
    }
    ids.retain(|id| counts(policy.deployment(*id), view));
    ids.sort_by_key(|id| ranking.rank(*id));
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
