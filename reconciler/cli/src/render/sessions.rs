//! Sessions for people: lists, one in full, and what is new of a running one.

use std::fmt::Write;

use comfy_table::{Cell, Color};
use serde::Deserialize;

use super::{Style, table, when};

/// Lines of a failed action's output that are shown.
const LAST_LINES: usize = 10;

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
    #[serde(default)]
    origin: Option<String>,
    #[serde(default)]
    schedule: Option<String>,
    #[serde(default)]
    comes_back_for: Option<String>,
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
    #[serde(rename = "stage")]
    name: String,
    status: String,
    #[serde(default)]
    reason: Option<String>,
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
    #[serde(default)]
    by: Option<String>,
    #[serde(default)]
    line: Option<u32>,
    #[serde(default)]
    because: Option<String>,
    #[serde(default)]
    waits_for: Vec<String>,
    #[serde(default)]
    waiting_for: Option<String>,
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
    #[serde(default, rename = "attempt")]
    number: u32,
    phase: String,
    exit_code: Option<i32>,
    started_at: Option<String>,
    output: Option<String>,
    #[serde(default)]
    message: Option<String>,
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

/// One session as a tree: its stages, below them its actions, below those why
/// and every attempt.
pub(crate) fn one(one: &Session, style: Style) -> String {
    let name = format!("{} on {}/{}", one.id, one.tenant, one.computer);
    let mut text =
        format!("{}  {}, {}\n", style.bold(&name), one.kind, painted(&one.status, style));
    let until = one.waits_until.as_deref().map(|until| when(Some(until)));
    for (name, value) in [
        ("wanted by", &one.origin),
        ("schedule", &one.schedule),
        ("comes back for", &one.comes_back_for),
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
    for stage in &one.stages {
        let why = stage.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        let _ = writeln!(text, "  {} {}{why}", stage.name, painted(&stage.status, style));
        if stage.name == "execution" {
            actions(&mut text, one, style);
        }
    }
    if one.stages.is_empty() {
        actions(&mut text, one, style);
    }
    text
}

fn actions(text: &mut String, one: &Session, style: Style) {
    let restarts = |text: &mut String, at: &str| {
        one.restarts.iter().filter(|one| one.when == at).for_each(|one| restart(text, one, style));
    };
    restarts(text, "start");
    one.actions.iter().for_each(|one| action(text, one, style));
    restarts(text, "end");
}

fn restart(text: &mut String, one: &Restart, style: Style) {
    let status = one.result.as_ref().unwrap_or(&one.status);
    let why = one.message.as_ref().or(one.reason.as_ref());
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let _ = writeln!(text, "    restart at the {} {}{why}", one.when, painted(status, style));
}

fn action(text: &mut String, one: &Acted, style: Style) {
    let versions = match (&one.from, &one.to) {
        (Some(from), Some(to)) => format!(" {from} → {to}"),
        (from, to) => from.iter().chain(to).next().map_or(String::new(), |one| format!(" {one}")),
    };
    let status = one.result.as_ref().unwrap_or(&one.status);
    let act = if one.action == "none" { "" } else { one.action.as_str() };
    let space = if act.is_empty() { "" } else { " " };
    let name = style.bold(&one.item);
    let _ = writeln!(text, "    {act}{space}{name}{versions}  {}", painted(status, style));
    let by = one.by.as_ref().map(|by| match one.line {
        Some(line) => format!(", {by}:{line}"),
        None => format!(", {by}"),
    });
    let because = one.because.as_ref().map(|why| format!(", {why}")).unwrap_or_default();
    let _ = writeln!(text, "      {}{}{because}", one.reason, by.unwrap_or_default());
    if !one.waits_for.is_empty() {
        let _ = writeln!(text, "      needs {}", one.waits_for.join(", "));
    }
    if let Some(held) = held(one) {
        let _ = writeln!(text, "      {held}");
    }
    if let Some(what) = &one.waiting_for {
        let _ = writeln!(text, "      waits for {what}");
    }
    if let Some(message) = &one.message {
        let failed = one.result.as_deref() == Some("failed");
        let message = clean(message);
        let _ = writeln!(text, "      {}", if failed { style.red(&message) } else { message });
    }
    attempts(text, one, style);
}

/// What holds an action back, and until when.
fn held(action: &Acted) -> Option<String> {
    let by: Vec<&str> = action.held_by.iter().map(|hold| hold.what.as_str()).collect();
    let until = match &action.until {
        Some(until) => format!(" until {}", when(Some(until))),
        None => String::new(),
    };
    let planned = action.planned.as_deref().unwrap_or("action");
    (!by.is_empty()).then(|| format!("its {planned} is held by {}{until}", by.join(", ")))
}

/// Every attempt; of a failed action's last one also what it printed at its end.
fn attempts(text: &mut String, action: &Acted, style: Style) {
    let failed = action.result.as_deref() == Some("failed");
    for (number, one) in action.attempts.iter().enumerate() {
        let code = one.exit_code.map(|code| format!(", exit code {code}")).unwrap_or_default();
        let at = one.started_at.as_deref().map(|at| format!("  {}", style.dim(&when(Some(at)))));
        let again =
            if one.number > 1 { format!(" (attempt {})", one.number) } else { String::new() };
        let why = one.message.as_ref().map(|why| format!(": {}", clean(why))).unwrap_or_default();
        let at = at.unwrap_or_default();
        let _ = writeln!(text, "      {}{again}{code}{why}{at}", one.phase);
        if failed && number + 1 == action.attempts.len() {
            let output = one.output.as_deref().unwrap_or_default();
            let lines: Vec<&str> = output.lines().collect();
            for line in &lines[lines.len().saturating_sub(LAST_LINES)..] {
                let _ = writeln!(text, "        {}", style.dim(&clean(line)));
            }
        }
    }
}

/// What is new since the session was looked at last, one line each.
pub(crate) fn news(last: Option<&Session>, now: &Session, style: Style) -> Vec<String> {
    let whom = style.dim(&format!("{}/{}", now.tenant, now.computer));
    let mut lines = Vec::new();
    let was = |stage: &str| last.and_then(|last| last.stages.iter().find(|one| one.name == stage));
    for stage in &now.stages {
        let known = was(&stage.name).is_some_and(|known| known.status == stage.status);
        if !known && !["waiting", "skipped"].contains(&stage.status.as_str()) {
            lines.push(format!("{whom} {} {}", stage.name, painted(&stage.status, style)));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_a_tree_with_reasons() {
        let session = serde_json::json!({
            "id": "s-1", "computer": "pc", "tenant": "contoso", "kind": "maintenance",
            "status": "partially-passed", "runningSeconds": 7, "origin": "schedule",
            "schedule": "schedules/s.yaml#s",
            "stages": [
                {"stage": "agent-update", "status": "skipped", "reason": "no-update"},
                {"stage": "execution", "status": "failed"},
                {"stage": "report", "status": "passed"},
            ],
            "actions": [
                {"item": "software/a", "action": "update", "reason": "update-available", "from": "1",
                 "to": "2", "by": "deployments/a.yaml", "line": 4, "status": "done", "result": "passed",
                 "waitsFor": ["software/b"]},
                {"item": "task/t", "action": "set", "reason": "test-false", "status": "done",
                 "result": "failed", "message": "exit code 3", "attempts": [
                    {"attempt": 1, "phase": "set", "exitCode": 3, "output": "first"},
                    {"attempt": 2, "phase": "set", "exitCode": 3, "output": "no\u{1b}[2J room\nleft"},
                 ]},
            ],
        });
        let session: Session = serde_json::from_value(session).expect("a session");
        let shown = one(&session, Style::new(false, 80));
        let wanted = "\
s-1 on contoso/pc  maintenance, partially-passed
  wanted by: schedule
  schedule: schedules/s.yaml#s
  agent-update skipped: no-update
  execution failed
    update software/a 1 → 2  passed
      update-available, deployments/a.yaml:4
      needs software/b
    set task/t  failed
      test-false
      exit code 3
      set, exit code 3
      set (attempt 2), exit code 3
        no\u{fffd}[2J room
        left
  report passed
";
        assert_eq!(shown, wanted);
    }
}
