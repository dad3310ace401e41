//! What holds of the plans of one policy.

use std::cell::Cell;
use std::collections::BTreeSet;

use ordain_core::item::{Act, Item};
use ordain_core::plan::{Because, Planner, Totals, plan_computer};
use ordain_core::policy::DeploymentId;
use ordain_core::resolve::{Candidates, Request, Resolution, Sets, Settled, resolve, winners};
use ordain_schema::document::{ComputerFacts, Inventory};

use super::generator::Case;

use super::random::Random;
use super::side::{Side, by_computer, cloud, rows};
use super::{hold, pinned};

#[test]
fn the_order_in_which_things_are_listed_changes_nothing() {
    hold(150, true, |seed, case| {
        let mut other = case.clone();
        let mut random = Random::new(seed);
        let Inventory { tenants, persons, approvals, computers, .. } = &mut other.inventory;
        random.shuffle(tenants);
        random.shuffle(persons);
        random.shuffle(approvals);
        random.shuffle(computers);
        for one in computers {
            random.shuffle(&mut one.tags);
        }
        for one in persons {
            random.shuffle(&mut one.groups);
        }
        for one in tenants {
            random.shuffle(&mut one.agreements);
        }
        other.inventory.available.values_mut().for_each(|versions| random.shuffle(versions));
        other.answers.values_mut().for_each(|names| random.shuffle(names));
        let (side, shuffled) = (case.side(), other.side());
        for request in side.requests(seed) {
            let (one, two) = (side.plan(case, &request), shuffled.plan(&other, &request));
            assert_eq!(format!("{one:#?}"), format!("{two:#?}"), "{request:?}");
        }
    });
}

#[test]
fn sets_resolve_as_one_computer_after_the_other() {
    hold(150, true, |seed, case| {
        let side = case.side();
        let world = side.world(case);
        let candidates = Candidates::new(&world);
        for request in side.requests(seed) {
            for (tenant, range) in world.ranges() {
                let sets = Sets::new(range.map(|place| world.subject(place)).collect());
                let ids = candidates.of(tenant);
                let together = winners(&world, &sets, ids, &request, |_| true);
                let together = together.by_computer(sets.subjects().len());
                for (subject, resolution) in sets.subjects().iter().zip(together) {
                    let alone = resolve(subject, &candidates, &request);
                    let name = &subject.facts.name;
                    assert_eq!(alone, resolution, "{tenant}/{name} in {request:?}");
                }
            }
        }
    });
}

#[test]
fn a_fleet_is_planned_as_one_computer_after_the_other() {
    hold(150, true, |seed, case| {
        let side = case.side();
        let world = side.world(case);
        let candidates = Candidates::new(&world);
        for request in side.requests(seed) {
            let planner = Planner::new(&world, &request);
            let together: Vec<_> = planner.computers().collect();
            let alone: Vec<_> = world
                .subjects()
                .filter_map(|subject| plan_computer(&subject, &candidates, &request))
                .collect();
            assert_eq!(alone, together, "{request:?}");
            let mut totals = Totals::default();
            for plan in &together {
                totals.add_computer(plan);
            }
            for plan in &planner.tenants() {
                totals.add_tenant(plan);
            }
            assert_eq!(totals, planner.totals(), "{request:?}");
        }
    });
}

/// What was resolved for every computer and every tenant.
fn resolutions(side: &Side, case: &Case, request: &Request) -> Vec<Resolution> {
    let world = side.world(case);
    let candidates = Candidates::new(&world);
    let computers = world.subjects().map(|subject| resolve(&subject, &candidates, request));
    let mut all: Vec<Resolution> = computers.collect();
    for (id, _) in world.tenants() {
        all.push(ordain_core::resolve::resolve_tenant(&world, id, &candidates, request));
    }
    all
}

/// The deployments that lose wherever they count, by their place among all.
fn losers(side: &Side, case: &Case, request: &Request) -> Vec<DeploymentId> {
    let (mut lost, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for (_, decision) in resolutions(side, case, request).iter().flat_map(|one| &one.items) {
        lost.extend(decision.shadowed.iter().map(|(id, _)| *id));
        match &decision.settled {
            Settled::Winner(id) => kept.extend([*id]),
            Settled::Conflict(_, ids) | Settled::Unattested(ids) => kept.extend(ids),
        }
    }
    // A document goes as a whole, with all of its items.
    let loses = |id: &DeploymentId| lost.contains(id) && !kept.contains(id);
    let document = |id: DeploymentId| side.policy.deployment(id).document;
    let all = (0..side.policy.deployments().len() as u32).map(DeploymentId);
    let spared: BTreeSet<_> = all.filter(|id| !loses(id)).map(document).collect();
    lost.iter().copied().filter(|id| !spared.contains(&document(*id))).collect()
}

#[test]
fn a_loser_may_as_well_not_be_there() {
    let removed = Cell::new(0);
    hold(150, true, |seed, case| {
        let side = case.side();
        let mut random = Random::new(seed);
        for request in side.limited(seed) {
            let losers = losers(&side, case, &request);
            if losers.is_empty() {
                continue;
            }
            let entry = side.policy.deployment(random.pick(&losers));
            let name = &side.policy.document(entry.document).name.value;
            let mut other = case.clone();
            let docs = &mut other.repository.docs;
            let doc = docs.iter_mut().find(|doc| doc.path == *entry.path && doc.name == *name);
            doc.unwrap().gone = true;
            // Approvals are given by a name that says whether a file holds several.
            other.inventory.approvals.retain(|one| !one.deployment.starts_with(&*entry.path));
            let mut base = case.clone();
            base.inventory.approvals.clone_from(&other.inventory.approvals);
            let (base_side, other_side) = (base.side(), other.side());
            let (old, new) = (base_side.plan(&base, &request), other_side.plan(&other, &request));
            assert_eq!(
                by_computer(&old, rows),
                by_computer(&new, rows),
                "without {name} of {} in {request:?}",
                entry.path
            );
            let clouds =
                |plan: &ordain_core::plan::Plan| plan.tenants.iter().map(cloud).collect::<Vec<_>>();
            assert_eq!(clouds(&old), clouds(&new));
            removed.set(removed.get() + 1);
        }
    });
    assert!(removed.get() > 0 || pinned().is_some(), "nothing ever lost");
}

/// Makes of a computer what its plan says.
fn apply(facts: &mut ComputerFacts, plan: &ordain_core::plan::ComputerPlan) {
    for action in plan.actions.iter().filter(|action| action.act != Act::None) {
        let name = action.item.name().to_owned();
        match &action.item {
            Item::Task { name, instance } => {
                let key = instance.as_ref().map_or(name.to_string(), |own| format!("{name}#{own}"));
                facts.tasks.insert(key, true);
            }
            Item::Software(_) => {
                let software = facts.software.as_mut().unwrap();
                match &action.to {
                    Some(version) => {
                        software.insert(&name, version);
                        facts.tests.insert(name, true);
                    }
                    None => {
                        software.remove(&name);
                    }
                }
            }
        }
    }
}

/// The case after everything that was planned has been done.
fn applied(case: &Case, side: &Side, request: &Request) -> Case {
    let plan = side.plan(case, request);
    let mut after = case.clone();
    for one in &plan.computers {
        let found = after.inventory.computers.iter_mut();
        let mut found =
            found.filter(|facts| facts.tenant == one.tenant && facts.name == one.computer);
        apply(found.next().unwrap(), one);
    }
    after
}

#[test]
fn what_is_planned_and_done_needs_no_doing() {
    hold(100, false, |seed, case| {
        let side = case.side();
        for request in side.requests(seed) {
            let before = side.plan(case, &request);
            let after = applied(case, &side, &request);
            let again = after.side().plan(&after, &request);
            for (old, new) in before.computers.iter().zip(&again.computers) {
                let who = format!("{}/{} in {request:?}", old.tenant, old.computer);
                let left: Vec<String> = new
                    .actions
                    .iter()
                    .filter(|action| action.act != Act::None)
                    .map(|action| format!("{action:?}"))
                    .collect();
                assert!(left.is_empty(), "{who}: {left:#?}\nat first: {:#?}", rows(old));
                let failed = |plan: &ordain_core::plan::ComputerPlan| -> Vec<String> {
                    // What configures a prerequisite stands there only while that acts.
                    let failed = plan.actions.iter().filter(|action| {
                        let configures =
                            matches!(action.because, Some(Because::ConfigurationOf(_)));
                        action.failed && !configures
                    });
                    failed.map(|action| format!("{} {}", action.item, action.reason)).collect()
                };
                assert_eq!(failed(old), failed(new), "{who}");
            }
        }
    });
}

#[test]
fn what_looks_at_what_is_found_settles() {
    hold(60, true, |seed, case| {
        for request in case.side().limited(seed) {
            let mut now = case.clone();
            let mut open = usize::MAX;
            for _ in 0..8 {
                let side = now.side();
                let plan = side.plan(&now, &request);
                let actions = plan.computers.iter().flat_map(|one| &one.actions);
                open = actions.filter(|action| action.act != Act::None).count();
                if open == 0 {
                    break;
                }
                now = applied(&now, &side, &request);
            }
            assert_eq!(open, 0, "{request:?}");
        }
    });
}
