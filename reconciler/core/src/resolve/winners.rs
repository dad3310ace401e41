//! Who wins, for all computers of a tenant at once, as set algebra.
//!
//! Computers that the same candidates reach share one decision, so that a
//! thousand alike cost what one costs. [`super::resolve`] gives the same for
//! one computer; a property holds both against each other.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::decide::{Decision, decide};
use super::reach::Missing;
use super::sets::Sets;
use super::{Request, Resolution, is_candidate, runs_on_persons};
use crate::fleet::World;
use crate::policy::{DeploymentId, ItemId};

/// The decisions for all computers of one tenant.
#[derive(Debug, Default)]
pub struct Winners {
    /// By item, in the order of actions.
    pub items: Vec<ItemWinners>,
    /// What could not be known, by item.
    pub unknown: Vec<(ItemId, Missing, RoaringBitmap)>,
}

/// The decisions for one item.
#[derive(Debug)]
pub struct ItemWinners {
    /// The item.
    pub item: ItemId,
    /// Each decision with the computers it holds for; they share none.
    pub decisions: Vec<(Arc<Decision>, RoaringBitmap)>,
}

/// Resolves items for all computers of one tenant.
///
/// `ids` are the tenant's candidates, by item and precedence; `wanted` picks
/// the items that are resolved.
pub fn winners<'w>(
    world: &'w World<'w>,
    sets: &Sets<'w>,
    ids: &[DeploymentId],
    request: &Request,
    wanted: impl Fn(ItemId) -> bool,
) -> Winners {
    let mut winners = Winners::default();
    for run in
        ids.chunk_by(|a, b| world.policy.deployment(*a).item == world.policy.deployment(*b).item)
    {
        let Some(item) = world.policy.deployment(run[0]).item.filter(|item| wanted(*item)) else {
            continue;
        };
        let mut classes = Classes::default();
        for id in run {
            if let Some((reach, unknown)) = candidate(world, sets, *id, request) {
                winners
                    .unknown
                    .extend(unknown.into_iter().map(|(missing, of)| (item, missing, of)));
                classes.add(*id, reach);
            }
        }
        if let Some(decisions) = classes.decided(world) {
            winners.items.push(ItemWinners { item, decisions });
        }
    }
    winners
}

type Unknown = Vec<(Missing, RoaringBitmap)>;

/// The computers that a candidate reaches; none where it is no candidate in this session.
fn candidate<'w>(
    world: &'w World<'w>,
    sets: &Sets<'w>,
    id: DeploymentId,
    request: &Request,
) -> Option<(RoaringBitmap, Unknown)> {
    let deployment = world.policy.deployment(id);
    let mut asked = false;
    let counts = is_candidate(world, deployment, request, id, || {
        asked = true;
        true
    });
    if !counts {
        return None;
    }
    let reached = sets.reached(&deployment.target);
    let mut narrow = sets.all();
    if asked {
        let names = world.policy.deployment_names(id);
        let approved = (0..).zip(sets.subjects()).filter(|(_, subject)| {
            let facts = subject.facts;
            names.iter().any(|name| world.fleet.approved(&facts.tenant, &facts.name, name))
        });
        narrow = approved.map(|(place, _)| place).collect();
    }
    if runs_on_persons(world.policy, deployment) {
        narrow &= sets.with_person();
    }
    let unknown = reached.unknown.iter().map(|(missing, of)| (missing.clone(), of & &narrow));
    let unknown = unknown.filter(|(_, of)| !of.is_empty()).collect();
    Some((&reached.yes & &narrow, unknown))
}

/// Computers by the candidates that reach them.
#[derive(Default)]
struct Classes(Vec<(Vec<DeploymentId>, RoaringBitmap)>);

impl Classes {
    /// Takes in the next candidate: each class falls into those it reaches and the others.
    fn add(&mut self, id: DeploymentId, mut reach: RoaringBitmap) {
        let mut split = Vec::new();
        for (ids, of) in &mut self.0 {
            if reach.is_empty() {
                break;
            }
            let both = &*of & &reach;
            if both.is_empty() {
                continue;
            }
            reach -= &both;
            if both.len() == of.len() {
                ids.push(id);
            } else {
                *of -= &both;
                let mut joined = ids.clone();
                joined.push(id);
                split.push((joined, both));
            }
        }
        self.0.extend(split);
        if !reach.is_empty() {
            self.0.push((vec![id], reach));
        }
    }

    /// A decision for each class; nothing where there is none.
    fn decided(self, world: &World<'_>) -> Option<Vec<(Arc<Decision>, RoaringBitmap)>> {
        if self.0.is_empty() {
            return None;
        }
        let decisions = self.0.into_iter();
        Some(decisions.map(|(ids, of)| (Arc::new(decide(world.policy, &ids)), of)).collect())
    }
}

impl Winners {
    /// The same by computer: one resolution for each, by place.
    pub fn by_computer(&self, computers: usize) -> Vec<Resolution> {
        let mut resolutions = Vec::with_capacity(computers);
        resolutions.resize_with(computers, || Resolution {
            items: Vec::with_capacity(self.items.len()),
            unknown: Vec::new(),
        });
        for one in &self.items {
            for (decision, of) in &one.decisions {
                for place in of {
                    resolutions[place as usize].items.push((one.item, decision.clone()));
                }
            }
        }
        for (item, missing, of) in &self.unknown {
            for place in of {
                resolutions[place as usize].unknown.push((*item, missing.clone()));
            }
        }
        for resolution in &mut resolutions {
            resolution.unknown.sort();
            resolution.unknown.dedup();
        }
        resolutions
    }
}
