//! Deployments in the order in which they win: by item, then by precedence,
//! worked out once for a policy.

use std::cmp::Reverse;

use super::{DeploymentEntry, DeploymentId, ItemTable, TenantId, Tenants};

/// Deployments by where they stand, each list by item, winners first.
#[derive(Debug, Default)]
pub struct Ranking {
    ranks: Vec<u32>,
    cross: Vec<DeploymentId>,
    by_tenant: Vec<Vec<DeploymentId>>,
}

impl Ranking {
    pub(super) fn new(
        deployments: &[DeploymentEntry],
        items: &ItemTable,
        tenants: &Tenants,
    ) -> Self {
        let mut all: Vec<DeploymentId> = (0..deployments.len() as u32).map(DeploymentId).collect();
        all.sort_by_cached_key(|id| {
            let one = &deployments[id.0 as usize];
            (one.item.map(|item| items.position(item)), Reverse(one.precedence), *id)
        });
        let mut ranking = Self {
            ranks: vec![0; all.len()],
            cross: Vec::new(),
            by_tenant: vec![Vec::new(); tenants.len()],
        };
        for (rank, id) in all.into_iter().enumerate() {
            ranking.ranks[id.0 as usize] = rank as u32;
            match deployments[id.0 as usize].scope {
                None => ranking.cross.push(id),
                Some(tenant) => ranking.by_tenant[tenant.0 as usize].push(id),
            }
        }
        ranking
    }

    /// The deployments that stand in cross-tenant files.
    pub fn cross_tenant(&self) -> &[DeploymentId] {
        &self.cross
    }

    /// The deployments that stand in a tenant's files.
    pub fn of_tenant(&self, tenant: TenantId) -> &[DeploymentId] {
        &self.by_tenant[tenant.0 as usize]
    }

    /// The place of a deployment among all, by item, winners first.
    pub fn rank(&self, id: DeploymentId) -> u32 {
        self.ranks[id.0 as usize]
    }
}
