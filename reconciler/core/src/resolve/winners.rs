//! Who wins, for all computers of a tenant at once, as set algebra.
//!
//! Computers that the same candidates reach share one decision, so that a
//! thousand alike cost what one costs. [`super::resolve`] gives the same for
//! one computer; a property holds both against each other.

use std::sync::Arc;

use roaring::RoaringBitmap;

use super::decide::{Contender, Decision, Settled, decide_among};
use super::reach::Missing;
use super::sets::{Reached, Sets};
use super::{Request, Resolution, is_approved, is_candidate, runs_on_persons};
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
        let mut doubts = Vec::new();
        for id in run {
            if let Some(reached) = candidate(world, sets, *id, request) {
                let unknown = reached.unknown.into_iter();
                winners.unknown.extend(unknown.map(|(missing, of)| (item, missing, of)));
                classes.add(Contender { id: *id, certain: true }, reached.yes);
                for (missing, of) in reached.unattested {
                    classes.add(Contender { id: *id, certain: false }, of.clone());
                    doubts.push((*id, missing, of));
                }
            }
        }
        if let Some(decisions) = classes.decided(world) {
            winners
                .unknown
                .extend(deciding(&decisions, doubts).map(|(missing, of)| (item, missing, of)));
            winners.items.push(ItemWinners { item, decisions });
        }
    }
    winners
}

/// Of what is not certain, what keeps something from being decided.
fn deciding(
    decisions: &[(Arc<Decision>, RoaringBitmap)],
    doubts: Vec<(DeploymentId, Missing, RoaringBitmap)>,
) -> impl Iterator<Item = (Missing, RoaringBitmap)> {
    let decided = move |(id, missing, of): (DeploymentId, Missing, RoaringBitmap)| {
        let open = decisions.iter().filter(|(decision, _)| {
            matches!(&decision.settled, Settled::Unattested(ids) if ids.contains(&id))
        });
        let of = open.fold(RoaringBitmap::new(), |all, (_, class)| all | (class & &of));
        (!of.is_empty()).then_some((missing, of))
    };
    doubts.into_iter().filter_map(decided)
}

/// The computers that a candidate reaches; none where it is no candidate in this session.
fn candidate<'w>(
    world: &'w World<'w>,
    sets: &Sets<'w>,
    id: DeploymentId,
    request: &Request,
) -> Option<Reached> {
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
        let approved = (0..).zip(sets.subjects()).filter(|(_, subject)| is_approved(subject, id));
        narrow = approved.map(|(place, _)| place).collect();
    }
    if runs_on_persons(world.policy, deployment) {
        narrow &= sets.with_person();
    }
    let within = |all: &[(Missing, RoaringBitmap)]| -> Vec<(Missing, RoaringBitmap)> {
        let narrowed = all.iter().map(|(missing, of)| (missing.clone(), of & &narrow));
        narrowed.filter(|(_, of)| !of.is_empty()).collect()
    };
    let (unknown, unattested) = (within(&reached.unknown), within(&reached.unattested));
    Some(Reached { yes: &reached.yes & &narrow, unknown, unattested })
}

/// Computers by the candidates that reach them.
#[derive(Default)]
struct Classes(Vec<(Vec<Contender>, RoaringBitmap)>);

impl Classes {
    /// Takes in the next candidate: each class falls into those it reaches and the others.
    fn add(&mut self, contender: Contender, mut reach: RoaringBitmap) {
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
                ids.push(contender);
            } else {
                *of -= &both;
                let mut joined = ids.clone();
                joined.push(contender);
                split.push((joined, both));
            }
        }
        self.0.extend(split);
        if !reach.is_empty() {
            self.0.push((vec![contender], reach));
        }
    }

    /// A decision for each class; nothing where there is none.
    fn decided(self, world: &World<'_>) -> Option<Vec<(Arc<Decision>, RoaringBitmap)>> {
        if self.0.is_empty() {
            return None;
        }
        let decisions = self.0.into_iter();
        Some(decisions.map(|(ids, of)| (Arc::new(decide_among(world.policy, &ids)), of)).collect())
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
