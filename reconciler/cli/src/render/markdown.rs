//! A difference as a comment on a pull request: short enough for every forge,
//! long lists folded.

use std::fmt::Write;

use ordain_core::diff::Diff;

use super::Style;
use super::diff::{Group, groups, named, summary};

/// Forges take 65,536 characters or more; some room is left for a bot's own words.
const MOST: usize = 60_000;
/// More rows than this are folded.
const MOST_OPEN: usize = 20;
/// How many computers a row names.
const MOST_NAMED: usize = 20;

/// The whole comment. Its first line is a mark by which a pipeline finds the
/// comment again to update it.
pub(crate) fn comment(diff: &Diff) -> String {
    let mut text = "<!-- ordain diff -->\n### What this change does\n\n".to_owned();
    for exceeded in &diff.limits {
        let _ = writeln!(
            text,
            "> **Limit `{}` exceeded**: {} where {} are allowed.\n",
            exceeded.limit, exceeded.actual, exceeded.allowed
        );
    }
    let plain = Style::new(false, 100);
    let _ = writeln!(text, "{}.\n", summary(diff, plain));
    let groups = groups(diff);
    if groups.is_empty() {
        return text + &revisions(diff);
    }
    let is_folded = groups.len() > MOST_OPEN;
    if is_folded {
        let _ = writeln!(text, "<details><summary>{} kinds of changes</summary>\n", groups.len());
    }
    text += "| | tenant | item | before | after | computers |\n|---|---|---|---|---|---|\n";
    let tail = revisions(diff);
    let mut left = groups.len();
    for group in &groups {
        let row = row(group);
        if text.len() + row.len() + tail.len() + 200 > MOST {
            break;
        }
        text += &row;
        left -= 1;
    }
    if left > 0 {
        let _ = writeln!(text, "\n{left} more: run `ordain diff` for the whole list.");
    }
    if is_folded {
        text += "\n</details>\n";
    }
    text.push('\n');
    text + &tail
}

fn row(group: &Group<'_>) -> String {
    format!(
        "| {} | {} | `{}` | {} | {} | {}: {} |\n",
        group.kind,
        cell(group.tenant),
        group.item,
        cell(&group.before),
        cell(&group.after),
        group.computers.len(),
        cell(&named(&group.computers, MOST_NAMED)),
    )
}

/// Text that ends no cell and means nothing to Markdown or HTML.
fn cell(text: &str) -> String {
    let mut safe = String::new();
    for c in text.chars() {
        match c {
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '\n' | '\r' => safe.push(' '),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '~' | '@' | '#' => {
                safe.push('\\');
                safe.push(c);
            }
            c => safe.push(c),
        }
    }
    safe
}

fn revisions(diff: &Diff) -> String {
    let short = |revision: &Option<String>| match revision {
        Some(id) => format!("`{}`", id.get(..12).unwrap_or(id)),
        None => "the folder as it stands".to_owned(),
    };
    format!("From {} to {}, computed from recorded facts.\n", short(&diff.base), short(&diff.head))
}
