//! What `ordain import` says to people: the documents, what was left out of
//! them, and the reasons with their counts.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::table::table;
use super::{Style, count};
use crate::catalogue::draft::Way;
use crate::catalogue::reason::Reason;
use crate::verb::import::Done;

/// How many documents and refusals are named one by one.
const NAMED: usize = 40;

pub(crate) fn text(done: &Done, dry_run: bool, style: Style) -> String {
    let mut out = String::new();
    for document in done.written.iter().take(NAMED) {
        let path = document.files.first().map_or("", |(path, _)| path);
        let version = document.version.as_deref().unwrap_or("no version");
        let _ = writeln!(out, "{path}  {} {version}", document.id);
        for left in &document.left_out {
            let _ = writeln!(out, "  {}: {}", style.yellow("left out"), left.comment());
        }
    }
    more(&mut out, done.written.len());
    for one in done.refused.iter().take(NAMED) {
        let refusal = &one.refusal;
        let detail =
            refusal.detail.as_ref().map(|detail| format!(" ({detail})")).unwrap_or_default();
        let _ = writeln!(
            out,
            "{}: {}: {}{detail}",
            style.red("refused"),
            one.id,
            refusal.reason.meaning()
        );
    }
    more(&mut out, done.refused.len());
    reasons(&mut out, done, style);
    let verb = if dry_run { "would be written" } else { "written" };
    let _ = writeln!(
        out,
        "{} {verb}, {} unchanged, {} refused",
        count(done.written.len(), "document"),
        done.unchanged.len(),
        done.refused.len()
    );
    out
}

fn more(out: &mut String, all: usize) {
    if all > NAMED {
        let _ = writeln!(out, "… and {} more; `--format json` names them all", all - NAMED);
    }
}

/// The table of reasons; nothing where there are none.
fn reasons(out: &mut String, done: &Done, style: Style) {
    let mut rows: BTreeMap<(&str, Reason), usize> = BTreeMap::new();
    for document in done.written.iter().chain(&done.unchanged) {
        if let Way::OwnTool(reason) = document.way {
            *rows.entry(("left to its own tool", reason)).or_default() += 1;
        }
    }
    for one in &done.refused {
        *rows.entry(("refused", one.refusal.reason)).or_default() += 1;
    }
    if rows.is_empty() {
        return;
    }
    let mut table = table(style, &["COUNT", "WHAT", "REASON", "MEANING"]);
    for ((what, reason), count) in rows {
        table.add_row([&count.to_string(), what, reason.word(), reason.meaning()]);
    }
    let _ = writeln!(out, "{}", table.trim_fmt());
}
