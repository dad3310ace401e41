//! Why one item stands where it stands on one computer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_schema::document::{Body, Only};
use serde_json::Value;

use crate::fleet::{Fleet, Subject, World};
use crate::held::{Held, Standing, standing};
use crate::item::Item;
use crate::parameter::{Computed, Giver, OnComputer, computed, computed_values, settle_on};
use crate::plan::{Action, Conflict, Place, Shadowed, plan_computer};
use crate::policy::{AppliesIf, DeploymentEntry, Policy, Selector, selector_word};
use crate::resolve::{Candidates, Missing, Request, is_excluded};

/// Why one item stands where it stands on one computer.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// The computer's name.
    pub computer: String,
    /// Its tenant's id.
    pub tenant: String,
    /// The item.
    pub item: Item,
    /// The deployment that won.
    pub winner: Option<Winner>,
    /// The candidates that lost.
    pub shadowed: Vec<Shadowed>,
    /// The contradiction, where there is one.
    pub conflict: Option<Conflict>,
    /// Its actions in the plan, base before patch; none where it does not stand there.
    pub actions: Vec<Action>,
    /// The values of its parameters, by name.
    pub parameters: BTreeMap<String, Origin>,
    /// The facts that were looked at, by dotted path.
    pub facts: BTreeMap<String, Value>,
    /// What could not be known.
    pub unknown: Vec<Missing>,
    /// The actions of its direct prerequisites.
    pub prerequisites: Vec<Action>,
    /// The computer's ring in the item's rollout, counted from 1.
    pub ring: Option<u32>,
    /// What holds the action back now; that the computer is excluded included.
    pub held_by: Vec<Held>,
    /// Whether the computer is left alone by git.
    pub excluded: bool,
}

/// The deployment that won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Winner {
    /// Where it stands.
    pub by: Place,
    /// `computer`, `person`, `tenant`, `ancestor` or `cross-tenant`.
    pub scope: &'static str,
    /// The selector as people write it.
    pub selector: &'static str,
}

/// A parameter's value and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Origin {
    /// The value; a secret as `{secret: NAME}`, null for a computed one that
    /// waits for a fact.
    pub value: Value,
    /// The expression by which it is computed.
    pub computed: Option<String>,
    /// Where it stands.
    pub by: Place,
    /// `computer`, `person`, `tenant`, `ancestor`, `cross-tenant`, or `default`.
    pub scope: &'static str,
}

/// Explains an item for every computer of that name (`NAME` or `TENANT/NAME`).
pub fn explain(
    policy: &Policy,
    fleet: &Fleet,
    request: &Request,
    now: Timestamp,
    computer: &str,
    item: &Item,
) -> Vec<Explanation> {
    let world = World::new(policy, fleet, now);
    let candidates = Candidates::new(&world);
    let named = |subject: &Subject<'_>| {
        let (tenant, name) = (&subject.facts.tenant, &subject.facts.name);
        computer == name || computer.split_once('/') == Some((tenant.as_str(), name.as_str()))
    };
    let subjects = world.subjects().filter(named);
    subjects.map(|subject| explain_one(&subject, &candidates, request, item)).collect()
}

fn explain_one(
    subject: &Subject<'_>,
    candidates: &Candidates<'_>,
    request: &Request,
    item: &Item,
) -> Explanation {
    let policy = subject.world.policy;
    let plan = plan_computer(subject, candidates, request);
    let all = plan.as_ref().map_or(&[][..], |plan| &plan.actions);
    let actions: Vec<Action> = all.iter().filter(|action| action.item == *item).cloned().collect();
    let waits = actions.iter().flat_map(|action| &action.waits_for).collect::<Vec<_>>();
    let prerequisites =
        all.iter().filter(|action| waits.contains(&&action.item)).cloned().collect();
    let winner = actions
        .first()
        .and_then(|action| action.deployment)
        .map(|id| winner(subject, policy.deployment(id)));
    let excluded = is_excluded(subject);
    let standing = actions.last().map(|action| standing(subject, request, action));
    let Standing { ring, mut held_by, unknown: more } = standing.unwrap_or_default();
    if excluded {
        held_by.push(Held { what: "excluded".to_owned(), until: None, path: None });
    }
    let mut unknown = unknown(subject, candidates, request, item);
    unknown.extend(more);
    unknown.sort();
    unknown.dedup();
    Explanation {
        computer: subject.facts.name.clone(),
        tenant: subject.facts.tenant.clone(),
        item: item.clone(),
        winner,
        shadowed: plan
            .iter()
            .flat_map(|plan| &plan.shadowed)
            .filter(|one| one.item == *item)
            .cloned()
            .collect(),
        conflict: plan
            .iter()
            .flat_map(|plan| &plan.conflicts)
            .find(|one| one.item == *item)
            .cloned(),
        parameters: actions.last().map(|action| parameters(subject, action)).unwrap_or_default(),
        facts: facts(subject, candidates, item, actions.last()),
        unknown,
        actions,
        prerequisites,
        ring,
        held_by,
        excluded,
    }
}

/// What could not be known of this item alone.
fn unknown(
    subject: &Subject<'_>,
    candidates: &Candidates<'_>,
    request: &Request,
    item: &Item,
) -> Vec<Missing> {
    let limited =
        Request { limit: Some(crate::resolve::Limit::Item(item.clone())), ..request.clone() };
    plan_computer(subject, candidates, &limited).map(|plan| plan.unknown).unwrap_or_default()
}

/// Where the values of an action's parameters come from.
fn parameters(subject: &Subject<'_>, action: &Action) -> BTreeMap<String, Origin> {
    let policy = subject.world.policy;
    let values = settle_on(policy, subject.tenant.id, action.recipient, subject.values());
    let origins = values.into_iter().map(|(name, OnComputer { value, given })| {
        let scope = match given.giver {
            Giver::Deployment(id) => scope(subject, policy.deployment(id)),
            Giver::Tenant(id) if Some(id) == subject.tenant.id => "tenant",
            Giver::Tenant(_) => "ancestor",
            Giver::Default(_) => "default",
        };
        let by = Place { path: given.path, line: given.span.line };
        let computed = computed(given.value).map(str::to_owned);
        let value = value.unwrap_or(Value::Null);
        (name.to_owned(), Origin { value, computed, by, scope })
    });
    origins.collect()
}

fn scope(subject: &Subject<'_>, deployment: &DeploymentEntry) -> &'static str {
    match (deployment.precedence.class, deployment.scope) {
        (2, _) => "computer",
        (1, _) => "person",
        (_, None) => "cross-tenant",
        (_, own) if own == subject.tenant.id => "tenant",
        _ => "ancestor",
    }
}

fn winner(subject: &Subject<'_>, deployment: &DeploymentEntry) -> Winner {
    Winner {
        by: Place { path: deployment.path.clone(), line: deployment.line },
        scope: scope(subject, deployment),
        selector: selector_word(&deployment.target.selector),
    }
}

/// The facts that decide about an item on this computer.
fn facts(
    subject: &Subject<'_>,
    candidates: &Candidates<'_>,
    item: &Item,
    action: Option<&Action>,
) -> BTreeMap<String, Value> {
    let policy = subject.world.policy;
    let mut paths: Vec<String> = Vec::new();
    if let Some(action) = action {
        let values = computed_values(policy, subject.tenant.id, action.recipient);
        paths.extend(values.iter().flat_map(Computed::paths).map(str::to_owned));
    }
    let deployments = candidates.of(&subject.facts.tenant).iter().map(|id| policy.deployment(*id));
    let of_item =
        |one: &&DeploymentEntry| one.item.is_some_and(|id| policy.items().entry(id).item == *item);
    for deployment in deployments.filter(of_item) {
        let selectors = deployment.target.selectors();
        paths.extend(selectors.flat_map(|selector| selector_facts(policy, selector)));
        let only = deployment.target.only.iter().flat_map(only_facts);
        paths.extend(only.map(|path| (*path).to_owned()));
    }
    let own = policy.items().iter().filter(|(_, entry)| entry.item == *item);
    for condition in own.flat_map(|(_, entry)| policy.applicability().of(entry.document)) {
        match condition {
            AppliesIf::Present(id) | AppliesIf::Absent(id) => {
                let name = policy.items().entry(*id).item.name();
                paths.push(format!("computer.software.{name}"));
            }
            AppliesIf::Expression(expression) => {
                paths.extend(expression.paths().map(str::to_owned));
            }
        }
    }
    paths.push(match item {
        Item::Software(name) => format!("computer.software.{name}"),
        Item::Task { name, instance: None } => format!("computer.tasks.{name}"),
        Item::Task { name, instance: Some(instance) } => {
            format!("computer.tasks.{name}#{instance}")
        }
    });
    paths.sort();
    paths.dedup();
    paths.into_iter().map(|path| (path.clone(), value(subject, &path))).collect()
}

/// The facts by which a computer is what a target is limited to.
fn only_facts(only: &Only) -> &'static [&'static str] {
    match only {
        Only::Kind(_) => &["computer.chassis", "computer.domainRole"],
        Only::Where(only) => {
            let by_kind = !only.chassis.is_empty() || only.role.is_some();
            match (only.os.is_empty(), by_kind) {
                (true, _) => &["computer.chassis", "computer.domainRole"],
                (false, true) => &["computer.os.family", "computer.chassis", "computer.domainRole"],
                (false, false) => &["computer.os.family"],
            }
        }
    }
}

fn selector_facts(policy: &Policy, selector: &Selector) -> Vec<String> {
    let one = |path: &str| vec![path.to_owned()];
    match selector {
        Selector::Computer { .. } => one("computer.name"),
        Selector::Person(_) => one("computer.person"),
        Selector::Tag(_) => {
            vec!["computer.tags".into(), "tenant.tags".into(), "person.tags".into()]
        }
        Selector::DirectoryGroup(_) => one("person.groups"),
        Selector::DeviceGroup { .. } => one("computer.deviceGroups"),
        Selector::Group(Some(id)) => {
            let Body::Group(_) = &policy.document(*id).body else {
                return Vec::new();
            };
            let condition = policy.group(*id).and_then(|group| group.condition.as_ref());
            condition
                .map(|condition| condition.paths().map(str::to_owned).collect())
                .unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn value(subject: &Subject<'_>, path: &str) -> Value {
    let values = subject.values();
    let (root, rest) = path.split_once('.').unwrap_or((path, ""));
    let start = match root {
        "computer" => Some(&values.computer),
        "person" => values.person.as_ref(),
        _ => Some(&values.tenant),
    };
    let mut here = start;
    let mut rest = rest;
    while let Some(value) = here {
        if rest.is_empty() {
            return value.clone();
        }
        // Names of software and tasks may hold dots of their own.
        if let Some(found) = value.get(rest) {
            return found.clone();
        }
        let (head, tail) = rest.split_once('.').unwrap_or((rest, ""));
        here = value.get(head);
        rest = tail;
    }
    Value::Null
}
