//! What makes a policy short, against the same written at length.

use std::cell::Cell;

use ordain_core::plan::{ComputerPlan, Plan};
use ordain_core::policy::{DeploymentId, Policy, Target};
use ordain_core::resolve::{
    Candidates, Limit, Reach, Request, Resolution, Rule, Settled, reaches, resolve, selects,
};
use ordain_schema::document::{Approval, SessionKind};
use serde_json::{Value, json};

use super::generator::Case;
use super::keys::exception;
use super::random::Random;
use super::repository::{Doc, Keys};
use super::side::{by_computer, cloud, rows};
use super::{hold, pinned};

/// Each item of a document as a document of its own; none where it names one item.
fn by_hand(doc: &Doc) -> Option<Vec<Doc>> {
    let (_, items) = doc.keys.iter().find(|(key, _)| *key == "items")?;
    let entries = items.as_array().unwrap().iter().enumerate().map(|(place, entry)| {
        let own = match entry {
            Value::String(name) => json!({"software": name}),
            other => other.clone(),
        };
        let own = own.as_object().unwrap();
        let of_document = doc.keys.iter().filter(|(key, _)| *key != "items");
        let mut keys: Keys =
            of_document.filter(|(key, _)| !own.contains_key(*key)).cloned().collect();
        let names = ["software", "task", "instance", "state", "version", "parameters", "licence"];
        keys.extend(names.iter().filter_map(|key| Some((*key, own.get(*key)?.clone()))));
        Doc { name: format!("{}-{place}", doc.name), keys, ..doc.clone() }
    });
    Some(entries.collect())
}

/// The case with every item by hand.
fn at_length(case: &Case) -> Case {
    let mut long = case.clone();
    let docs = std::mem::take(&mut long.repository.docs);
    long.repository.docs =
        docs.iter().flat_map(|doc| by_hand(doc).unwrap_or_else(|| vec![doc.clone()])).collect();
    let in_file = |all: &[Doc], path: &str| all.iter().filter(|one| one.path == path).count();
    let name = |all: &[Doc], doc: &Doc| match in_file(all, &doc.path) {
        1 => doc.path.clone(),
        _ => format!("{}#{}", doc.path, doc.name),
    };
    let expand = |approval: &Approval| -> Vec<Approval> {
        let of = docs.iter().find(|doc| name(&docs, doc) == approval.deployment);
        let own = of.map(|doc| by_hand(doc).unwrap_or_else(|| vec![doc.clone()]));
        let named = own.into_iter().flatten().map(|doc| Approval {
            computer: approval.computer.clone(),
            deployment: name(&long.repository.docs, &doc),
        });
        named.collect()
    };
    long.inventory.approvals = case.inventory.approvals.iter().flat_map(expand).collect();
    long
}

/// Everything of a plan but lines.
fn without_lines(plan: &Plan) -> impl PartialEq + std::fmt::Debug {
    let one = |plan: &ComputerPlan| {
        let shadowed = plan.shadowed.iter();
        let mut shadowed: Vec<String> =
            shadowed.map(|one| format!("{} {} {}", one.item, one.by.path, one.rule)).collect();
        shadowed.sort();
        (rows(plan), shadowed, plan.unknown.clone())
    };
    let clouds: Vec<_> = plan.tenants.iter().map(|one| (one.tenant.clone(), cloud(one))).collect();
    (by_computer(plan, one), clouds)
}

/// The session for the deployments of some documents, by file and name.
fn session(policy: &Policy, path: &str, names: &[String]) -> Request {
    let ids = (0..policy.deployments().len() as u32).map(DeploymentId).filter(|id| {
        let document = policy.document(policy.deployment(*id).document);
        *document.path == *path && names.contains(&document.name.value)
    });
    let limit = Some(Limit::Deployments(ids.collect()));
    Request { kind: SessionKind::Item, limit, ..Request::default() }
}

#[test]
fn several_items_are_the_same_by_hand() {
    let expanded = Cell::new(0);
    hold(150, true, |seed, case| {
        let Some(doc) = case.repository.docs.iter().find(|doc| by_hand(doc).is_some()) else {
            return;
        };
        let long = at_length(case);
        let (short_side, long_side) = (case.side(), long.side());
        let names = |docs: &[Doc]| docs.iter().map(|doc| doc.name.clone()).collect::<Vec<_>>();
        let (own, each) = (names(std::slice::from_ref(doc)), names(&by_hand(doc).unwrap()));
        let named = (
            session(&short_side.policy, &doc.path, &own),
            session(&long_side.policy, &doc.path, &each),
        );
        let both = short_side.limited(seed).into_iter().map(|one| (one.clone(), one));
        for (short_request, long_request) in both.chain([named]) {
            let short = short_side.plan(case, &short_request);
            let long = long_side.plan(&long, &long_request);
            assert_eq!(without_lines(&short), without_lines(&long), "{short_request:?}");
        }
        expanded.set(expanded.get() + 1);
    });
    assert!(expanded.get() > 10 || pinned().is_some(), "hardly anything has several items");
}

/// Every item's decision on every computer, with whether a deployment reaches that computer.
fn decided(case: &Case, path: &str, name: &str) -> Vec<(bool, DeploymentId, Resolution)> {
    let side = case.side();
    let world = side.world(case);
    let candidates = Candidates::new(&world);
    let request = Request::default();
    let policy = &side.policy;
    let own = (0..policy.deployments().len() as u32).map(DeploymentId).find(|id| {
        let document = policy.document(policy.deployment(*id).document);
        *document.path == *path && document.name.value == name
    });
    let own = own.unwrap();
    let subjects = world.subjects().map(|subject| {
        let listed = candidates.of(&subject.facts.tenant).contains(&own);
        let counts = listed && !policy.deployment(own).onboarding_only;
        let reached = counts && reaches(&subject, policy.deployment(own)) == Reach::Yes;
        let resolution = resolve(&subject, &candidates, &request);
        assert_only_its_like(policy, &resolution);
        (reached, own, resolution)
    });
    subjects.collect()
}

/// Where one candidate is mandatory, none that is not stands beside it.
fn assert_only_its_like(policy: &Policy, resolution: &Resolution) {
    let is_mandatory = |id: &DeploymentId| policy.deployment(*id).precedence.mandatory;
    for (_, decision) in &resolution.items {
        let left = match &decision.settled {
            Settled::Winner(id) => std::slice::from_ref(id),
            Settled::Conflict(_, ids) | Settled::Unattested(ids) => ids.as_slice(),
        };
        let above = left.iter().any(is_mandatory);
        assert!(left.iter().all(|id| is_mandatory(id) == above), "{decision:?}");
        for (id, rule) in &decision.shadowed {
            assert!(above || !is_mandatory(id), "{decision:?}");
            assert_eq!(*rule == Rule::Mandatory, above && !is_mandatory(id), "{decision:?}");
        }
    }
}

fn wins((_, own, resolution): &(bool, DeploymentId, Resolution)) -> bool {
    resolution.items.iter().any(|(_, one)| one.settled == Settled::Winner(*own))
}

#[test]
fn mandatory_beats_every_file_and_nothing_else_does() {
    let (reached, outranked) = (Cell::new(0), Cell::new(0));
    hold(150, true, |seed, case| {
        let has = |doc: &Doc, wanted: &str| doc.keys.iter().any(|(key, _)| *key == wanted);
        let fits = |doc: &&Doc| {
            let plain = ["items", "enforcement", "disabled"].iter().all(|key| !has(doc, key));
            doc.kind == "Deployment" && doc.path.starts_with("deployments/") && plain
        };
        let chosen: Vec<Doc> = case.repository.docs.iter().filter(fits).cloned().collect();
        if chosen.is_empty() {
            return;
        }
        let chosen = Random::new(seed).pick(&chosen);
        let with = |key: &'static str, value: Value| {
            let mut other = case.clone();
            for doc in &mut other.repository.docs {
                doc.keys.retain(|(key, _)| *key != "mandatory");
                if doc.path == chosen.path && doc.name == chosen.name {
                    doc.keys.retain(|(key, _)| *key != "priority");
                    doc.keys.push((key, value.clone()));
                }
            }
            other
        };
        let mandatory = with("mandatory", json!(true));
        let weighty = with("priority", json!(i64::MAX));
        if ![&mandatory, &weighty].iter().all(|one| one.repository.load(one.now).is_valid()) {
            return;
        }
        let all = decided(&mandatory, &chosen.path, &chosen.name);
        for one in all.iter().filter(|(reaches, ..)| *reaches) {
            assert!(wins(one), "{one:?}");
            reached.set(reached.get() + 1);
        }
        let lost = decided(&weighty, &chosen.path, &chosen.name);
        let lost = lost.iter().filter(|one| one.0 && !wins(one));
        outranked.set(outranked.get() + lost.count());
    });
    let found = reached.get() > 20 && outranked.get() > 0;
    assert!(found || pinned().is_some(), "{} {}", reached.get(), outranked.get());
}

/// The computers about which the first exception of a document says no, and those it takes out.
fn spared(case: &Case, doc: &Doc) -> [Vec<(String, String)>; 2] {
    let side = case.side();
    let world = side.world(case);
    let policy = &side.policy;
    let own = policy
        .deployments()
        .iter()
        .find(|one| *one.path == *doc.path && policy.document(one.document).name.value == doc.name);
    let mut target: Target = own.unwrap().target.clone();
    let (only, selector) = (None, target.except.remove(0));
    let exception = Target { selector, only, except: Vec::new() };
    let among = |answer: Reach| {
        let subjects = world.subjects().filter(|subject| selects(subject, &exception) == answer);
        subjects.map(|one| (one.facts.tenant.clone(), one.facts.name.clone())).collect()
    };
    [among(Reach::No), among(Reach::Yes)]
}

#[test]
fn an_exception_changes_nobody_else() {
    let (taken, kept) = (Cell::new(0), Cell::new(0));
    hold(80, true, |seed, case| {
        let mut random = Random::new(seed);
        let fits = |doc: &&Doc| {
            let target = doc.keys.iter().find(|(key, _)| *key == "target");
            let cloud = |target: &Value| {
                ["tenants", "tenant", "tenantTag"].iter().any(|key| target.get(key).is_some())
            };
            doc.kind == "Deployment" && target.is_some_and(|(_, target)| !cloud(target))
        };
        let docs: Vec<Doc> = case.repository.docs.iter().filter(fits).cloned().collect();
        if docs.is_empty() {
            return;
        }
        let chosen = random.pick(&docs);
        let with = |except: Value| {
            let mut other = case.clone();
            let mut docs = other.repository.docs.iter_mut();
            let doc = docs.find(|doc| doc.path == chosen.path && doc.name == chosen.name).unwrap();
            let target = doc.keys.iter_mut().find(|(key, _)| *key == "target").unwrap();
            target.1["except"] = except;
            other
        };
        let (plain, narrowed) = (with(json!([])), with(json!([exception(&mut random)])));
        if ![&plain, &narrowed].iter().all(|one| one.repository.load(one.now).is_valid()) {
            return;
        }
        let [others, out] = spared(&narrowed, &chosen);
        for request in plain.side().limited(seed) {
            let all = |one: &ComputerPlan| (rows(one), one.shadowed.clone(), one.unknown.clone());
            let before = by_computer(&plain.side().plan(&plain, &request), all);
            let after = by_computer(&narrowed.side().plan(&narrowed, &request), all);
            for who in &others {
                let [before, after] = [&before, &after].map(|plans| plans.get(who));
                let said = |of: Option<&(Vec<String>, Vec<_>, _)>| format!("{of:#?}");
                assert_eq!(said(before), said(after), "{who:?} in {request:?}");
            }
            kept.set(kept.get() + others.len());
            let other = |who: &&(String, String)| {
                before.get(*who).map(|one| &one.0) != after.get(*who).map(|one| &one.0)
            };
            taken.set(taken.get() + out.iter().filter(other).count());
        }
    });
    let found = kept.get() > 100 && taken.get() > 1;
    assert!(found || pinned().is_some(), "{} {}", kept.get(), taken.get());
}
