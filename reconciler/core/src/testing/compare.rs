//! Comparing what a test expects with what a plan says: diagnostics and
//! conflicts. The actions of a computer are `actions.rs`.

use std::collections::BTreeSet;

use ordain_schema::document::{ExpectedConflict, ExpectedError, Test};
use ordain_schema::{Diagnostic, Severity};

use super::Failure;
use super::actions::Rows;
use crate::fleet::World;
use crate::plan::{ComputerPlan, Conflict, Plan};
use crate::resolve::Request;

/// Compares the expected diagnostics with those that are there. Errors that the
/// repository has without the files of the test are not of the test's making.
pub(super) fn errors(test: &Test, diagnostics: &[Diagnostic], own: &[Diagnostic]) -> Vec<Failure> {
    let expected = test.errors.as_deref().unwrap_or_default();
    let mut left: Vec<&Diagnostic> = diagnostics.iter().collect();
    let mut failures = Vec::new();
    let is_own = |one: &Diagnostic| {
        own.contains(one) && test.given.iter().all(|given| given.file != one.file)
    };
    for wanted in expected {
        match left.iter().position(|one| is_wanted(wanted, one)) {
            Some(index) => drop(left.remove(index)),
            None => failures.push(Failure {
                expected: Some(describe_wanted(wanted)),
                actual: Some(lines(diagnostics.iter().map(describe))),
                ..Failure::new("an expected diagnostic is missing")
            }),
        }
    }
    let unlisted: Vec<&Diagnostic> =
        left.into_iter().filter(|one| one.severity == Severity::Error && !is_own(one)).collect();
    if !unlisted.is_empty() {
        let actual = Some(lines(unlisted.into_iter().map(describe)));
        failures.push(Failure {
            actual,
            ..Failure::new("there are errors that the test does not expect")
        });
    }
    failures
}

fn is_wanted(wanted: &ExpectedError, one: &Diagnostic) -> bool {
    let place = format!("{}:{}", one.file, one.span.line);
    let at = wanted.at.as_ref().is_none_or(|at| *at == place || *at == one.file);
    one.code.word() == wanted.code.value && at
}

fn describe_wanted(wanted: &ExpectedError) -> String {
    format!("{{code: {}, at: {}}}", wanted.code.value, wanted.at.as_deref().unwrap_or("anywhere"))
}

fn describe(one: &Diagnostic) -> String {
    format!("{{code: {}, at: {}:{}}}  # {}", one.code.word(), one.file, one.span.line, one.message)
}

pub(super) fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Compares the expected actions and conflicts with a plan.
pub(super) fn plans(
    test: &Test,
    world: &World<'_>,
    request: &Request,
    plan: &Plan,
) -> Vec<Failure> {
    let mut failures = Vec::new();
    for (name, expected) in &test.expect {
        if !test.inventory.computers.iter().any(|one| is_named(name, &one.tenant, &one.name)) {
            failures.push(Failure {
                computer: Some(name.clone()),
                ..Failure::new("the test expects something of a computer that it does not list")
            });
            continue;
        }
        for computer in found(plan, name) {
            let rows = Rows::new(world, request, computer, expected);
            failures.extend(rows.compare(name, expected, test.partial));
        }
    }
    failures.extend(conflicts(test, plan));
    failures
}

/// The computers of that name; none where no session reaches it.
fn found<'a>(plan: &'a Plan, name: &str) -> Vec<Option<&'a ComputerPlan>> {
    let named: Vec<_> = plan
        .computers
        .iter()
        .filter(|one| is_named(name, &one.tenant, &one.computer))
        .map(Some)
        .collect();
    if named.is_empty() { vec![None] } else { named }
}

fn is_named(written: &str, tenant: &str, name: &str) -> bool {
    written == name || written.split_once('/') == Some((tenant, name))
}

fn conflicts(test: &Test, plan: &Plan) -> Vec<Failure> {
    let mut failures = Vec::new();
    for computer in &plan.computers {
        let expected: Vec<&ExpectedConflict> = test
            .conflicts
            .iter()
            .filter(|(name, _)| is_named(name, &computer.tenant, &computer.computer))
            .flat_map(|(_, conflicts)| conflicts)
            .collect();
        failures.extend(computer_conflicts(computer, &expected));
    }
    for name in test.conflicts.keys() {
        if found(plan, name) == vec![None] {
            failures.push(Failure {
                computer: Some(name.clone()),
                ..Failure::new("the test expects a conflict on a computer that stands in no plan")
            });
        }
    }
    failures
}

fn computer_conflicts(computer: &ComputerPlan, expected: &[&ExpectedConflict]) -> Option<Failure> {
    let mut left: Vec<&Conflict> = computer.conflicts.iter().collect();
    let mut missing = false;
    for wanted in expected {
        match left.iter().position(|one| is_wanted_conflict(wanted, one)) {
            Some(index) => drop(left.remove(index)),
            None => missing = true,
        }
    }
    let message = match (missing, left.is_empty()) {
        (true, _) => "an expected conflict is missing",
        (false, false) => "there is a conflict that the test does not expect",
        (false, true) => return None,
    };
    Some(Failure {
        computer: Some(computer.computer.clone()),
        message: message.to_owned(),
        expected: Some(lines(expected.iter().map(|one| {
            format!(
                "{{item: {}, by: [{}]}}",
                one.item,
                one.by.clone().unwrap_or_default().join(", ")
            )
        }))),
        actual: Some(lines(computer.conflicts.iter().map(|one| {
            format!("{{item: {}, rule: {}, by: [{}]}}", one.item, one.rule, one.by.join(", "))
        }))),
    })
}

fn is_wanted_conflict(wanted: &ExpectedConflict, one: &Conflict) -> bool {
    let by = |by: &Vec<String>| {
        by.iter().cloned().collect::<BTreeSet<_>>() == one.by.iter().cloned().collect()
    };
    wanted.item == one.item.to_string()
        && wanted.rule.as_ref().is_none_or(|rule| rule == one.rule.word())
        && wanted.by.as_ref().is_none_or(by)
}
