//! Which computers a change could touch: sets of decisions compared.

use roaring::RoaringBitmap;

use super::Changed;
use super::documents::asks_the_same;
use crate::fleet::World;
use crate::item::Item;
use crate::policy::{DeploymentId, ItemId, Policy};
use crate::resolve::{Candidates, ItemWinners, Request, Sets, Settled, Winners, winners};

/// The computers that a change could touch, as places in the fleet. Both
/// worlds must be of the same computers.
///
/// Guarantees: a computer that is left out has the same plan on both sides.
pub fn touched(
    before: &World<'_>,
    after: &World<'_>,
    changed: &Changed,
    request: &Request,
) -> RoaringBitmap {
    let mut places = RoaringBitmap::new();
    if changed.is_empty() {
        return places;
    }
    let candidates = [Candidates::new(before), Candidates::new(after)];
    for (tenant, range) in after.ranges() {
        let (start, end) = (range.start as u32, range.end as u32);
        if changed.everything || request.schedule.is_some() || changed.tenants.contains(tenant) {
            places.insert_range(start..end);
        } else if concerns(changed, tenant) {
            let look = Look { tenant, changed, request };
            let [old, new] = [(before, &candidates[0]), (after, &candidates[1])]
                .map(|(world, candidates)| look.winners(world, candidates, range.clone()));
            let within = look.compare((before.policy, &old), (after.policy, &new));
            places.extend(within.iter().map(|place| start + place));
        }
    }
    places
}

fn concerns(changed: &Changed, tenant: &str) -> bool {
    let has = |scoped: &super::documents::Scoped| {
        scoped.contains_key(&None) || scoped.keys().flatten().any(|own| &**own == tenant)
    };
    has(&changed.winners) || has(&changed.definitions)
}

/// One tenant looked at.
struct Look<'a> {
    tenant: &'a str,
    changed: &'a Changed,
    request: &'a Request,
}

impl Look<'_> {
    fn winners(
        &self,
        world: &World<'_>,
        candidates: &Candidates<'_>,
        range: std::ops::Range<usize>,
    ) -> Winners {
        let sets = Sets::new(range.map(|place| world.subject(place)).collect());
        let ids = candidates.of(self.tenant);
        winners(world, &sets, ids, self.request, |item| {
            let path = document(world.policy, item);
            self.names(&self.changed.winners, path) || self.names(&self.changed.definitions, path)
        })
    }

    fn names(&self, scoped: &super::documents::Scoped, path: &str) -> bool {
        let own = Some(self.tenant.into());
        [None, own].iter().filter_map(|scope| scoped.get(scope)).any(|paths| paths.contains(path))
    }

    /// Where an item's definition changed, whoever has it; else whoever has another winner.
    fn compare(&self, old: (&Policy, &Winners), new: (&Policy, &Winners)) -> RoaringBitmap {
        let mut places = RoaringBitmap::new();
        for (policy, winners) in [old, new] {
            for one in &winners.items {
                if self.names(&self.changed.definitions, document(policy, one.item)) {
                    places |= reached(one);
                }
            }
        }
        for one in &old.1.items {
            let twin = find(new, key(old.0, one.item));
            places |= differing((old.0, one), twin.map(|twin| (new.0, twin)));
        }
        for one in &new.1.items {
            if find(old, key(new.0, one.item)).is_none() {
                places |= reached(one);
            }
        }
        places
    }
}

fn document(policy: &Policy, item: ItemId) -> &str {
    &policy.document(policy.items().entry(item).document).path
}

/// What tells items of two policies apart.
fn key(policy: &Policy, item: ItemId) -> (&str, &Item) {
    (document(policy, item), &policy.items().entry(item).item)
}

fn find<'a>(
    (policy, winners): (&Policy, &'a Winners),
    wanted: (&str, &Item),
) -> Option<&'a ItemWinners> {
    winners.items.iter().find(|one| key(policy, one.item) == wanted)
}

fn reached(one: &ItemWinners) -> RoaringBitmap {
    let mut places = RoaringBitmap::new();
    one.decisions.iter().for_each(|(_, of)| places |= of);
    places
}

/// The computers that have one decision before and another after.
fn differing(
    (old_policy, old): (&Policy, &ItemWinners),
    new: Option<(&Policy, &ItemWinners)>,
) -> RoaringBitmap {
    let mut places = reached(old);
    let Some((new_policy, new)) = new else {
        return places;
    };
    places |= reached(new);
    for (before, of) in &old.decisions {
        for (after, with) in &new.decisions {
            let both = of & with;
            if !both.is_empty()
                && settled_alike((old_policy, &before.settled), (new_policy, &after.settled))
            {
                places -= both;
            }
        }
    }
    places
}

fn settled_alike(old: (&Policy, &Settled), new: (&Policy, &Settled)) -> bool {
    let same = |a: DeploymentId, b: DeploymentId| {
        let (path, other) = (&old.0.deployment(a).path, &new.0.deployment(b).path);
        path == other && asks_the_same((old.0, a), (new.0, b))
    };
    let each = |all: &[DeploymentId], others: &[DeploymentId]| {
        all.len() == others.len() && all.iter().zip(others).all(|(a, b)| same(*a, *b))
    };
    match (old.1, new.1) {
        (Settled::Winner(a), Settled::Winner(b)) => same(*a, *b),
        (Settled::Conflict(rule, all), Settled::Conflict(other, others)) => {
            rule == other && each(all, others)
        }
        (Settled::Unattested(all), Settled::Unattested(others)) => each(all, others),
        _ => false,
    }
}
