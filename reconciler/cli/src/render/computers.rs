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
    #[serde(default)]
    items: Vec<Finding>,
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
    let mut rows = table(style, &["computer", "", "os", "agent", "seen", "inventoried"]);
    for one in computers {
        let (word, colour) =
            if one.online { ("online", Color::Green) } else { ("offline", Color::Reset) };
        rows.add_row(vec![
            Cell::new(format!("{}/{}", one.tenant, one.name)),
            Cell::new(word).fg(colour),
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
        ("os", format!("{}, chassis {chassis}", os(one.os.as_ref()))),
        ("enrolled", when(one.enrolled_at.as_deref())),
        ("seen", when(one.seen_at.as_deref())),
        ("inventoried", when(one.inventoried_at.as_deref())),
    ];
    for (name, value) in lines {
        let _ = writeln!(text, "  {name:<12} {value}");
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
