//! A difference for people: what changes alike stands in one row, by tenant
//! and item, with the computers that it concerns.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{Cell, Color};
use ordain_core::diff::{Change, Diff};
use ordain_core::item::Act;
use ordain_core::plan::Action;

use super::{Style, count, plan};

/// How many computers a row names before it counts.
const MOST_NAMED: usize = 6;

/// Changes that are alike, with the computers that have them.
pub(crate) struct Group<'a> {
    /// The tenant's id.
    pub tenant: &'a str,
    /// The item.
    pub item: String,
    /// What becomes of it: gains, loses or changes an action.
    pub kind: &'static str,
    /// The action before.
    pub before: String,
    /// The action after.
    pub after: String,
    /// The computers, by name.
    pub computers: Vec<&'a str>,
}

/// The changes of a difference that are alike, by tenant and item.
pub(crate) fn groups(diff: &Diff) -> Vec<Group<'_>> {
    let mut found: BTreeMap<(&str, String, String, String), Group<'_>> = BTreeMap::new();
    for one in &diff.computers {
        for change in &one.changes {
            let item = change.item.to_string();
            let before = described(change.before.as_ref());
            let mut after = described(change.after.as_ref());
            if !change.parameters.is_empty() {
                let _ = write!(after, ", other {}", change.parameters.join(", "));
            }
            if !change.files.is_empty() {
                let _ = write!(after, ", other {}", change.files.join(", "));
            }
            let key = (one.tenant.as_str(), item.clone(), before.clone(), after.clone());
            let group = found.entry(key).or_insert_with(|| Group {
                tenant: &one.tenant,
                item,
                kind: kind(change),
                before,
                after,
                computers: Vec::new(),
            });
            group.computers.push(&one.computer);
        }
    }
    found.into_values().collect()
}

/// The whole difference as a table with counts.
pub(crate) fn table(diff: &Diff, style: Style) -> String {
    let mut text = String::new();
    if !diff.computers.is_empty() {
        let mut rows = super::table(style, &["", "tenant", "item", "before", "after", "computers"]);
        for group in groups(diff) {
            let (symbol, colour) = symbol(group.kind);
            rows.add_row(vec![
                Cell::new(symbol).fg(colour),
                Cell::new(group.tenant),
                Cell::new(&group.item),
                Cell::new(&group.before),
                Cell::new(&group.after),
                Cell::new(named(&group.computers, MOST_NAMED)),
            ]);
        }
        text += &plan::indented(&rows);
        text.push('\n');
    }
    for exceeded in &diff.limits {
        let words = format!("limit {} exceeded", exceeded.limit);
        let _ = writeln!(
            text,
            "{}: {} where {} are allowed",
            style.red(&words),
            exceeded.actual,
            exceeded.allowed
        );
    }
    let _ = writeln!(text, "{}", summary(diff, style));
    text
}

/// The counts in a line.
pub(crate) fn summary(diff: &Diff, style: Style) -> String {
    if diff.computers.is_empty() {
        return "no computer changes".to_owned();
    }
    let tenants = count(diff.tenants, "tenant");
    format!("{tenants}, {}", plan::totals(&diff.totals, style))
}

/// Names while they are few, then a count.
pub(crate) fn named(computers: &[&str], most: usize) -> String {
    let shown = computers.iter().take(most).copied().collect::<Vec<_>>().join(", ");
    match computers.len().saturating_sub(most) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

fn symbol(kind: &str) -> (&'static str, Color) {
    match kind {
        "gains" => ("+", Color::Green),
        "loses" => ("-", Color::Red),
        _ => ("~", Color::Yellow),
    }
}

fn kind(change: &Change) -> &'static str {
    let acts =
        |action: &Option<Action>| action.as_ref().is_some_and(|action| action.act != Act::None);
    match (acts(&change.before), acts(&change.after)) {
        (false, true) => "gains",
        (true, false) => "loses",
        _ => "changes",
    }
}

fn described(action: Option<&Action>) -> String {
    let Some(action) = action else {
        return "nothing".to_owned();
    };
    let what = match action.act {
        Act::None if action.failed => format!("fails ({})", action.reason.word()),
        Act::None => format!("none ({})", action.reason.word()),
        act => act.word().to_owned(),
    };
    let to = action.to.as_ref().map(|to| format!(" to {to}"));
    let by = action.by.as_ref().map(|by| format!(", {}", by.path));
    format!("{what}{}{}", to.unwrap_or_default(), by.unwrap_or_default())
}
