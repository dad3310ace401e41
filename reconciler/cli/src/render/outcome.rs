//! How the fleet stands, for people.

use std::collections::BTreeMap;
use std::fmt::Write;

use comfy_table::{Cell, Color};
use serde::Deserialize;

use super::{Style, table, when};

/// How far computers are as the policy wishes.
#[derive(Deserialize)]
pub(crate) struct Compliance {
    tenants: Vec<Tenant>,
}

#[derive(Deserialize)]
struct Tenant {
    #[serde(rename = "tenant")]
    id: String,
    computers: usize,
    compliant: usize,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(rename = "item")]
    name: String,
    compliant: usize,
    failed: usize,
    open: usize,
    unknown: usize,
    ignored: usize,
}

/// A table for each tenant.
pub(crate) fn compliance(compliance: &Compliance, style: Style) -> String {
    let mut text = String::new();
    for tenant in &compliance.tenants {
        let _ = writeln!(
            text,
            "{}: {} of {} computers compliant",
            style.bold(&tenant.id),
            tenant.compliant,
            tenant.computers
        );
        let head = ["item", "compliant", "failed", "open", "unknown", "ignored"];
        let mut rows = table(style, &head);
        for item in &tenant.items {
            let failed = Cell::new(item.failed);
            let failed = if item.failed > 0 { failed.fg(Color::Red) } else { failed };
            rows.add_row(vec![
                Cell::new(&item.name),
                Cell::new(item.compliant),
                failed,
                Cell::new(item.open),
                Cell::new(item.unknown),
                Cell::new(item.ignored),
            ]);
        }
        text += &super::plan::indented(&rows);
    }
    nothing(text, "no session has ended yet\n")
}

/// What fails.
#[derive(Deserialize)]
pub(crate) struct Failures {
    failures: Vec<Failure>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Failure {
    item: String,
    action: String,
    reason: String,
    exit_code: Option<i32>,
    cause: String,
    count: usize,
    held_up: BTreeMap<String, usize>,
    computers: Vec<String>,
    session: String,
}

/// Failures by root cause.
pub(crate) fn failures(failures: &Failures, style: Style) -> String {
    let mut text = String::new();
    for one in &failures.failures {
        let code = one.exit_code.map(|code| format!(", exit code {code}")).unwrap_or_default();
        let count = format!("{} computer{}", one.count, if one.count == 1 { "" } else { "s" });
        let _ = writeln!(
            text,
            "{}  {}  {} {}{code}",
            style.red(&count),
            style.bold(&one.item),
            one.action,
            style.dim(&one.reason)
        );
        let _ = writeln!(text, "  {}", one.cause);
        for (item, count) in &one.held_up {
            let _ = writeln!(text, "  holds up {item} on {count}");
        }
        let more = one.count.saturating_sub(one.computers.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = writeln!(text, "  on {}{more}", one.computers.join(", "));
        let _ = writeln!(text, "  {}", style.dim(&format!("ordain sessions show {}", one.session)));
    }
    nothing(text, "nothing fails\n")
}

/// The spread of a software's versions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spread {
    item: String,
    versions: Vec<Installed>,
    not_installed: usize,
    unknown: usize,
}

#[derive(Deserialize)]
struct Installed {
    version: String,
    computers: usize,
}

/// Versions with how many computers have each.
pub(crate) fn versions(spread: &Spread, style: Style) -> String {
    let mut text = format!("{}\n", style.bold(&spread.item));
    let mut rows = table(style, &["version", "computers"]);
    for one in &spread.versions {
        rows.add_row(vec![Cell::new(&one.version), Cell::new(one.computers)]);
    }
    for (word, count) in [("not installed", spread.not_installed), ("not known", spread.unknown)] {
        if count > 0 {
            rows.add_row(vec![Cell::new(word), Cell::new(count)]);
        }
    }
    text += &super::plan::indented(&rows);
    text
}

/// Commits, the newest first.
#[derive(Deserialize)]
pub(crate) struct History {
    commits: Vec<Commit>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    revision: String,
    verdict: String,
    decided_at: String,
    computers: usize,
    converged: usize,
    p50_seconds: Option<u64>,
    p99_seconds: Option<u64>,
    errors: usize,
}

/// Commits with how far each has come.
pub(crate) fn history(history: &History, style: Style) -> String {
    let mut rows = table(style, &["commit", "decided", "", "converged", "half", "99 %"]);
    for one in &history.commits {
        let (word, colour) = match one.verdict.as_str() {
            "accepted" => ("accepted".to_owned(), Color::Green),
            _ => (format!("rejected, {} errors", one.errors), Color::Red),
        };
        let seconds =
            |seconds: Option<u64>| seconds.map(|one| format!("{one}s")).unwrap_or_default();
        rows.add_row(vec![
            Cell::new(one.revision.get(..12).unwrap_or(&one.revision)),
            Cell::new(when(Some(&one.decided_at))),
            Cell::new(word).fg(colour),
            Cell::new(format!("{} of {}", one.converged, one.computers)),
            Cell::new(seconds(one.p50_seconds)),
            Cell::new(seconds(one.p99_seconds)),
        ]);
    }
    if history.commits.is_empty() {
        return "no commit has been looked at yet\n".to_owned();
    }
    super::plan::indented(&rows)
}

fn nothing(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}
