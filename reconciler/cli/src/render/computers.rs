//! Enrolled computers for people.

use std::fmt::Write;

use comfy_table::{Cell, Color};
use serde::Deserialize;
use serde_json::Value;

use super::{Style, table, when};

/// What the controller says of a computer, as far as people see it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Computer {
    id: String,
    name: String,
    tenant: String,
    online: bool,
    os: Option<Value>,
    chassis: Option<Value>,
    agent_version: Option<String>,
    enrolled_at: Option<String>,
    seen_at: Option<String>,
    inventoried_at: Option<String>,
    standing: String,
    #[serde(default)]
    excluded: bool,
    person: Option<String>,
    doubt: Option<String>,
    #[serde(default)]
    pathways: Vec<Pathway>,
    #[serde(default)]
    inventory: Vec<Said>,
    #[serde(default)]
    items: Vec<Finding>,
    #[serde(default)]
    next: Vec<Next>,
}

#[derive(Deserialize)]
struct Pathway {
    id: String,
    online: bool,
}

#[derive(Deserialize)]
struct Said {
    fact: String,
    value: Value,
    at: Option<String>,
}

/// What a fact was from a moment on.
#[derive(Deserialize)]
pub(crate) struct Change {
    at: Option<String>,
    value: Value,
}

/// What a fact was, newest first.
pub(crate) fn history(changes: &[Change], style: Style) -> String {
    if changes.is_empty() {
        return "no history of that fact is kept\n".to_owned();
    }
    let mut rows = table(style, &["since", "value"]);
    for one in changes {
        rows.add_row(vec![Cell::new(when(one.at.as_deref())), Cell::new(&one.value)]);
    }
    super::plan::indented(&rows)
}

/// When a schedule starts the next session.
#[derive(Deserialize)]
struct Next {
    schedule: String,
    at: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    item: String,
    version: Option<String>,
    answer: Option<bool>,
    failure: Option<String>,
    found_at: Option<String>,
}

/// A list of computers.
pub(crate) fn list(computers: &[Computer], style: Style) -> String {
    if computers.is_empty() {
        return "no computer is enrolled\n".to_owned();
    }
    let mut rows =
        table(style, &["computer", "", "standing", "person", "os", "agent", "seen", "inventoried"]);
    for one in computers {
        let (word, colour) =
            if one.online { ("online", Color::Green) } else { ("offline", Color::Reset) };
        rows.add_row(vec![
            Cell::new(format!("{}/{}", one.tenant, one.name)),
            Cell::new(word).fg(colour),
            Cell::new(standing(one)),
            Cell::new(one.person.as_deref().unwrap_or_default()),
            Cell::new(os(one.os.as_ref())),
            Cell::new(one.agent_version.as_deref().unwrap_or_default()),
            Cell::new(when(one.seen_at.as_deref())),
            Cell::new(when(one.inventoried_at.as_deref())),
        ]);
    }
    super::plan::indented(&rows)
}

/// One computer with what was found on it.
pub(crate) fn one(one: &Computer, style: Style) -> String {
    let mut text = format!("{}\n", style.bold(&format!("{}/{}", one.tenant, one.name)));
    let chassis = one.chassis.as_ref().and_then(Value::as_str).unwrap_or("unknown");
    let lines = [
        ("id", one.id.clone()),
        (
            "agent",
            format!(
                "{}, {}",
                if one.online { "online" } else { "offline" },
                one.agent_version.as_deref().unwrap_or("version unknown")
            ),
        ),
        ("standing", standing(one)),
        ("doubt", one.doubt.clone().unwrap_or_default()),
        ("pathways", pathways(&one.pathways)),
        ("person", one.person.clone().unwrap_or_default()),
        ("os", format!("{}, chassis {chassis}", os(one.os.as_ref()))),
        ("enrolled", when(one.enrolled_at.as_deref())),
        ("seen", when(one.seen_at.as_deref())),
        ("inventoried", when(one.inventoried_at.as_deref())),
    ];
    for (name, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "  {name:<12} {value}");
    }
    for next in &one.next {
        let _ = writeln!(text, "  {:<12} {}  {}", "next", when(next.at.as_deref()), next.schedule);
    }
    if !one.inventory.is_empty() {
        let mut rows = table(style, &["fact", "value", "at"]);
        for said in &one.inventory {
            rows.add_row(vec![
                Cell::new(&said.fact),
                Cell::new(&said.value),
                Cell::new(when(said.at.as_deref())),
            ]);
        }
        text.push('\n');
        text += &super::plan::indented(&rows);
    }
    if !one.items.is_empty() {
        let mut rows = table(style, &["item", "found", "at"]);
        for item in &one.items {
            rows.add_row(vec![
                Cell::new(&item.item),
                Cell::new(found(item)),
                Cell::new(when(item.found_at.as_deref())),
            ]);
        }
        text.push('\n');
        text += &super::plan::indented(&rows);
    }
    text
}

fn standing(one: &Computer) -> String {
    if one.excluded { format!("{}, excluded", one.standing) } else { one.standing.clone() }
}

/// Every way to it, where there are several.
fn pathways(all: &[Pathway]) -> String {
    if all.len() < 2 {
        return String::new();
    }
    let word =
        |one: &Pathway| format!("{} {}", one.id, if one.online { "online" } else { "offline" });
    all.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn found(item: &Finding) -> String {
    match (&item.failure, &item.version, item.answer) {
        (Some(failure), _, _) => format!("not known: {failure}"),
        (None, Some(version), _) => version.clone(),
        (None, None, Some(true)) => "holds".to_owned(),
        (None, None, Some(false)) => "does not hold".to_owned(),
        (None, None, None) => "not installed".to_owned(),
    }
}

fn os(os: Option<&Value>) -> String {
    let part = |name: &str| os.and_then(|os| os[name].as_str());
    let parts: Vec<&str> =
        ["family", "version", "arch"].iter().filter_map(|name| part(name)).collect();
    if parts.is_empty() { "os unknown".to_owned() } else { parts.join(" ") }
}
