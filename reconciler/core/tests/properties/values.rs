//! Values: they decide nothing, and each is taken from the nearest place.

use std::cell::Cell;
use std::collections::BTreeMap;

use ordain_core::change::{Changed, touched};
use ordain_core::parameter::{Giver, settle, settle_on};
use ordain_core::plan::{Action, ComputerPlan, Plan};
use ordain_core::resolve::{Candidates, Request, resolve};
use serde_json::Value;

use super::edit::{Within, edited};
use super::generator::Case;
use super::random::Random;
use super::side::Side;
use super::{hold, pinned};

/// The values that hold in every row, by tenant, computer and item.
type Held = BTreeMap<(String, String, String), BTreeMap<String, Value>>;

fn held(side: &Side, plan: &Plan) -> Held {
    let mut held = Held::new();
    for computer in &plan.computers {
        for action in &computer.actions {
            let tenant = side.policy.tenants().find(&computer.tenant);
            let given = settle(&side.policy, tenant, action.recipient).into_iter();
            let given = given.map(|(name, given)| (name.to_owned(), given.value.clone()));
            let (tenant, name) = (computer.tenant.clone(), computer.computer.clone());
            held.insert((tenant, name, action.item.to_string()), given.collect());
        }
    }
    held
}

/// The case with other values of one tenant.
fn with_values(case: &Case, tenant: &str, change: impl FnOnce(&mut Value)) -> Case {
    let mut other = case.clone();
    let mut docs = other.repository.docs.iter_mut();
    let doc = docs.find(|doc| doc.kind == "Tenant" && doc.name == tenant).unwrap();
    let place = doc.keys.iter().position(|(key, _)| *key == "values").unwrap_or_else(|| {
        doc.keys.push(("values", serde_json::json!({})));
        doc.keys.len() - 1
    });
    change(&mut doc.keys[place].1);
    other
}

#[test]
fn values_never_change_a_winner() {
    hold(150, true, |seed, case| {
        let mut other = case.clone();
        for doc in &mut other.repository.docs {
            doc.keys.retain(|(key, _)| *key != "values");
        }
        if !other.repository.load(other.now).is_valid() {
            // What is required was given by values alone.
            return;
        }
        let (with, without) = (case.side(), other.side());
        let (a, b) = (with.world(case), without.world(&other));
        let candidates = (Candidates::new(&a), Candidates::new(&b));
        for request in with.requests(seed) {
            for (one, two) in a.subjects().zip(b.subjects()) {
                let one = resolve(&one, &candidates.0, &request);
                assert_eq!(one, resolve(&two, &candidates.1, &request), "{request:?}");
            }
        }
    });
}

/// A value that a row of a computer has from beyond its tenant's own values.
fn beyond(
    side: &Side,
    computer: &ComputerPlan,
    action: &Action,
    random: &mut Random,
) -> Option<(String, Value)> {
    let tenant = side.policy.tenants().find(&computer.tenant)?;
    let given = settle(&side.policy, Some(tenant), action.recipient).into_iter();
    let further = given.filter(|(_, given)| match given.giver {
        Giver::Default(_) => true,
        Giver::Tenant(id) => id != tenant,
        Giver::Deployment(id) => {
            let winner = side.policy.deployment(id);
            winner.precedence.class == 0 && winner.scope != Some(tenant)
        }
    });
    let all: Vec<_> = further.map(|(name, given)| (name.to_owned(), given.value.clone())).collect();
    (!all.is_empty()).then(|| random.pick(&all))
}

#[test]
fn a_value_that_moves_nearer_to_where_it_is_looked_up_stays_the_same() {
    let moved = Cell::new(0);
    hold(150, true, |seed, case| {
        let side = case.side();
        let mut random = Random::new(seed);
        let plan = side.plan(case, &Request::default());
        let before = held(&side, &plan);
        for computer in &plan.computers {
            if computer.actions.is_empty() {
                continue;
            }
            let action = random.pick(&computer.actions);
            let Some((name, value)) = beyond(&side, computer, &action, &mut random) else {
                continue;
            };
            let item = action.item.to_string();
            let other = with_values(case, &computer.tenant, |values| {
                values[item.as_str()][name.as_str()] = value;
            });
            if !other.repository.load(other.now).is_valid() {
                continue;
            }
            moved.set(moved.get() + 1);
            let new = other.side();
            let after = held(&new, &new.plan(&other, &Request::default()));
            let row = (computer.tenant.clone(), computer.computer.clone(), item.clone());
            assert_eq!(before.get(&row), after.get(&row), "{name} of {row:?}");
            // Nobody else's values are touched but those of the tenant and below it.
            let tenants = side.policy.tenants();
            let own = tenants.find(&computer.tenant);
            for (row, values) in &before {
                let covered = own.zip(tenants.find(&row.0));
                if !covered.is_some_and(|(own, other)| tenants.covers(own, other)) {
                    assert_eq!(Some(values), after.get(row), "{row:?}");
                }
            }
        }
    });
    assert!(moved.get() > 0 || pinned().is_some(), "nothing was ever moved");
}

#[test]
fn a_computer_that_is_not_touched_keeps_its_values() {
    hold(150, true, |seed, case| {
        let mut random = Random::new(seed);
        let Some(other) = edited(&mut random, case, Within::Everything) else { return };
        let (old, new) = (case.side(), other.side());
        let (a, b) = (old.world(case), new.world(&other));
        let changed = Changed::between(&old.policy, &new.policy);
        let request = Request::default();
        let places = touched(&a, &b, &changed, &request);
        let (before, after) =
            (held(&old, &old.plan(case, &request)), held(&new, &new.plan(&other, &request)));
        for (place, facts) in (0..).zip(new.fleet.computers()) {
            let of = |held: &Held| {
                let own = held.iter().filter(|((tenant, name, _), _)| {
                    *tenant == facts.tenant && *name == facts.name
                });
                own.map(|(row, values)| (row.clone(), values.clone())).collect::<Held>()
            };
            if !places.contains(place) {
                assert_eq!(of(&before), of(&after), "{changed:#?}");
            }
        }
    });
}

/// The values of every row, worked out on its computer.
fn worked_out(case: &Case, side: &Side, plan: &Plan) -> Held {
    let world = side.world(case);
    let mut held = Held::new();
    for computer in &plan.computers {
        let (tenant, name) = (computer.tenant.clone(), computer.computer.clone());
        let subject = world.subject_of(&tenant, &name).unwrap();
        for action in &computer.actions {
            let id = subject.tenant.id;
            let all = settle_on(&side.policy, id, action.recipient, subject.values()).into_iter();
            let all = all.map(|(name, one)| (name.to_owned(), one.value.unwrap()));
            held.insert((tenant.clone(), name.clone(), action.item.to_string()), all.collect());
        }
    }
    held
}

/// The same value as an expression; maps, secrets and nothing stay as they are.
fn as_expression(value: &mut Value) {
    if value.is_string() || value.is_number() || value.is_boolean() {
        *value = serde_json::json!({"cel": value.to_string()});
    }
}

#[test]
fn a_computed_value_is_worth_what_it_is_computed_to() {
    let computed = Cell::new(0);
    hold(100, true, |seed, case| {
        let mut other = case.clone();
        for doc in other.repository.docs.iter_mut().filter(|doc| doc.kind == "Tenant") {
            let values = doc.keys.iter_mut().filter(|(key, _)| *key == "values");
            let items = values.flat_map(|(_, values)| values.as_object_mut().unwrap().values_mut());
            for value in items.filter_map(Value::as_object_mut).flat_map(|all| all.values_mut()) {
                as_expression(value);
                computed.set(computed.get() + usize::from(value.get("cel").is_some()));
            }
        }
        let (plain, worked) = (case.side(), other.side());
        for request in plain.requests(seed) {
            let (one, two) = (plain.plan(case, &request), worked.plan(&other, &request));
            assert_eq!(one, two, "{request:?}");
            assert_eq!(
                worked_out(case, &plain, &one),
                worked_out(&other, &worked, &two),
                "{request:?}"
            );
        }
    });
    assert!(computed.get() > 0 || pinned().is_some(), "nothing was ever computed");
}
