//! What a change of policy does: two plans of the same fleet compared.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::document::CountOrPercent;

use crate::change::Values;
use crate::fleet::World;
use crate::item::Item;
use crate::plan::{Action, Plan, Totals};
use crate::policy::Policy;

/// What a change of policy does.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// The commit before.
    pub base: Option<String>,
    /// The commit after.
    pub head: Option<String>,
    /// The computers with a change, by tenant and name.
    pub computers: Vec<ComputerDiff>,
    /// How many tenants have such computers.
    pub tenants: usize,
    /// Counts over the actions that are new or different.
    pub totals: Totals,
    /// The limits that are exceeded.
    pub limits: Vec<Exceeded>,
}

/// The changes of one computer.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerDiff {
    /// The computer's name.
    pub computer: String,
    /// Its tenant's id.
    pub tenant: String,
    /// By item.
    pub changes: Vec<Change>,
}

/// A change of action, version, file, parameters or files of `lib/`.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The item.
    pub item: Item,
    /// The action before.
    pub before: Option<Action>,
    /// The action after.
    pub after: Option<Action>,
    /// The parameters that have another value, by name; those of actions that
    /// stand on one side only are not compared.
    pub parameters: Vec<String>,
    /// The files of `lib/` that the item uses and that hold something else, by
    /// their paths; likewise.
    pub files: Vec<String>,
}

/// A limit of the repository that the change exceeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceeded {
    /// The key below `limits`.
    pub limit: &'static str,
    /// What is allowed, as a count.
    pub allowed: u64,
    /// What there is.
    pub actual: u64,
}

/// Compares two plans that were made for the same fleet, session and moment,
/// of `known` computers in all: those that cannot differ may be left out of
/// both. Each world is the one that its plan was made in. The limits are those of the policy before: a change cannot raise what
/// it is measured by.
pub fn diff(
    (before, base): (&World<'_>, &Plan),
    (after, head): (&World<'_>, &Plan),
    known: u64,
) -> Diff {
    type Rows<'a> = BTreeMap<(&'a str, &'a str), &'a [Action]>;
    let (policy, values) = (before.policy, Values::new(before, after));
    let before: Rows<'_> =
        base.computers.iter().map(|c| ((&*c.tenant, &*c.computer), &*c.actions)).collect();
    let after: Rows<'_> =
        head.computers.iter().map(|c| ((&*c.tenant, &*c.computer), &*c.actions)).collect();
    let names: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let mut computers = Vec::new();
    for (tenant, computer) in names {
        let of = |rows: &Rows<'_>| {
            rows.get(&(tenant, computer)).map_or(Vec::new(), |rows| rows.to_vec())
        };
        let changes = changes(of(&before), of(&after), |change, old, new| {
            change.parameters = values.differing((tenant, computer), old, new).to_vec();
            change.files = values.other_files(old, new).to_vec();
        });
        if !changes.is_empty() {
            computers.push(ComputerDiff {
                computer: computer.to_owned(),
                tenant: tenant.to_owned(),
                changes,
            });
        }
    }
    let tenants = computers.iter().map(|one| &one.tenant).collect::<BTreeSet<_>>().len();
    let mut totals = Totals { computers: computers.len(), ..Totals::default() };
    for action in
        computers.iter().flat_map(|one| &one.changes).filter_map(|change| change.after.as_ref())
    {
        totals.add(action);
    }
    let limits = exceeded(policy, &totals, known);
    Diff {
        base: base.revision.clone(),
        head: head.revision.clone(),
        computers,
        tenants,
        totals,
        limits,
    }
}

fn changes(
    before: Vec<Action>,
    after: Vec<Action>,
    look: impl Fn(&mut Change, &Action, &Action),
) -> Vec<Change> {
    let mut by_item: BTreeMap<(Item, usize), (Option<Action>, Option<Action>)> = BTreeMap::new();
    for (side, actions) in [before, after].into_iter().enumerate() {
        let mut seen: BTreeMap<Item, usize> = BTreeMap::new();
        for action in actions {
            let count = seen.entry(action.item.clone()).or_default();
            let pair = by_item.entry((action.item.clone(), *count)).or_default();
            *count += 1;
            if side == 0 {
                pair.0 = Some(action);
            } else {
                pair.1 = Some(action);
            }
        }
    }
    let all = by_item.into_iter().map(|((item, _), (before, after))| {
        let (parameters, files) = (Vec::new(), Vec::new());
        let mut change = Change { item, before: None, after: None, parameters, files };
        if let (Some(old), Some(new)) = (&before, &after) {
            look(&mut change, old, new);
        }
        Change { before, after, ..change }
    });
    let differs = |one: &Change| {
        differ(one.before.as_ref(), one.after.as_ref())
            || !one.parameters.is_empty()
            || !one.files.is_empty()
    };
    all.filter(differs).collect()
}

pub(crate) fn differ(before: Option<&Action>, after: Option<&Action>) -> bool {
    let path = |action: &Action| action.by.as_ref().map(|place| place.path.clone());
    match (before, after) {
        (Some(before), Some(after)) => {
            (before.act, &before.to, path(before)) != (after.act, &after.to, path(after))
        }
        (None, None) => false,
        _ => true,
    }
}

fn exceeded(policy: &Policy, totals: &Totals, known: u64) -> Vec<Exceeded> {
    let Some(limits) = policy.repository().map(|repository| &repository.limits) else {
        return Vec::new();
    };
    let mut exceeded = Vec::new();
    let mut check = |limit, allowed: Option<u64>, actual: usize| {
        let actual = actual as u64;
        if let Some(allowed) = allowed.filter(|allowed| actual > *allowed) {
            exceeded.push(Exceeded { limit, allowed, actual });
        }
    };
    let computers = limits.max_computers_changed.map(|limit| match limit {
        CountOrPercent::Count(count) => count,
        CountOrPercent::Percent(percent) => share(percent.0, known),
    });
    check("maxComputersChanged", computers, totals.computers);
    check("maxUninstalls", limits.max_uninstalls, totals.uninstall);
    exceeded
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "fleets are far below 2^52, shares are positive"
)]
fn share(percent: f64, of: u64) -> u64 {
    (percent / 100.0 * of as f64).floor() as u64
}
