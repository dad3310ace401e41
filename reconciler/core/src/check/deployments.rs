//! Deployments that meet wherever they reach, and those whose days are counted.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::document::{Body, Day, Enforcement};
use ordain_schema::{Code, Diagnostic};
use rustc_hash::FxHashMap;

use super::review::Review;
use crate::calendar::days_between;
use crate::policy::{DeploymentEntry, ItemId, Selector, Target, TenantId, Wish};

/// How many days before its end a deployment is warned about.
const WARNING_DAYS: i64 = 14;

/// The keys that say where a deployment holds and what it asks for: where one
/// of them is at fault, nobody knows yet whether it contradicts another.
const TELLING: &[&str] = &[
    "software",
    "task",
    "instance",
    "state",
    "version",
    "target",
    "enforcement",
    "parameters",
    "propagate",
    "priority",
    "disabled",
    "licence",
    "mandatory",
    "starts",
    "expires",
];

/// Reports conflicts and duplicates that hold whatever the fleet, and ends that are near.
pub(super) fn check(review: &mut Review<'_>) {
    expiry(review);
    let mut groups: FxHashMap<Meeting<'_>, Vec<&DeploymentEntry>> = FxHashMap::default();
    let mut order = Vec::new();
    for entry in review.policy.deployments() {
        let Some(meeting) = Meeting::of(entry) else { continue };
        let unknown = review.policy.is_faulty(entry, TELLING);
        if unknown || entry.disabled || is_expired(review, entry) {
            continue;
        }
        let group = groups.entry(meeting.clone()).or_default();
        if group.len() == 1 {
            order.push(meeting);
        }
        group.push(entry);
    }
    for meeting in order {
        let group = &groups[&meeting];
        conflict(review, group);
        duplicates(review, group);
    }
}

/// What two deployments share that meet on every computer that either reaches,
/// with nothing but their states between them.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Meeting<'a> {
    scope: Option<TenantId>,
    item: ItemId,
    target: &'a Target,
    mandatory: bool,
    priority: i64,
    enforcement: Enforcement,
    propagate: bool,
}

impl<'a> Meeting<'a> {
    fn of(entry: &'a DeploymentEntry) -> Option<Self> {
        let known = !matches!(entry.target.selector, Selector::Group(None) | Selector::Nothing);
        Some(Self {
            scope: entry.scope,
            item: entry.item.filter(|_| known)?,
            target: &entry.target,
            mandatory: entry.precedence.mandatory,
            priority: entry.precedence.priority,
            enforcement: entry.enforcement,
            propagate: entry.propagate,
        })
    }
}

fn is_expired(review: &Review<'_>, entry: &DeploymentEntry) -> bool {
    entry.expires.is_some_and(|last| review.today(entry.scope) > last)
}

/// Whether one state beats another by rank; `absent` is beaten by `ignored` alone, and beats none.
fn beats(a: &Wish, b: &Wish) -> bool {
    match (a.rank(), b.rank()) {
        (Some(a), Some(b)) => a > b,
        (Some(_), None) => *a == Wish::Ignored,
        (None, _) => false,
    }
}

/// Those that nothing beats conflict where they do not all say the same on some day.
fn conflict(review: &mut Review<'_>, group: &[&DeploymentEntry]) {
    let mut contradicting: Vec<Vec<usize>> = Vec::new();
    for day in beginnings(review, group) {
        let there: Vec<usize> = (0..group.len()).filter(|at| group[*at].counts_on(day)).collect();
        let is_beaten =
            |at: &usize| there.iter().any(|other| beats(&group[*other].wish, &group[*at].wish));
        let left: Vec<usize> = there.iter().copied().filter(|at| !is_beaten(at)).collect();
        let differ = left.iter().any(|at| !group[*at].says_the_same(group[left[0]]));
        if differ && !contradicting.contains(&left) {
            contradicting.push(left);
        }
    }
    let within = |set: &[usize], other: &[usize]| {
        set.len() < other.len() && set.iter().all(|at| other.contains(at))
    };
    // By the last of them, which is where it is said.
    let mut by_last: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    for set in &contradicting {
        let part = contradicting.iter().any(|other| within(set, other));
        if let Some((last, others)) = set.split_last().filter(|_| !part) {
            by_last.entry(*last).or_default().extend(others);
        }
    }
    for (last, others) in by_last {
        contradiction(review, group[last], others.into_iter().map(|at| group[at]));
    }
}

/// Today, and the later days on which one of them begins to count: where two
/// count on one day at all, they do on one of these.
fn beginnings(review: &Review<'_>, group: &[&DeploymentEntry]) -> BTreeSet<Day> {
    let today = group.first().map(|entry| review.today(entry.scope));
    let starts = group.iter().filter_map(|entry| entry.starts);
    today.into_iter().chain(starts.filter(|day| today.is_some_and(|today| *day > today))).collect()
}

fn contradiction<'e>(
    review: &mut Review<'_>,
    last: &DeploymentEntry,
    others: impl Iterator<Item = &'e DeploymentEntry>,
) {
    let item = entry_item(review, last);
    let message =
        format!("{item} is wished for in two ways that contradict each other wherever they meet");
    let mut diagnostic = diagnostic_at(last, Code::DeploymentConflict, message)
        .hint("remove one of them, or let `priority` or the target decide");
    for other in others {
        diagnostic =
            diagnostic.related(&*other.path, other.line, format!("{item} is deployed here too"));
    }
    review.push(diagnostic);
}

/// A later deployment that says what an earlier one says on the same day is a duplicate.
fn duplicates(review: &mut Review<'_>, group: &[&DeploymentEntry]) {
    for (place, entry) in group.iter().enumerate() {
        let mut before = group[..place].iter();
        let first = before.find(|one| one.says_the_same(entry) && meet_in_time(one, entry));
        let Some(first) = first else { continue };
        let message = format!("{} is deployed in the same way twice", entry_item(review, entry));
        let mut diagnostic = diagnostic_at(entry, Code::DuplicateDeployment, message)
            .hint("remove it: the first one has the same effect")
            .related(&*first.path, first.line, "the first one stands here");
        diagnostic.severity = ordain_schema::Severity::Warning;
        review.push(diagnostic);
    }
}

/// Whether there is a day on which both count.
fn meet_in_time(a: &DeploymentEntry, b: &DeploymentEntry) -> bool {
    let ends_before = |one: &DeploymentEntry, other: &DeploymentEntry| {
        one.expires.zip(other.starts).is_some_and(|(last, first)| last < first)
    };
    !ends_before(a, b) && !ends_before(b, a)
}

fn diagnostic_at(entry: &DeploymentEntry, code: Code, message: String) -> Diagnostic {
    Diagnostic::error(code, &*entry.path, entry.span, message)
}

fn entry_item(review: &Review<'_>, entry: &DeploymentEntry) -> String {
    entry.item.map_or_else(String::new, |item| review.policy.items().entry(item).item.to_string())
}

/// From the fourteenth day before its last day on.
fn expiry(review: &mut Review<'_>) {
    for (_, document) in review.documents() {
        let Body::Deployment(deployment) = &document.body else {
            continue;
        };
        let Some(last) = deployment.expires.as_ref().filter(|_| !deployment.disabled) else {
            continue;
        };
        let left = days_between(review.today(review.scope(document)), last.value);
        let (message, hint) = match left {
            ..0 => (
                format!("the deployment has expired on {}", last.value),
                "remove it, or give it a later day",
            ),
            0 => (
                "the deployment expires today".to_owned(),
                "give it a later day if it is still wanted",
            ),
            1..=WARNING_DAYS => (
                format!("the deployment expires on {}", last.value),
                "give it a later day if it is still wanted",
            ),
            _ => continue,
        };
        review.warning(document, Code::ExpiresSoon, last.span, message, hint);
    }
}
