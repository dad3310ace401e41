//! Small repositories, and what is said about them: severity, code, place, related places.

mod applies;
mod catalogue;
mod deployments;
mod ensure;
mod installers;
mod once;
mod parameters;
mod references;
mod scripts;
mod short;
mod time;
mod trust;
mod values;

use std::fmt::Write;
use std::sync::Arc;

use ordain_schema::{Code, Content, Entry, Mode, Severity, Snapshot};

use crate::load::load;

/// A repository in one text: files begin with `=== PATH`, and `ordain.yaml`
/// is added where it is not among them.
fn snapshot(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let root = "=== ordain.yaml\napiVersion: ordain/v1\nkind: Repository\nname: r\n";
    for section in [root, text].into_iter().flat_map(|text| text.split("=== ")).skip(1) {
        let Some((path, content)) = section.split_once('\n') else {
            continue;
        };
        let entry = Entry {
            mode: Mode::File,
            id: None,
            content: Content::Bytes(Arc::from(content.as_bytes())),
        };
        snapshot.entries.insert(path.trim().to_owned(), entry);
    }
    snapshot.entries.retain(|path, _| !path.is_empty());
    snapshot
}

/// What is said about a repository, one line each; what is not executed yet
/// is left out.
fn said(text: &str) -> String {
    said_with(text, |code| code != Code::NotExecutedYet)
}

fn said_with(text: &str, counts: impl Fn(Code) -> bool) -> String {
    let now = "2026-03-02T09:00:00Z".parse().expect("a timestamp");
    let loaded = load(&snapshot(text), now);
    let mut lines = String::new();
    for one in loaded.diagnostics.iter().filter(|one| counts(one.code)) {
        let severity = match one.severity {
            Severity::Error => "",
            Severity::Warning => "(warning) ",
        };
        write!(lines, "{severity}{} {}:{}", one.code.word(), one.file, one.span.line)
            .expect("a text takes any text");
        for related in &one.related {
            write!(lines, " + {}:{}", related.file, related.line).expect("a text takes any text");
        }
        lines.push('\n');
        let read = one.code == Code::Syntax;
        assert!(read || one.hint.is_some(), "{} has no hint", one.code.word());
    }
    lines
}

/// Asserts what is said, in any indentation.
fn check(repository: &str, expected: &str) {
    let expected: String = expected
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .fold(String::new(), |text, line| text + line + "\n");
    assert_eq!(said(&unindent(repository)), expected, "\n{repository}");
}

/// Takes away the indentation of the first line.
fn unindent(text: &str) -> String {
    let text = text.trim_start_matches('\n');
    let indent = text.len() - text.trim_start_matches(' ').len();
    let lines = text.lines().map(|line| line.get(indent..).unwrap_or_default());
    lines.fold(String::new(), |text, line| text + line + "\n")
}
