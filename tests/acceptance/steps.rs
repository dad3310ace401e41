//! The six steps by which a scenario is checked.

use std::path::Path;

use serde_json::Value;

use crate::compare::{accepted, list};
use crate::ordain::ordain;
use crate::scenario::{Scenario, tests};
use crate::{plans, tamper};

/// Every difference between a scenario and what the command line says.
pub(crate) fn run(scenario: &Scenario) -> Vec<String> {
    let copy = scenario.copy();
    let beside = tempfile::tempdir().unwrap();
    let repository = copy.path();
    let mut differences = validate(scenario, repository);
    if !scenario.is_valid() {
        differences.extend(no_plan(repository, beside.path()));
        differences.extend(tamper::first_code(scenario, repository));
        return differences;
    }
    differences.extend(test(repository));
    for file in tests(repository) {
        for document in file.documents.iter().filter(|one| one["given"].is_null()) {
            differences.extend(plans::test(repository, beside.path(), document));
        }
    }
    for (index, entry) in scenario.plans.iter().enumerate() {
        let found = plans::entry(repository, beside.path(), entry);
        differences.extend(found.into_iter().map(|one| format!("plan {index}: {one}")));
    }
    differences.extend(tamper::an_assertion(repository));
    differences
}

fn validate(scenario: &Scenario, repository: &Path) -> Vec<String> {
    let ran = ordain(&["validate", repository.to_str().unwrap(), "--format", "json"]);
    let report = ran.json();
    let mut differences = Vec::new();
    let wanted = u8::from(!scenario.is_valid());
    if ran.code != wanted {
        differences.push(format!("validate exits {}, expected {wanted}", ran.code));
    }
    let found = list(&report["diagnostics"]);
    for (key, severity) in [("errors", "error"), ("warnings", "warning")] {
        let counted = found.iter().filter(|one| one["severity"] == severity).count();
        if report[key] != counted {
            differences.push(format!("`{key}` is {}, listed are {counted}", report[key]));
        }
    }
    let expected = scenario.diagnostics.as_deref().unwrap_or_default();
    differences.extend(diagnostics(expected, found));
    differences
}

/// Every expected one is met by a diagnostic of its own, and no error is left.
pub(crate) fn diagnostics(expected: &[Value], found: &[Value]) -> Vec<String> {
    let mut left: Vec<&Value> = found.iter().collect();
    let mut differences = Vec::new();
    for wanted in expected {
        match left.iter().position(|one| is_met(wanted, one)) {
            Some(index) => drop(left.remove(index)),
            None => differences.push(format!("diagnostic {wanted} is not there")),
        }
    }
    let errors = left.iter().filter(|one| one["severity"] == "error");
    differences.extend(errors.map(|one| format!("diagnostic {one} is not expected")));
    differences
}

fn is_met(wanted: &Value, one: &Value) -> bool {
    let severity = wanted["severity"].as_str().unwrap_or("error");
    let is_at = |place: &Value, at: &Value| {
        accepted(&place["file"], &at["file"]) && accepted(&place["line"], &at["line"])
    };
    let own = if wanted["anyOf"].is_null() {
        is_at(wanted, one)
    } else {
        list(&wanted["anyOf"]).iter().any(|place| is_at(place, one))
    };
    let edges = list(&wanted["edges"]);
    let touched = |edge: &Value| {
        is_at(edge, one) || list(&one["related"]).iter().any(|other| is_at(edge, other))
    };
    one["severity"] == severity
        && accepted(&wanted["code"], &one["code"])
        && own
        && edges.iter().all(touched)
}

fn no_plan(repository: &Path, beside: &Path) -> Option<String> {
    let inventory = beside.join("inventory.yaml");
    std::fs::write(&inventory, "computers: []\n").unwrap();
    let args = ["plan", repository.to_str().unwrap(), "--inventory", inventory.to_str().unwrap()];
    let ran = ordain(&args);
    (ran.code != 1).then(|| format!("a plan of an invalid policy exits {}", ran.code))
}

fn test(repository: &Path) -> Vec<String> {
    let ran = ordain(&["test", repository.to_str().unwrap(), "--format", "json"]);
    let report = ran.json();
    let mut differences = Vec::new();
    let documents = tests(repository).iter().map(|file| file.documents.len()).sum::<usize>();
    if ran.code != 0 || report["passed"] != documents || report["failed"] != 0 {
        let failed = list(&report["tests"]).iter().filter(|one| one["passed"] == false);
        let failed: Vec<String> = failed.map(ToString::to_string).collect();
        differences.push(format!(
            "test exits {} with {} of {documents} passed: {}",
            ran.code,
            report["passed"],
            failed.join(" ")
        ));
    }
    differences
}
