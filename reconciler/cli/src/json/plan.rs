//! `plan --format json`, and the rows of a plan in other results.

use ordain_core::plan::{self, ComputerPlan, TenantPlan};
use ordain_core::resolve::Missing;
use serde::Serialize;

/// A whole plan.
#[derive(Serialize)]
pub(crate) struct Plan<'a> {
    revision: Option<&'a str>,
    session: &'static str,
    now: String,
    computers: Vec<ComputerRow<'a>>,
    tenants: Vec<TenantRow<'a>>,
    totals: Totals,
}

/// What one computer would get.
#[derive(Serialize)]
pub(crate) struct ComputerRow<'a> {
    computer: &'a str,
    tenant: &'a str,
    actions: Vec<ActionRow>,
    shadowed: Vec<Shadowed>,
    conflicts: Vec<Conflict<'a>>,
    unknown: Vec<Unknown>,
}

/// What one tenant would get of cloud items.
#[derive(Serialize)]
pub(crate) struct TenantRow<'a> {
    tenant: &'a str,
    actions: Vec<ActionRow>,
    shadowed: Vec<Shadowed>,
    conflicts: Vec<Conflict<'a>>,
}

/// One action on one item.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActionRow {
    item: String,
    action: &'static str,
    reason: &'static str,
    from: Option<String>,
    to: Option<String>,
    by: Option<String>,
    line: Option<u32>,
    because: Option<String>,
    waits_for: Vec<String>,
    phase: &'static str,
    failed: bool,
}

/// A candidate that lost.
#[derive(Serialize)]
pub(crate) struct Shadowed {
    item: String,
    by: String,
    line: u32,
    rule: &'static str,
}

/// A contradiction.
#[derive(Serialize)]
pub(crate) struct Conflict<'a> {
    item: String,
    rule: &'static str,
    by: &'a [String],
}

/// What could not be known.
#[derive(Serialize)]
pub(crate) struct Unknown {
    what: String,
    fact: String,
}

/// Counts over a plan.
#[derive(Serialize)]
pub(crate) struct Totals {
    computers: usize,
    install: usize,
    update: usize,
    uninstall: usize,
    downgrade: usize,
    repair: usize,
    set: usize,
    none: usize,
    failed: usize,
    conflicts: usize,
}

impl<'a> Plan<'a> {
    /// The rows of a plan; `changes_only` leaves out items with nothing to do.
    pub(crate) fn new(plan: &'a plan::Plan, session: &'static str, changes_only: bool) -> Self {
        Self {
            revision: plan.revision.as_deref(),
            session,
            now: plan.now.to_string(),
            computers: computers(plan, changes_only).collect(),
            tenants: plan.tenants.iter().map(|one| TenantRow::new(one, changes_only)).collect(),
            totals: Totals::new(&plan.totals()),
        }
    }
}

/// The rows of a plan's computers.
pub(crate) fn computers(
    plan: &plan::Plan,
    changes_only: bool,
) -> impl Iterator<Item = ComputerRow<'_>> {
    plan.computers.iter().map(move |one| ComputerRow::new(one, changes_only))
}

impl<'a> ComputerRow<'a> {
    fn new(plan: &'a ComputerPlan, changes_only: bool) -> Self {
        Self {
            computer: &plan.computer,
            tenant: &plan.tenant,
            actions: actions(&plan.actions, changes_only),
            shadowed: plan.shadowed.iter().map(Shadowed::new).collect(),
            conflicts: plan.conflicts.iter().map(Conflict::new).collect(),
            unknown: plan.unknown.iter().map(Unknown::new).collect(),
        }
    }
}

impl<'a> TenantRow<'a> {
    /// The row of a tenant.
    pub(crate) fn new(plan: &'a TenantPlan, changes_only: bool) -> Self {
        Self {
            tenant: &plan.tenant,
            actions: actions(&plan.actions, changes_only),
            shadowed: plan.shadowed.iter().map(Shadowed::new).collect(),
            conflicts: plan.conflicts.iter().map(Conflict::new).collect(),
        }
    }
}

fn actions(all: &[plan::Action], changes_only: bool) -> Vec<ActionRow> {
    let shown = all.iter().filter(|action| !changes_only || is_change(action));
    shown.map(ActionRow::new).collect()
}

/// Whether something is done.
pub(crate) fn is_change(action: &plan::Action) -> bool {
    action.act != ordain_core::item::Act::None
}

impl ActionRow {
    /// The row of an action.
    pub(crate) fn new(action: &plan::Action) -> Self {
        Self {
            item: action.item.to_string(),
            action: action.act.word(),
            reason: action.reason.word(),
            from: action.from.clone(),
            to: action.to.clone(),
            by: action.by.as_ref().map(|by| by.path.to_string()),
            line: action.by.as_ref().map(|by| by.line),
            because: action.because.as_ref().map(ToString::to_string),
            waits_for: action.waits_for.iter().map(ToString::to_string).collect(),
            phase: action.phase.word(),
            failed: action.failed,
        }
    }
}

impl Shadowed {
    /// The row of a candidate that lost.
    pub(crate) fn new(shadowed: &plan::Shadowed) -> Self {
        Self {
            item: shadowed.item.to_string(),
            by: shadowed.by.path.to_string(),
            line: shadowed.by.line,
            rule: shadowed.rule.word(),
        }
    }
}

impl<'a> Conflict<'a> {
    /// The row of a contradiction.
    pub(crate) fn new(conflict: &'a plan::Conflict) -> Self {
        Self { item: conflict.item.to_string(), rule: conflict.rule.word(), by: &conflict.by }
    }
}

impl Unknown {
    /// The row of what could not be known.
    pub(crate) fn new(missing: &Missing) -> Self {
        Self { what: missing.what.clone(), fact: missing.fact.clone() }
    }
}

impl Totals {
    /// The counts as a row.
    pub(crate) fn new(totals: &plan::Totals) -> Self {
        Self {
            computers: totals.computers,
            install: totals.install,
            update: totals.update,
            uninstall: totals.uninstall,
            downgrade: totals.downgrade,
            repair: totals.repair,
            set: totals.set,
            none: totals.none,
            failed: totals.failed,
            conflicts: totals.conflicts,
        }
    }
}
