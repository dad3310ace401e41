//! Comparing what a test expects with what a plan says.

use std::collections::{BTreeMap, BTreeSet};

use ordain_schema::document::{ExpectedAction, ExpectedConflict, ExpectedError, Test};
use ordain_schema::{Diagnostic, Severity};
use serde_json::Value;

use super::Failure;
use crate::fleet::{Subject, World};
use crate::item::{Act, Reason};
use crate::parameter::settle_on;
use crate::plan::{Action, ComputerPlan, Conflict, Plan};

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

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

/// Compares the expected actions and conflicts with a plan.
pub(super) fn plans(test: &Test, world: &World<'_>, plan: &Plan) -> Vec<Failure> {
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
            let subject = computer.and_then(|one| world.subject_of(&one.tenant, &one.computer));
            let rows = Rows { subject, actions: computer.map_or(&[], |one| &one.actions) };
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

/// Whether a row may stand in the plan without being expected.
fn may_be_left_out(action: &Action) -> bool {
    action.act == Act::None
        && matches!(
            action.reason,
            Reason::Ignored | Reason::UpToDate | Reason::Compliant | Reason::SoftwareMissing
        )
}

/// The actions of one computer, with the values of their parameters.
struct Rows<'a> {
    subject: Option<Subject<'a>>,
    actions: &'a [Action],
}

impl Rows<'_> {
    fn compare(&self, name: &str, expected: &[ExpectedAction], partial: bool) -> Option<Failure> {
        let told = expected.iter().any(|wanted| wanted.parameters.is_some());
        let failure =
            |message: String| {
                Some(Failure {
                    computer: Some(name.to_owned()),
                    message,
                    expected: Some(lines(expected.iter().map(describe_expected))),
                    actual: Some(lines(self.actions.iter().map(|action| {
                        describe_action(action, told.then(|| self.parameters(action)))
                    }))),
                })
            };
        let mut rest = self.actions.iter();
        for wanted in expected {
            loop {
                let Some(action) = rest.next() else {
                    return failure(format!(
                        "{} does not stand where it is expected",
                        describe_expected(wanted)
                    ));
                };
                if matches(wanted, action) && self.has_parameters(wanted, action) {
                    break;
                }
                if !partial && !may_be_left_out(action) {
                    return failure(format!(
                        "{} stands where {} is expected",
                        action.item,
                        describe_expected(wanted)
                    ));
                }
            }
        }
        let further = rest.find(|action| !partial && !may_be_left_out(action))?;
        failure(format!("{} is not expected", further.item))
    }

    /// The values on this computer; null for a computed one that waits for a fact.
    fn parameters(&self, action: &Action) -> BTreeMap<&str, Value> {
        let Some(subject) = &self.subject else { return BTreeMap::new() };
        let (policy, facts) = (subject.world.policy, subject.values());
        let all = settle_on(policy, subject.tenant.id, action.recipient, facts);
        all.into_iter().map(|(name, one)| (name, one.value.unwrap_or(Value::Null))).collect()
    }

    /// Whether the parameters that are given have these values.
    fn has_parameters(&self, wanted: &ExpectedAction, action: &Action) -> bool {
        let Some(wanted) = &wanted.parameters else { return true };
        let actual = self.parameters(action);
        wanted.iter().all(|(name, wanted)| {
            let actual = actual.get(name.as_str()).unwrap_or(&Value::Null);
            is_value(wanted, actual)
        })
    }
}

/// Whether a value is the expected one; a map may be written as `{value: {…}}` too.
fn is_value(wanted: &Value, actual: &Value) -> bool {
    let numbers = wanted.as_f64().zip(actual.as_f64());
    let bare = wanted.as_object().filter(|map| map.len() == 1).and_then(|map| map.get("value"));
    wanted == actual
        || numbers.is_some_and(|(wanted, actual)| wanted.total_cmp(&actual).is_eq())
        || bare == Some(actual)
}

fn matches(wanted: &ExpectedAction, action: &Action) -> bool {
    fn same<T: PartialEq>(wanted: Option<&T>, actual: &T) -> bool {
        wanted.is_none_or(|wanted| wanted == actual)
    }
    let waits = || action.waits_for.iter().map(ToString::to_string).collect::<Vec<_>>();
    wanted.item.value == action.item.to_string()
        && same(wanted.action.as_ref(), &action.act.word().to_owned())
        && same(wanted.reason.as_ref(), &action.reason.word().to_owned())
        && same(wanted.from.as_ref(), &action.from.as_deref().map(str::to_owned))
        && same(wanted.to.as_ref(), &action.to.as_deref().map(str::to_owned))
        && same(wanted.by.as_ref(), &action.by.as_ref().map(|place| place.path.to_string()))
        && wanted.line.is_none_or(|line| action.by.as_ref().is_some_and(|place| place.line == line))
        && same(wanted.because.as_ref(), &action.because.as_ref().map(ToString::to_string))
        && wanted.waits_for.as_ref().is_none_or(|wanted| *wanted == waits())
        && same(wanted.phase.as_ref(), &action.phase.word().to_owned())
        && same(wanted.failed.as_ref(), &action.failed)
}

fn describe_expected(wanted: &ExpectedAction) -> String {
    let text =
        |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key}: {value}"));
    let null = |key: &str, value: &Option<Option<String>>| {
        value.as_ref().map(|value| format!("{key}: {}", value.as_deref().unwrap_or("null")))
    };
    let parts = [
        Some(format!("item: {}", wanted.item.value)),
        text("action", &wanted.action),
        text("reason", &wanted.reason),
        null("from", &wanted.from),
        null("to", &wanted.to),
        null("by", &wanted.by),
        wanted.line.map(|line| format!("line: {line}")),
        null("because", &wanted.because),
        wanted.waits_for.as_ref().map(|items| format!("waitsFor: [{}]", items.join(", "))),
        text("phase", &wanted.phase),
        wanted.failed.map(|failed| format!("failed: {failed}")),
        wanted.parameters.as_ref().map(|all| described(all.iter())),
    ];
    format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `parameters: {name: value}`.
fn described<'a>(all: impl Iterator<Item = (impl AsRef<str> + 'a, &'a Value)>) -> String {
    let each = all.map(|(name, value)| format!("{}: {value}", name.as_ref()));
    format!("parameters: {{{}}}", each.collect::<Vec<_>>().join(", "))
}

/// A row, with its parameters where they are asked for.
fn describe_action(action: &Action, parameters: Option<BTreeMap<&str, Value>>) -> String {
    let some = |key: &str, value: Option<String>| value.map(|value| format!("{key}: {value}"));
    let waits = action.waits_for.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let parts = [
        Some(format!("item: {}", action.item)),
        Some(format!("action: {}", action.act)),
        Some(format!("reason: {}", action.reason)),
        some("from", action.from.as_deref().map(str::to_owned)),
        some("to", action.to.as_deref().map(str::to_owned)),
        some("by", action.by.as_ref().map(|place| place.path.to_string())),
        some("because", action.because.as_ref().map(ToString::to_string)),
        (!waits.is_empty()).then(|| format!("waitsFor: [{waits}]")),
        action.failed.then(|| "failed: true".to_owned()),
        parameters.filter(|all| !all.is_empty()).map(|all| described(all.iter())),
    ];
    format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
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
