//! A plan for people: one table a computer, with a symbol for each action.

use std::fmt::Write;

use comfy_table::{Cell, Color, Table};
use ordain_core::item::{Act, Reason};
use ordain_core::plan::{Action, ComputerPlan, Conflict, TenantPlan, Totals};
use ordain_core::resolve::Missing;

use super::{Style, count, table};

/// What one computer would get; nothing where `changes_only` leaves nothing to show.
pub(crate) fn computer(one: &ComputerPlan, changes_only: bool, style: Style) -> Option<String> {
    let name = format!("{}/{}", one.tenant, one.computer);
    part(&name, &one.actions, &one.conflicts, &one.unknown, changes_only, style)
}

/// What one tenant would get of cloud items.
pub(crate) fn tenant(one: &TenantPlan, changes_only: bool, style: Style) -> Option<String> {
    let name = format!("tenant {}", one.tenant);
    part(&name, &one.actions, &one.conflicts, &[], changes_only, style)
}

/// The line about computers that were not shown.
pub(crate) fn quiet(computers: usize, style: Style) -> Option<String> {
    let words = || format!("{} with nothing to do", count(computers, "computer"));
    (computers > 0).then(|| format!("{}\n\n", style.dim(&words())))
}

fn part(
    name: &str,
    actions: &[Action],
    conflicts: &[Conflict],
    unknown: &[Missing],
    changes_only: bool,
    style: Style,
) -> Option<String> {
    let shown: Vec<&Action> = actions
        .iter()
        .filter(|action| !changes_only || action.act != Act::None || action.failed)
        .collect();
    if changes_only && shown.is_empty() && conflicts.is_empty() {
        return None;
    }
    let mut text = format!("{}\n", style.bold(name));
    if shown.is_empty() {
        let _ = writeln!(text, "  {}", style.dim("nothing to do"));
    } else {
        let mut rows = table(style, &[]);
        for action in &shown {
            rows.add_row(row(action));
        }
        text += &indented(&rows);
    }
    for conflict in conflicts {
        let places = conflict.by.join(", ");
        let words = format!("conflict on {} (rule {})", conflict.item, conflict.rule.word());
        let _ = writeln!(text, "  {} {}: {places}", style.red("✖"), style.red(&words));
    }
    for missing in unknown {
        let words = format!("{} is not known", missing.fact);
        let _ = writeln!(
            text,
            "  {} {}, so {} is undecided",
            style.yellow("?"),
            style.yellow(&words),
            missing.what
        );
    }
    text.push('\n');
    Some(text)
}

/// The cells of an action: symbol, item, what, versions, why, from where.
pub(crate) fn row(action: &Action) -> Vec<Cell> {
    let (symbol, colour) = symbol(action);
    let coloured = |text: &str| Cell::new(text).fg(colour);
    let what = if action.failed { "fails" } else { action.act.word() };
    let because = action.because.as_ref().map(|because| format!(", {because}"));
    let why = format!("{}{}", action.reason.word(), because.unwrap_or_default());
    let by = action.by.as_ref().map(ToString::to_string).unwrap_or_default();
    vec![
        coloured(symbol),
        Cell::new(action.item.to_string()),
        coloured(what),
        Cell::new(versions(action)),
        Cell::new(why),
        Cell::new(by).add_attribute(comfy_table::Attribute::Dim),
    ]
}

/// "23.1 → 24.2", or the one version that there is.
pub(crate) fn versions(action: &Action) -> String {
    match (&action.from, &action.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (Some(one), None) | (None, Some(one)) => one.to_string(),
        (None, None) => String::new(),
    }
}

/// The symbol of an action, told apart without colour too.
pub(crate) fn symbol(action: &Action) -> (&'static str, Color) {
    if action.failed {
        return ("✖", Color::Red);
    }
    match action.act {
        Act::Install => ("+", Color::Green),
        Act::Update => ("↑", Color::Green),
        Act::Downgrade => ("↓", Color::Yellow),
        Act::Uninstall => ("-", Color::Red),
        Act::Repair => ("~", Color::Yellow),
        Act::Set => ("~", Color::Green),
        Act::None if action.reason == Reason::Unknown => ("?", Color::Yellow),
        Act::None => ("·", Color::Reset),
    }
}

/// A table, two columns in.
pub(crate) fn indented(table: &Table) -> String {
    let lines = table.lines();
    lines.map(|line| format!("  {}\n", line.trim_end())).collect::<Vec<_>>().concat()
}

/// The counts in a line; what is zero is left out.
pub(crate) fn totals(totals: &Totals, style: Style) -> String {
    let words = [
        (totals.install, "to install"),
        (totals.update, "to update"),
        (totals.downgrade, "to downgrade"),
        (totals.uninstall, "to uninstall"),
        (totals.repair, "to repair"),
        (totals.set, "to set"),
        (totals.none, "unchanged"),
    ];
    let mut parts = vec![count(totals.computers, "computer")];
    parts.extend(
        words
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {word}")),
    );
    if totals.failed > 0 {
        parts.push(style.red(&format!("{} known to fail", totals.failed)));
    }
    if totals.conflicts > 0 {
        parts.push(style.red(&count(totals.conflicts, "conflict")));
    }
    parts.join(", ")
}
