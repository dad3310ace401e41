//! Running `Test` documents: section 9 of the language.
//!
//! A test plans its own inventory, with its own files laid over the repository
//! where it gives some, and compares. Everything is offline and pure.

mod actions;
mod compare;
mod overlay;

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::{Body, Document, SessionKind, Test};
use ordain_schema::{Severity, Snapshot};

use crate::fleet::{Fleet, World};
use crate::load::{Loaded, load};
use crate::plan::plan;
use crate::policy::Policy;
use crate::resolve::{Named, NoSuch, Request};

pub use overlay::overlay;

/// What came of one test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: u32,
    /// What did not hold; nothing where it passed.
    pub failures: Vec<Failure>,
}

/// Something that did not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The computer it is about.
    pub computer: Option<String>,
    /// What is wrong, for people.
    pub message: String,
    /// What was expected, one line each.
    pub expected: Option<String>,
    /// What is there instead, one line each.
    pub actual: Option<String>,
}

impl Failure {
    fn new(message: impl Into<String>) -> Self {
        Self { computer: None, message: message.into(), expected: None, actual: None }
    }
}

impl TestResult {
    /// Whether everything held.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Runs the tests of a loaded repository that `chosen` lets through, by file
/// and line. `answer` fills in what filter scripts say before a plan is made.
/// Where the repository has errors, only tests that give files of their own run.
pub fn run(
    loaded: &Loaded,
    snapshot: &Snapshot,
    now: Timestamp,
    chosen: impl Fn(&Document) -> bool,
    answer: impl Fn(&Policy, &Snapshot, &mut Fleet),
) -> Vec<TestResult> {
    let tests = loaded.policy.documents().iter().filter_map(|document| match &document.body {
        Body::Test(test) if chosen(document) => Some((document, test)),
        _ => None,
    });
    let runnable = tests.filter(|(_, test)| loaded.is_valid() || !test.given.is_empty());
    runnable
        .map(|(document, test)| result(document, one(test, loaded, snapshot, now, &answer)))
        .collect()
}

fn result(document: &Document, failures: Vec<Failure>) -> TestResult {
    TestResult {
        name: document.name.value.clone(),
        file: document.path.to_string(),
        line: document.span.line,
        failures,
    }
}

fn one(
    test: &Test,
    loaded: &Loaded,
    snapshot: &Snapshot,
    now: Timestamp,
    answer: &impl Fn(&Policy, &Snapshot, &mut Fleet),
) -> Vec<Failure> {
    let now = match test.inventory.now.as_ref().map(|text| text.parse::<Timestamp>()) {
        None => now,
        Some(Ok(now)) => now,
        Some(Err(error)) => return vec![Failure::new(format!("`now` is no moment: {error}"))],
    };
    if test.given.is_empty() {
        let mut failures = match &test.errors {
            // What days say is that of the test's own moment.
            Some(_) => compare::errors(test, &load(snapshot, now).diagnostics, &[]),
            None => Vec::new(),
        };
        failures.extend(planned(test, &loaded.policy, snapshot, now, answer));
        return failures;
    }
    let snapshot = overlay(snapshot, &test.given);
    let own = &loaded.diagnostics;
    let loaded = load(&snapshot, now);
    let mut failures = compare::errors(test, &loaded.diagnostics, own);
    let has_errors = loaded.diagnostics.iter().any(|one| one.severity == Severity::Error);
    if !has_errors {
        failures.extend(planned(test, &loaded.policy, &snapshot, now, answer));
    } else if failures.is_empty() && !(test.expect.is_empty() && test.conflicts.is_empty()) {
        failures.push(Failure::new(
            "nothing can be planned, since the files of `given` lead to errors",
        ));
    }
    failures
}

fn planned(
    test: &Test,
    policy: &Arc<Policy>,
    snapshot: &Snapshot,
    now: Timestamp,
    answer: &impl Fn(&Policy, &Snapshot, &mut Fleet),
) -> Vec<Failure> {
    if test.expect.is_empty() && test.conflicts.is_empty() && test.inventory.computers.is_empty() {
        return Vec::new();
    }
    let request = match request(policy, test) {
        Ok(request) => request,
        Err(error) => return vec![Failure::new(error.to_string())],
    };
    let mut fleet = Fleet::new(test.inventory.clone());
    answer(policy, snapshot, &mut fleet);
    let world = World::new(policy, &fleet, now);
    compare::plans(test, &world, &request, &plan(policy, &fleet, &request, now))
}

/// The session that a test asks for.
pub fn request(policy: &Policy, test: &Test) -> Result<Request, NoSuch> {
    let Some(session) = &test.session else {
        return Ok(Request::default());
    };
    let text = |value: &'_ Option<ordain_schema::Spanned<String>>| {
        value.as_ref().map(|value| value.value.clone())
    };
    let (item, deployment, schedule) =
        (text(&session.item), text(&session.deployment), text(&session.schedule));
    let kind: Option<SessionKind> = session.kind.as_ref().map(|kind| kind.value);
    let named = Named {
        kind,
        item: item.as_deref(),
        deployment: deployment.as_deref(),
        schedule: schedule.as_deref(),
    };
    Request::named(policy, &named)
}
