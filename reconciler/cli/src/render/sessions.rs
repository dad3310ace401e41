//! Sessions for people: lists, one in full, and what is new of a running one.

use std::fmt::Write;

use comfy_table::{Cell, Color};
use serde::Deserialize;

use super::{Style, table, when};

/// What the controller says of a session, as far as people see it.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    id: String,
    computer: String,
    tenant: String,
    kind: String,
    status: String,
    started_at: Option<String>,
    ended_at: Option<String>,
    running_seconds: u64,
    waiting_for: Option<String>,
    #[serde(default)]
    waits_until: Option<String>,
    #[serde(default)]
    rerun_of: Option<String>,
    #[serde(default)]
    emergency: Option<String>,
    #[serde(alias = "reason")]
    message: Option<String>,
    #[serde(default)]
    stages: Vec<Stage>,
    #[serde(default)]
    actions: Vec<Acted>,
    #[serde(default)]
    restarts: Vec<Restart>,
}

#[derive(Clone, Deserialize)]
struct Restart {
    when: String,
    status: String,
    result: Option<String>,
    reason: Option<String>,
    message: Option<String>,
}

#[derive(Clone, Deserialize)]
struct Stage {
    stage: String,
    status: String,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Acted {
    item: String,
    action: String,
    reason: String,
    from: Option<String>,
    to: Option<String>,
    status: String,
    result: Option<String>,
    #[serde(default)]
    planned: Option<String>,
    #[serde(default)]
    held_by: Vec<Hold>,
    #[serde(default)]
    until: Option<String>,
    message: Option<String>,
    #[serde(default)]
    attempts: Vec<Attempt>,
}

#[derive(Clone, Deserialize)]
struct Hold {
    what: String,
}

#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attempt {
    phase: String,
    exit_code: Option<i32>,
    output: Option<String>,
}

impl Session {
    /// Whether it has come to its end.
    pub(crate) fn is_over(&self) -> bool {
        let over = ["passed", "partially-passed", "failed", "cancelled", "missed"];
        over.contains(&self.status.as_str())
    }
}

/// A list of sessions.
pub(crate) fn list(sessions: &[Session], style: Style) -> String {
    if sessions.is_empty() {
        return "no sessions\n".to_owned();
    }
    let mut rows = table(style, &["session", "computer", "kind", "status", "started", "ran"]);
    for one in sessions {
        rows.add_row(vec![
            Cell::new(&one.id),
            Cell::new(format!("{}/{}", one.tenant, one.computer)),
            Cell::new(&one.kind),
            Cell::new(&one.status).fg(colour(&one.status)),
            Cell::new(when(one.started_at.as_deref())),
            Cell::new(format!("{}s", one.running_seconds)),
        ]);
    }
    super::plan::indented(&rows)
}

/// One session with its stages and actions.
pub(crate) fn one(one: &Session, style: Style) -> String {
    let name = format!("{} on {}/{}", one.id, one.tenant, one.computer);
    let mut text =
        format!("{}  {}, {}\n", style.bold(&name), one.kind, painted(&one.status, style));
    let until = one.waits_until.as_deref().map(|until| when(Some(until)));
    for (name, value) in [
        ("emergency", &one.emergency),
        ("again", &one.rerun_of),
        ("waiting for", &one.waiting_for),
        ("until", &until),
        ("because", &one.message),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "  {name}: {value}");
        }
    }
    let times = [("started", &one.started_at), ("ended", &one.ended_at)];
    let times: Vec<String> = times
        .iter()
        .filter(|(_, time)| time.is_some())
        .map(|(name, time)| format!("{name} {}", when(time.as_deref())))
        .collect();
    if !times.is_empty() {
        let _ = writeln!(text, "  {}, ran {}s", times.join(", "), one.running_seconds);
    }
    let stages: Vec<String> = one
        .stages
        .iter()
        .filter(|stage| stage.status != "skipped")
        .map(|stage| format!("{} {}", stage.stage, painted(&stage.status, style)))
        .collect();
    if !stages.is_empty() {
        let _ = writeln!(text, "  {}", stages.join(" · "));
    }
    if !one.actions.is_empty() {
        let mut rows = table(style, &["item", "action", "versions", "reason", "status"]);
        one.actions.iter().for_each(|action| {
            rows.add_row(cells(action));
        });
        text.push('\n');
        text += &super::plan::indented(&rows);
    }
    for restart in &one.restarts {
        let status = restart.result.as_ref().unwrap_or(&restart.status);
        let why = restart.message.as_ref().or(restart.reason.as_ref());
        let why = why.map(|why| format!(": {why}")).unwrap_or_default();
        let _ =
            writeln!(text, "  restart at the {}: {}{why}", restart.when, painted(status, style));
    }
    one.actions.iter().for_each(|action| text += &held(action, style));
    one.actions.iter().for_each(|action| text += &failure(action, style));
    text
}

fn cells(action: &Acted) -> Vec<Cell> {
    let versions = match (&action.from, &action.to) {
        (Some(from), Some(to)) => format!("{from} → {to}"),
        (from, to) => from.iter().chain(to).next().cloned().unwrap_or_default(),
    };
    let status = action.result.as_ref().unwrap_or(&action.status);
    vec![
        Cell::new(&action.item),
        Cell::new(&action.action),
        Cell::new(versions),
        Cell::new(&action.reason),
        Cell::new(status).fg(colour(status)),
    ]
}

/// What holds an action back, and until when.
fn held(action: &Acted, style: Style) -> String {
    if action.held_by.is_empty() {
        return String::new();
    }
    let by: Vec<&str> = action.held_by.iter().map(|hold| hold.what.as_str()).collect();
    let until = match &action.until {
        Some(until) => format!(" until {}", when(Some(until))),
        None => String::new(),
    };
    let planned = action.planned.as_deref().unwrap_or("action");
    format!("\n{}: its {planned} is held by {}{until}\n", style.bold(&action.item), by.join(", "))
}

/// Why an action failed, with the last lines of its last output.
fn failure(action: &Acted, style: Style) -> String {
    if action.result.as_deref() != Some("failed") {
        return String::new();
    }
    let message = action.message.as_deref().unwrap_or(&action.reason);
    let mut text = format!("\n{} {}: {message}\n", style.red("failed"), action.item);
    if let Some(last) = action.attempts.last() {
        let code = last.exit_code.map(|code| format!(", exit code {code}"));
        let _ = writeln!(text, "  {}{}", last.phase, code.unwrap_or_default());
        let output = last.output.as_deref().unwrap_or_default();
        let lines: Vec<&str> = output.lines().collect();
        for line in &lines[lines.len().saturating_sub(10)..] {
            let _ = writeln!(text, "    {}", style.dim(&clean(line)));
        }
    }
    text
}

/// What is new since the session was looked at last, one line each.
pub(crate) fn news(last: Option<&Session>, now: &Session, style: Style) -> Vec<String> {
    let whom = style.dim(&format!("{}/{}", now.tenant, now.computer));
    let mut lines = Vec::new();
    let was = |stage: &str| last.and_then(|last| last.stages.iter().find(|one| one.stage == stage));
    for stage in &now.stages {
        let known = was(&stage.stage).is_some_and(|known| known.status == stage.status);
        if !known && !["waiting", "skipped"].contains(&stage.status.as_str()) {
            lines.push(format!("{whom} {} {}", stage.stage, painted(&stage.status, style)));
        }
    }
    for (index, action) in now.actions.iter().enumerate() {
        let known = last.and_then(|last| last.actions.get(index));
        let is_new = known
            .is_none_or(|known| known.status != action.status || known.result != action.result);
        if is_new && action.action != "none" && action.status != "waiting" {
            let result = action.result.as_ref().unwrap_or(&action.status);
            lines.push(format!(
                "{whom} {} {} {}",
                action.action,
                action.item,
                painted(result, style)
            ));
        }
    }
    if last.is_none_or(|last| last.status != now.status) {
        let waiting = now.waiting_for.as_ref().map(|what| format!(", waiting for {what}"));
        lines.push(format!(
            "{whom} {}{}",
            painted(&now.status, style),
            waiting.unwrap_or_default()
        ));
    }
    lines
}

fn colour(status: &str) -> Color {
    match status {
        "passed" | "done" => Color::Green,
        "failed" | "partially-passed" => Color::Red,
        "running" => Color::Cyan,
        "cancelled" | "missed" | "unknown" | "held" => Color::Yellow,
        _ => Color::Reset,
    }
}

fn painted(status: &str, style: Style) -> String {
    match colour(status) {
        Color::Green => style.green(status),
        Color::Red => style.red(status),
        Color::Cyan => style.cyan(status),
        Color::Yellow => style.yellow(status),
        _ => status.to_owned(),
    }
}

/// Text of a managed computer without what a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\t' { '\u{fffd}' } else { c }).collect()
}
