//! `plan --format json`, and the rows of a plan in other results.

use std::cell::{Cell, RefCell};

use jiff::Timestamp;
use ordain_core::plan::{self, ComputerPlan, TenantPlan};
use ordain_core::resolve::Missing;
use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

/// A whole plan, written while it is made: computers come one by one.
#[derive(Serialize)]
#[serde(bound = "I: Iterator<Item = ComputerPlan>")]
pub(crate) struct Plan<'a, I> {
    revision: Option<&'a str>,
    session: &'static str,
    now: String,
    computers: Passing<I>,
    tenants: Vec<TenantRow<'a>>,
    totals: Counted<'a>,
}

/// Computers that are written as they come.
struct Passing<I> {
    plans: RefCell<I>,
    changes_only: bool,
}

/// The counts, once everything has passed.
struct Counted<'a>(&'a Cell<plan::Totals>);

impl<I: Iterator<Item = ComputerPlan>> Serialize for Passing<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(None)?;
        for plan in &mut *self.plans.borrow_mut() {
            rows.serialize_element(&ComputerRow::new(&plan, self.changes_only))?;
        }
        rows.end()
    }
}

impl Serialize for Counted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Totals::new(&self.0.get()).serialize(serializer)
    }
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

/// Nothing but the counts of a plan.
#[derive(Serialize)]
pub(crate) struct Counts<'a> {
    revision: Option<&'a str>,
    session: &'static str,
    now: String,
    totals: Totals,
}

impl<'a> Counts<'a> {
    /// The counts of a plan.
    pub(crate) fn new(heading: Heading<'a>, totals: &plan::Totals) -> Self {
        let (revision, session) = (heading.revision, heading.session);
        Self { revision, session, now: heading.now.to_string(), totals: Totals::new(totals) }
    }
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

/// What a plan is for.
#[derive(Clone, Copy)]
pub(crate) struct Heading<'a> {
    /// The commit, where the policy came from one.
    pub(crate) revision: Option<&'a str>,
    /// The session's kind.
    pub(crate) session: &'static str,
    /// The moment.
    pub(crate) now: Timestamp,
}

impl<'a, I: Iterator<Item = ComputerPlan>> Plan<'a, I> {
    /// The rows of a plan; `changes_only` leaves out items with nothing to do.
    /// `totals` is looked at once all of `plans` have passed.
    pub(crate) fn new(
        heading: Heading<'a>,
        plans: I,
        tenants: &'a [TenantPlan],
        totals: &'a Cell<plan::Totals>,
        changes_only: bool,
    ) -> Self {
        Self {
            revision: heading.revision,
            session: heading.session,
            now: heading.now.to_string(),
            computers: Passing { plans: RefCell::new(plans), changes_only },
            tenants: tenants.iter().map(|one| TenantRow::new(one, changes_only)).collect(),
            totals: Counted(totals),
        }
    }
}

impl<'a> ComputerRow<'a> {
    /// The row of a computer.
    pub(crate) fn new(plan: &'a ComputerPlan, changes_only: bool) -> Self {
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
            from: action.from.as_deref().map(str::to_owned),
            to: action.to.as_deref().map(str::to_owned),
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
