//! Comparing the actions of a computer with those that a test expects.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_schema::Spanned;
use ordain_schema::document::{ExpectedAction, ExpectedHold};
use serde_json::Value;

use super::Failure;
use super::compare::lines;
use crate::fleet::{Subject, World};
use crate::held::{Held, Standing, standing};
use crate::item::{Act, Reason};
use crate::parameter::settle_on;
use crate::plan::{Action, ComputerPlan};
use crate::resolve::Request;

/// Whether a row may stand in the plan without being expected.
fn may_be_left_out(action: &Action) -> bool {
    action.act == Act::None
        && matches!(
            action.reason,
            Reason::Ignored | Reason::UpToDate | Reason::Compliant | Reason::SoftwareMissing
        )
}

/// The actions of one computer, with what a test may ask about them beyond
/// what stands in a plan.
pub(super) struct Rows<'a> {
    subject: Option<Subject<'a>>,
    actions: Vec<Row<'a>>,
}

/// One action; where it stands where a test asks for that.
struct Row<'a> {
    action: &'a Action,
    standing: Option<Standing>,
}

impl<'a> Rows<'a> {
    /// The actions of a computer's plan; none where no session reaches it.
    pub(super) fn new(
        world: &'a World<'a>,
        request: &Request,
        plan: Option<&'a ComputerPlan>,
        expected: &[ExpectedAction],
    ) -> Self {
        let asked = expected.iter().any(|wanted| wanted.ring.is_some() || wanted.held_by.is_some());
        let subject = plan.and_then(|one| world.subject_of(&one.tenant, &one.computer));
        let stands = subject.as_ref().filter(|_| asked);
        let row = |action: &'a Action| Row {
            action,
            standing: stands.map(|subject| standing(subject, request, action)),
        };
        let actions = plan.map_or(&[][..], |plan| &plan.actions).iter().map(row).collect();
        Self { subject, actions }
    }

    pub(super) fn compare(
        &self,
        name: &str,
        expected: &[ExpectedAction],
        partial: bool,
    ) -> Option<Failure> {
        let told = expected.iter().any(|wanted| wanted.parameters.is_some());
        let failure = |message: String| {
            Some(Failure {
                computer: Some(name.to_owned()),
                message,
                expected: Some(lines(expected.iter().map(describe_expected))),
                actual: Some(lines(
                    self.actions
                        .iter()
                        .map(|row| describe_row(row, told.then(|| self.parameters(row.action)))),
                )),
            })
        };
        let mut rest = self.actions.iter();
        for wanted in expected {
            loop {
                let Some(row) = rest.next() else {
                    return failure(format!(
                        "{} does not stand where it is expected",
                        describe_expected(wanted)
                    ));
                };
                let action = row.action;
                if matches(wanted, action)
                    && self.has_parameters(wanted, action)
                    && stands(wanted, row)
                {
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
        let further = rest.find(|row| !partial && !may_be_left_out(row.action))?;
        failure(format!("{} is not expected", further.action.item))
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

/// Whether an action stands where it is expected to, held back by just that.
fn stands(wanted: &ExpectedAction, row: &Row<'_>) -> bool {
    let none = Standing::default();
    let standing = row.standing.as_ref().unwrap_or(&none);
    let held = |wanted: &Vec<ExpectedHold>| {
        let is_held = |one: &ExpectedHold| standing.held_by.iter().any(|held| holds(one, held));
        let is_said = |held: &Held| wanted.iter().any(|one| holds(one, held));
        wanted.iter().all(is_held) && standing.held_by.iter().all(is_said)
    };
    wanted.ring.is_none_or(|ring| ring == standing.ring) && wanted.held_by.as_ref().is_none_or(held)
}

/// Whether it is what is expected to hold an action back: by name, or by the
/// file that says so.
fn holds(wanted: &ExpectedHold, held: &Held) -> bool {
    let until = |wanted: &Option<Spanned<String>>| {
        let wanted = wanted.as_ref().map(|moment| moment.parse::<Timestamp>().ok());
        wanted.is_none_or(|moment| moment.is_some()) && wanted.flatten() == held.until
    };
    (wanted.what == held.what || Some(&*wanted.what) == held.path.as_deref())
        && wanted.until.as_ref().is_none_or(until)
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
        wanted.ring.map(described_ring),
        wanted.held_by.as_ref().map(|all| {
            described_holds(all.iter().map(|one| match &one.until {
                None => one.what.clone(),
                Some(until) => described_hold(&one.what, until.as_ref().map(|at| at.as_str())),
            }))
        }),
    ];
    format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}

/// `parameters: {name: value}`.
fn described<'a>(all: impl Iterator<Item = (impl AsRef<str> + 'a, &'a Value)>) -> String {
    let each = all.map(|(name, value)| format!("{}: {value}", name.as_ref()));
    format!("parameters: {{{}}}", each.collect::<Vec<_>>().join(", "))
}

/// `ring: 2`.
fn described_ring(ring: Option<u32>) -> String {
    ring.map_or_else(|| "ring: null".to_owned(), |ring| format!("ring: {ring}"))
}

/// `heldBy: [windows/freeze, {what: ring 2, until: …}]`.
fn described_holds(all: impl Iterator<Item = String>) -> String {
    format!("heldBy: [{}]", all.collect::<Vec<_>>().join(", "))
}

fn described_hold(what: &str, until: Option<&str>) -> String {
    format!("{{what: {what}, until: {}}}", until.unwrap_or("null"))
}

/// A row, with its parameters and where it stands where that is asked for.
fn describe_row(row: &Row<'_>, parameters: Option<BTreeMap<&str, Value>>) -> String {
    let (action, standing) = (row.action, row.standing.as_ref());
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
        standing.and_then(|standing| standing.ring).map(|ring| described_ring(Some(ring))),
        standing.filter(|standing| !standing.held_by.is_empty()).map(|standing| {
            described_holds(standing.held_by.iter().map(|held| {
                let until = held.until.map(|until| until.to_string());
                described_hold(&held.what, until.as_deref())
            }))
        }),
    ];
    format!("{{{}}}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
}
