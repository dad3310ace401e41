//! Every repository that a reader may copy from is valid, tested and planned.
//!
//! Owns `examples/` and `config-repo-template/`. Does not own the rules they
//! show: those have scenarios in `tests/acceptance` and properties in the core.
#![expect(clippy::unwrap_used, reason = "a test that cannot read its input has failed")]

mod guide;
mod pipelines;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::Fleet;
use ordain_core::load::{Loaded, load};
use ordain_core::plan::plan;
use ordain_core::testing;
use ordain_schema::document::{Body, Inventory};
use ordain_schema::{Severity, Snapshot};

/// One repository, read and checked.
struct Repository {
    name: String,
    folder: PathBuf,
    snapshot: Snapshot,
    loaded: Loaded,
}

/// A day on which no exception of the examples has run out.
fn now() -> Timestamp {
    "2026-06-01T10:00:00Z".parse().unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

fn repositories() -> Vec<Repository> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.push(root().join("config-repo-template"));
    folders.sort();
    folders
        .into_iter()
        .map(|folder| {
            let snapshot = ordain_source::snapshot_of_folder(&folder).unwrap();
            let loaded = load(&snapshot, now());
            let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
            Repository { name, folder, snapshot, loaded }
        })
        .collect()
}

fn refuse(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn each_is_valid_and_warns_of_nothing() {
    let mut faults = Vec::new();
    for repository in repositories() {
        for found in &repository.loaded.diagnostics {
            // Documents may say what later releases execute.
            if found.severity == Severity::Error || found.code.word() != "not-executed-yet" {
                let place = format!("{}/{}:{}", repository.name, found.file, found.span.line);
                faults.push(format!("{place}: {}: {}", found.code.word(), found.message));
            }
        }
    }
    refuse(&faults);
}

#[test]
fn each_has_tests_that_hold() {
    let mut faults = Vec::new();
    for Repository { name, snapshot, loaded, .. } in repositories() {
        let results = testing::run(&loaded, &snapshot, now(), |_| true, |_, _, _| {});
        if results.is_empty() {
            faults.push(format!("{name} has no test"));
        }
        for result in results.iter().filter(|result| !result.passed()) {
            for failure in &result.failures {
                let place = format!("{name}/{}:{}", result.file, result.line);
                faults.push(format!("{place}: {}: {}", result.name, failure.message));
                faults.extend(failure.actual.clone());
            }
        }
    }
    refuse(&faults);
}

#[test]
fn each_is_planned_alike_whatever_the_order_of_computers() {
    let mut planned = 0;
    for Repository { name, loaded, .. } in repositories() {
        for document in loaded.policy.documents() {
            let Body::Test(test) = &document.body else { continue };
            if !test.given.is_empty() {
                continue;
            }
            let forwards = plan_of(&loaded, test.inventory.clone(), test);
            let mut reversed = test.inventory.clone();
            reversed.computers.reverse();
            reversed.persons.reverse();
            assert_eq!(forwards, plan_of(&loaded, reversed, test), "{name}: {}", document.path);
            planned += test.inventory.computers.len();
        }
    }
    assert!(planned > 20, "the examples plan for {planned} computers only");
}

fn plan_of(loaded: &Loaded, inventory: Inventory, test: &ordain_schema::document::Test) -> String {
    let request = testing::request(&loaded.policy, test).unwrap();
    let policy = Arc::clone(&loaded.policy);
    format!("{:?}", plan(&policy, &Fleet::new(inventory), &request, now()))
}

#[test]
fn each_says_how_to_try_it() {
    let mut faults = Vec::new();
    let guide = std::fs::read_to_string(root().join("docs/policy-guide.md")).unwrap();
    for Repository { name, folder, .. } in repositories() {
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap_or_default();
        if !readme.contains("ordain test") {
            faults.push(format!("{name}/README.md does not say how to run its tests"));
        }
        if !guide.contains(&name) {
            faults.push(format!("docs/policy-guide.md does not speak of {name}"));
        }
    }
    refuse(&faults);
}

#[test]
fn each_document_names_its_schema() {
    let mut faults = Vec::new();
    for Repository { name, snapshot, loaded, .. } in repositories() {
        for document in loaded.policy.documents() {
            let kind = document.body.kind().word();
            let bytes = snapshot.entries[&*document.path].bytes().unwrap();
            let line = std::str::from_utf8(bytes).unwrap().lines().next().unwrap_or_default();
            let marked = line.starts_with("# yaml-language-server: $schema=");
            if !marked || !line.ends_with(&format!("schema/json/{kind}.json")) {
                faults.push(format!("{name}/{}:1: the schema of {kind}", document.path));
            }
        }
    }
    refuse(&faults);
}

#[test]
fn each_document_is_laid_out_as_fmt_does() {
    let mut faults = Vec::new();
    for Repository { name, snapshot, loaded, .. } in repositories() {
        for document in loaded.policy.documents() {
            let bytes = snapshot.entries[&*document.path].bytes().unwrap();
            let text = std::str::from_utf8(bytes).unwrap();
            if ordain_schema::format(text).unwrap() != text {
                faults.push(format!("{name}/{}: `ordain fmt` changes it", document.path));
            }
        }
    }
    refuse(&faults);
}
