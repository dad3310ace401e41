//! The rules of the language as `Test` documents: each file below
//! `testdata/cases` is a small repository, its files behind `=== PATH` lines.
//!
//! A repository must be valid, and every test in it must hold. A file's
//! expectations are also turned upside down once: an assertion that cannot
//! fail proves nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]
#![expect(
    clippy::disallowed_methods,
    reason = "the cases stand in files, the core under test reads none"
)]

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::load::load;
use ordain_core::testing;
use ordain_schema::{Content, Entry, Mode, Snapshot};

const REPOSITORY: &str =
    "apiVersion: ordain/v1\nkind: Repository\nname: cases\ntimezone: Etc/UTC\n";

fn snapshot(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut add = |path: &str, text: &str| {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        snapshot
            .entries
            .insert(path.into(), Entry { mode: Mode::File, id: Some(path.into()), content });
    };
    add("ordain.yaml", REPOSITORY);
    for section in text.split("=== ").skip(1) {
        let (path, body) = section.split_once('\n').unwrap();
        add(path.trim(), body);
    }
    snapshot
}

fn now() -> Timestamp {
    "2026-04-14T10:00:00Z".parse().unwrap()
}

fn failures(snapshot: &Snapshot) -> (usize, Vec<String>) {
    let loaded = load(snapshot, now());
    let errors =
        loaded.diagnostics.iter().filter(|one| one.severity == ordain_schema::Severity::Error);
    let mut found: Vec<String> = errors
        .map(|one| format!("{}:{} {} {}", one.file, one.span.line, one.code.word(), one.message))
        .collect();
    let results = testing::run(&loaded, snapshot, now(), |_| true, |_, _, _| {});
    for result in &results {
        found.extend(result.failures.iter().map(|failure| {
            format!(
                "{} on {:?}: {}\n  expected\n{}\n  actual\n{}",
                result.name,
                failure.computer,
                failure.message,
                failure.expected.as_deref().unwrap_or(""),
                failure.actual.as_deref().unwrap_or(""),
            )
        }));
    }
    (results.len(), found)
}

#[test]
fn every_case_holds() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases");
    let mut all = Vec::new();
    let mut tests = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let (count, found) = failures(&snapshot(&text));
        tests += count;
        assert!(count > 0, "{name} has no test: {found:#?}");
        all.extend(found.into_iter().map(|failure| format!("{name}: {failure}")));
        let turned = text.replace("reason: ", "reason: not-");
        if turned != text {
            let (_, found) = failures(&snapshot(&turned));
            assert!(
                !found.is_empty(),
                "{name} holds also when its expectations are turned upside down"
            );
        }
    }
    assert!(all.is_empty(), "{} of {tests} tests fail:\n{}", all.len(), all.join("\n\n"));
}
