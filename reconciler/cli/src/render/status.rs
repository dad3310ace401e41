//! The installation's status for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use super::Style;

/// What the controller says of itself, as far as people see it.
#[derive(Deserialize)]
pub(crate) struct Status {
    commit: Commit,
    paused: Vec<Pause>,
    computers: Computers,
    sessions: BTreeMap<String, u64>,
    #[serde(default)]
    messages: BTreeMap<String, u64>,
    #[serde(default)]
    webhooks: BTreeMap<String, BTreeMap<String, u64>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    head: Option<String>,
    in_force: Option<String>,
    rejected: Vec<Rejected>,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Rejected {
    revision: String,
    diagnostics: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: String,
    message: String,
    file: String,
    line: u32,
}

#[derive(Deserialize)]
struct Pause {
    tenant: Option<String>,
    since: String,
}

#[derive(Deserialize)]
struct Computers {
    online: usize,
    total: usize,
}

/// How many faults of a rejected commit are shown.
const MOST_FAULTS: usize = 10;

/// The whole status.
pub(crate) fn status(status: &Status, style: Style) -> String {
    let mut text = String::new();
    let commit = &status.commit;
    let short = |id: &String| id.get(..12).unwrap_or(id).to_owned();
    let in_force = commit
        .in_force
        .as_ref()
        .map_or_else(|| style.yellow("none yet"), |id| style.green(&short(id)));
    let _ = writeln!(text, "in force   {in_force}");
    if commit.head != commit.in_force {
        let head = commit.head.as_ref().map_or_else(|| "not seen yet".to_owned(), short);
        let _ = writeln!(text, "head       {head}");
    }
    if let Some(problem) = &commit.problem {
        let _ = writeln!(text, "{}    {problem}", style.red("problem"));
    }
    for rejected in &commit.rejected {
        let _ = writeln!(text, "{}   {}", style.red("rejected"), short(&rejected.revision));
        for fault in rejected.diagnostics.iter().take(MOST_FAULTS) {
            let _ = writeln!(
                text,
                "  {}:{}: {} {}",
                fault.file,
                fault.line,
                fault.message,
                style.dim(&fault.code)
            );
        }
        if rejected.diagnostics.len() > MOST_FAULTS {
            let _ = writeln!(text, "  and {} more", rejected.diagnostics.len() - MOST_FAULTS);
        }
    }
    for pause in &status.paused {
        let whom = pause.tenant.as_deref().unwrap_or("all tenants");
        let _ = writeln!(text, "{}     {whom}, since {}", style.yellow("paused"), pause.since);
    }
    let _ = writeln!(
        text,
        "computers  {} online of {}",
        status.computers.online, status.computers.total
    );
    let _ = writeln!(text, "sessions   {}", counted(&status.sessions));
    if !status.messages.is_empty() {
        let _ = writeln!(text, "messages   {}", counted(&status.messages));
    }
    for (name, calls) in &status.webhooks {
        let _ = writeln!(text, "{}    {name}: {}", style.yellow("webhook"), counted(calls));
    }
    text
}

/// So many of each word.
fn counted(counts: &BTreeMap<String, u64>) -> String {
    let words: Vec<String> =
        counts.iter().map(|(word, number)| format!("{number} {word}")).collect();
    if words.is_empty() { "none".to_owned() } else { words.join(", ") }
}
