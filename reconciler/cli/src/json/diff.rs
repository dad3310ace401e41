//! `diff --format json`.

use ordain_core::diff::{self, ComputerDiff};
use serde::Serialize;

use super::plan::ActionRow;

/// What a change does.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    base: Option<&'a str>,
    head: Option<&'a str>,
    computers: Vec<ComputerRow<'a>>,
    totals: Totals,
    limits: Vec<LimitRow>,
}

/// The changes of one computer.
#[derive(Serialize)]
pub(crate) struct ComputerRow<'a> {
    computer: &'a str,
    tenant: &'a str,
    changes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Change<'a> {
    item: String,
    before: Option<ActionRow>,
    after: Option<ActionRow>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    parameters: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    files: &'a [String],
}

#[derive(Serialize)]
struct Totals {
    computers: usize,
    tenants: usize,
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

#[derive(Serialize)]
struct LimitRow {
    limit: &'static str,
    allowed: u64,
    actual: u64,
}

impl<'a> Report<'a> {
    /// The report on a difference.
    pub(crate) fn new(diff: &'a diff::Diff) -> Self {
        let totals = &diff.totals;
        Self {
            base: diff.base.as_deref(),
            head: diff.head.as_deref(),
            computers: computers(diff).collect(),
            totals: Totals {
                computers: totals.computers,
                tenants: diff.tenants,
                install: totals.install,
                update: totals.update,
                uninstall: totals.uninstall,
                downgrade: totals.downgrade,
                repair: totals.repair,
                set: totals.set,
                none: totals.none,
                failed: totals.failed,
                conflicts: totals.conflicts,
            },
            limits: diff.limits.iter().map(limit).collect(),
        }
    }
}

/// The rows of a difference.
pub(crate) fn computers(diff: &diff::Diff) -> impl Iterator<Item = ComputerRow<'_>> {
    diff.computers.iter().map(computer)
}

fn computer(one: &ComputerDiff) -> ComputerRow<'_> {
    let changes = one.changes.iter().map(|change| Change {
        item: change.item.to_string(),
        before: change.before.as_ref().map(ActionRow::new),
        after: change.after.as_ref().map(ActionRow::new),
        parameters: &change.parameters,
        files: &change.files,
    });
    ComputerRow { computer: &one.computer, tenant: &one.tenant, changes: changes.collect() }
}

fn limit(exceeded: &diff::Exceeded) -> LimitRow {
    LimitRow { limit: exceeded.limit, allowed: exceeded.allowed, actual: exceeded.actual }
}
