//! `test --format json`.

use ordain_core::testing::{self, TestResult};
use serde::Serialize;

/// What came of all tests.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    tests: Vec<Row<'a>>,
    passed: usize,
    failed: usize,
}

/// What came of one test.
#[derive(Serialize)]
pub(crate) struct Row<'a> {
    name: &'a str,
    file: &'a str,
    line: u32,
    passed: bool,
    failures: Vec<Failure<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    computer: Option<&'a str>,
    message: &'a str,
    expected: Option<&'a str>,
    actual: Option<&'a str>,
}

impl<'a> Report<'a> {
    /// The report on these results.
    pub(crate) fn new(results: &'a [TestResult]) -> Self {
        let passed = results.iter().filter(|one| one.passed()).count();
        Self {
            tests: results.iter().map(Row::new).collect(),
            passed,
            failed: results.len() - passed,
        }
    }
}

impl<'a> Row<'a> {
    /// The row of a test.
    pub(crate) fn new(result: &'a TestResult) -> Self {
        Self {
            name: &result.name,
            file: &result.file,
            line: result.line,
            passed: result.passed(),
            failures: result.failures.iter().map(failure).collect(),
        }
    }
}

fn failure(failure: &testing::Failure) -> Failure<'_> {
    Failure {
        computer: failure.computer.as_deref(),
        message: &failure.message,
        expected: failure.expected.as_deref(),
        actual: failure.actual.as_deref(),
    }
}
