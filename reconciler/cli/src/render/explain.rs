//! An explanation for people, as short paragraphs.

use std::fmt::Write;

use ordain_core::explain::Explanation;

use super::plan::{indented, row};
use super::{Style, table};

/// The whole explanation.
pub(crate) fn explanation(one: &Explanation, style: Style) -> String {
    let name = format!("{} on {}/{}", one.item, one.tenant, one.computer);
    let mut text = format!("{}\n", style.bold(&name));
    if one.excluded {
        let _ =
            writeln!(text, "  {}", style.yellow("the computer is excluded: no session touches it"));
    }
    text += &actions(one, style);
    text += &held_by(one, style);
    text += &winner(one, style);
    if let Some(conflict) = &one.conflict {
        let words = format!("conflict at rule {}", conflict.rule.word());
        let _ = writeln!(text, "\n{}\n  {}", style.red(&words), conflict.by.join("\n  "));
    }
    for (index, lost) in one.shadowed.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", style.bold("lost"));
        }
        let _ =
            writeln!(text, "  {} {}", lost.by, style.dim(&format!("by rule {}", lost.rule.word())));
    }
    if !one.prerequisites.is_empty() {
        let _ = writeln!(text, "\n{}", style.bold("needs first"));
        let mut rows = table(style, &[]);
        for action in &one.prerequisites {
            rows.add_row(row(action));
        }
        text += &indented(&rows);
    }
    text += &parameters(one, style);
    for (index, (path, value)) in one.facts.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", style.bold("facts read"));
        }
        let shown = if value.is_null() { "not reported".to_owned() } else { value.to_string() };
        let _ = writeln!(text, "  {path}: {shown}");
    }
    for (index, missing) in one.unknown.iter().enumerate() {
        if index == 0 {
            let _ = writeln!(text, "\n{}", style.yellow("unknown"));
        }
        let _ =
            writeln!(text, "  {} {}", missing.fact, style.dim(&format!("for {}", missing.what)));
    }
    text
}

fn actions(one: &Explanation, style: Style) -> String {
    if one.actions.is_empty() {
        return "  it does not stand in the computer's plan\n".to_owned();
    }
    let mut rows = table(style, &[]);
    for action in &one.actions {
        rows.add_row(row(action));
    }
    let messages = one.actions.iter().filter_map(|action| action.message.as_ref());
    let messages =
        messages.map(|message| format!("  {}\n", style.red(message))).collect::<Vec<_>>().concat();
    indented(&rows) + &messages
}

/// What holds the action back, and the ring.
fn held_by(one: &Explanation, style: Style) -> String {
    let mut text = String::new();
    for held in one.held_by.iter().filter(|held| held.what != "excluded") {
        let until = held.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let path = held.path.as_ref().map(|path| format!(" {}", style.dim(path)));
        let line = format!("held by {}{until}", held.what);
        let _ = writeln!(text, "  {}{}", style.yellow(&line), path.unwrap_or_default());
    }
    if let Some(ring) = one.ring {
        let _ = writeln!(text, "  {}", style.dim(&format!("in ring {ring} of its rollout")));
    }
    text
}

fn winner(one: &Explanation, style: Style) -> String {
    match &one.winner {
        Some(winner) => format!(
            "\n{}\n  {} {}\n",
            style.bold("won"),
            winner.by,
            style.dim(&format!("scope {}, selector {}", winner.scope, winner.selector))
        ),
        None if one.conflict.is_some() => String::new(),
        None => format!("\nno deployment of {} reaches this computer\n", one.item),
    }
}

/// Each parameter with its value, and where that comes from.
fn parameters(one: &Explanation, style: Style) -> String {
    if one.parameters.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", style.bold("parameters"));
    for (name, from) in &one.parameters {
        let origin = style.dim(&format!("{}, scope {}", from.by, from.scope));
        let value = match from.value.as_object().and_then(|map| map.get("secret")) {
            Some(secret) if from.value.as_object().is_some_and(|map| map.len() == 1) => {
                format!("the secret {secret}")
            }
            _ => from.value.to_string(),
        };
        let _ = writeln!(text, "  {name}: {value} {origin}");
    }
    text
}
