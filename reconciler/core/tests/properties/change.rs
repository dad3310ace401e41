//! What holds of two policies, one after the other.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use ordain_core::change::{Changed, Places, touched, woken};
use ordain_core::diff::diff;
use ordain_core::fleet::World;
use ordain_core::plan::{Action, ComputerPlan};
use ordain_core::policy::Policy;
use ordain_core::resolve::Request;

use super::edit::{Within, edited};
use super::generator::Case;
use super::random::Random;
use super::side::{by_computer, deeds, rows};
use super::{hold, pinned};

/// Holds a property against cases and a change of each.
fn hold_changed(cases: u64, property: impl Fn(u64, &Case, &Case)) {
    let changes = Cell::new(0);
    hold(cases, true, |seed, case| {
        let mut random = Random::new(seed);
        let Some(mut after) = edited(&mut random, case, Within::Everything) else { return };
        after.repository.layout = random.chance(15).then_some(seed);
        changes.set(changes.get() + 1);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| property(seed, case, &after))) {
            #[expect(clippy::print_stderr, reason = "whoever reads it needs the change")]
            {
                eprintln!("after the change:\n{}", after.repository.text());
            }
            resume_unwind(panic);
        }
    });
    assert!(changes.get() > cases / 2 || pinned().is_some(), "hardly anything was changed");
}

fn names(world: &World<'_>, places: &Places) -> Vec<(String, String)> {
    let computers = world.fleet.computers();
    let of = |place: u32| &computers[place as usize];
    places.iter().map(|place| (of(place).tenant.clone(), of(place).name.clone())).collect()
}

#[test]
fn a_computer_that_is_not_touched_has_the_same_plan() {
    hold_changed(150, |seed, before, after| {
        let (old, new) = (before.side(), after.side());
        let (old_world, new_world) = (old.world(before), new.world(after));
        let changed = Changed::between(&old.policy, &new.policy);
        for request in old.limited(seed) {
            let places = touched(&old_world, &new_world, &changed, &request);
            let touched = names(&new_world, &places);
            let a = by_computer(&old.plan(before, &request), rows);
            let b = by_computer(&new.plan(after, &request), rows);
            for facts in new.fleet.computers() {
                let who = (facts.tenant.clone(), facts.name.clone());
                if touched.contains(&who) {
                    continue;
                }
                assert_eq!(a.get(&who), b.get(&who), "{who:?} in {request:?}: {changed:#?}");
            }
            let tenants = changed.tenants();
            let within = |tenant: &String| {
                tenants.as_ref().is_none_or(|named| named.contains(tenant.as_str()))
            };
            assert!(touched.iter().all(|(tenant, _)| within(tenant)), "{touched:?}: {changed:#?}");
        }
    });
}

#[test]
fn a_computer_with_other_work_is_woken_and_only_touched_ones_are() {
    hold_changed(150, |_, before, after| {
        let (old, new) = (before.side(), after.side());
        let (old_world, new_world) = (old.world(before), new.world(after));
        let changed = Changed::between(&old.policy, &new.policy);
        let request = Request::default();
        let touched = touched(&old_world, &new_world, &changed, &request);
        let woken = woken(&old_world, &new_world, &changed);
        assert!(woken.is_subset(&touched));
        let woken = names(&new_world, &woken);
        let a = by_computer(&old.plan(before, &request), deeds);
        let b = by_computer(&new.plan(after, &request), deeds);
        for (who, deeds) in &b {
            assert!(
                a.get(who) == Some(deeds) || woken.contains(who),
                "{who:?} sleeps\nbefore {:#?}\nafter {deeds:#?}\n{changed:#?}",
                a.get(who)
            );
        }
    });
}

#[test]
fn layout_is_no_change() {
    hold(80, true, |seed, case| {
        let mut other = case.clone();
        other.repository.layout = Some(seed);
        let (old, new) = (case.side(), other.side());
        let changed = Changed::between(&old.policy, &new.policy);
        assert!(changed.is_empty(), "{changed:#?}\n{}", other.repository.text());
        let (old_world, new_world) = (old.world(case), new.world(&other));
        assert!(woken(&old_world, &new_world, &changed).is_empty());
        for request in old.limited(seed) {
            assert!(touched(&old_world, &new_world, &changed, &request).is_empty());
            let a = by_computer(&old.plan(case, &request), rows);
            assert_eq!(a, by_computer(&new.plan(&other, &request), rows), "{request:?}");
        }
    });
}

#[test]
fn a_tenants_folder_concerns_that_tenant_and_those_below_it() {
    hold(100, true, |seed, case| {
        let mut random = Random::new(seed);
        let owner = random.pick(&case.plot.tenants);
        let folder = format!("tenants/{owner}/");
        let Some(after) = edited(&mut random, case, Within::Folder(&folder)) else { return };
        let (old, new) = (case.side(), after.side());
        let below = |policy: &Policy, tenant: &str| {
            let tenants = policy.tenants();
            let found = tenants.find(owner).zip(tenants.find(tenant));
            found.is_some_and(|(upper, own)| tenants.covers(upper, own))
        };
        for request in old.limited(seed) {
            let a = by_computer(&old.plan(case, &request), rows);
            let b = by_computer(&new.plan(&after, &request), rows);
            for facts in new.fleet.computers() {
                let who = (facts.tenant.clone(), facts.name.clone());
                let related = facts.tenant == owner
                    || below(&old.policy, &facts.tenant)
                    || below(&new.policy, &facts.tenant);
                if !related {
                    let change = after.repository.text();
                    assert_eq!(a.get(&who), b.get(&who), "{who:?} after {folder}:\n{change}");
                }
            }
        }
    });
}

type Deed = (String, Option<String>, Option<String>);

/// The rows of every computer by item; several of one item by their number.
fn deeds_by_item(plans: &[ComputerPlan]) -> BTreeMap<(String, String, String, usize), Deed> {
    let mut all = BTreeMap::new();
    for plan in plans {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for action in &plan.actions {
            let item = action.item.to_string();
            let number = seen.entry(item.clone()).or_default();
            all.insert((plan.tenant.clone(), plan.computer.clone(), item, *number), deed(action));
            *number += 1;
        }
    }
    all
}

fn deed(action: &Action) -> Deed {
    let by = action.by.as_ref().map(|place| place.path.to_string());
    (action.act.to_string(), action.to.as_ref().map(ToString::to_string), by)
}

#[test]
fn what_differs_makes_of_one_plan_the_other() {
    hold_changed(100, |seed, before, after| {
        let (old, new) = (before.side(), after.side());
        for request in old.limited(seed) {
            let (base, head) = (old.plan(before, &request), new.plan(after, &request));
            let known = new.fleet.computers().len() as u64;
            let worlds = (old.world(before), new.world(after));
            let diff = diff((&worlds.0, &base), (&worlds.1, &head), known);
            let mut made = deeds_by_item(&base.computers);
            for one in &diff.computers {
                let mut seen: BTreeMap<String, usize> = BTreeMap::new();
                for change in &one.changes {
                    assert!(change.before.is_some() || change.after.is_some());
                    let item = change.item.to_string();
                    let key =
                        |number| (one.tenant.clone(), one.computer.clone(), item.clone(), number);
                    // Rows of one item that are alike are left out: find the next that was so.
                    let from = *seen.entry(item.clone()).or_default();
                    let old = change.before.as_ref().map(deed);
                    let number =
                        (from..from + 9).find(|number| made.get(&key(*number)) == old.as_ref());
                    let number = number.expect("the row before stands in the plan before");
                    seen.insert(item.clone(), number + 1);
                    match &change.after {
                        Some(action) => made.insert(key(number), deed(action)),
                        None => made.remove(&key(number)),
                    };
                }
            }
            assert_eq!(made, deeds_by_item(&head.computers), "{request:?}");
        }
    });
}
