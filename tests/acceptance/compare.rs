//! Comparing as a Test does: a given key must match, an omitted one is not
//! compared, and rows that say "nothing to do" may be left out.

use serde_json::Value;

/// Whether each key that is given has that value.
pub(crate) fn matches(expected: &Value, actual: &Value) -> bool {
    match expected {
        Value::Object(keys) => keys.iter().all(|(key, value)| actual.get(key) == Some(value)),
        other => other == actual,
    }
}

/// Whether a value is the expected one, or one of a list of accepted ones.
pub(crate) fn accepted(expected: &Value, actual: &Value) -> bool {
    match expected {
        Value::Null => true,
        Value::Array(any) => any.contains(actual),
        one => one == actual,
    }
}

fn may_be_left_out(row: &Value) -> bool {
    const QUIET: [&str; 4] = ["ignored", "up-to-date", "compliant", "software-missing"];
    row["action"] == "none" && row["reason"].as_str().is_some_and(|reason| QUIET.contains(&reason))
}

/// The differences between expected actions and a plan's, in order.
pub(crate) fn actions(expected: &[Value], actual: &[Value], partial: bool) -> Vec<String> {
    let mut differences = Vec::new();
    let mut next = 0;
    for row in actual {
        if expected.get(next).is_some_and(|expected| matches(expected, row)) {
            next += 1;
        } else if !partial && !may_be_left_out(row) {
            let wanted =
                expected.get(next).map_or_else(|| "nothing".to_owned(), ToString::to_string);
            differences.push(format!("expected {wanted}, there is {row}"));
        }
    }
    let missing = expected.get(next..).unwrap_or_default();
    differences.extend(missing.iter().map(|row| format!("expected {row}, which is not there")));
    differences
}

/// The differences between two sets of rows; `same` says what belongs together.
pub(crate) fn sets(
    what: &str,
    expected: &[Value],
    actual: &[Value],
    same: impl Fn(&Value, &Value) -> bool,
) -> Vec<String> {
    let mut left: Vec<&Value> = actual.iter().collect();
    let mut differences = Vec::new();
    for wanted in expected {
        match left.iter().position(|row| same(wanted, row)) {
            Some(index) => drop(left.remove(index)),
            None => differences.push(format!("{what} {wanted} is not there")),
        }
    }
    differences.extend(left.into_iter().map(|row| format!("{what} {row} is not expected")));
    differences
}

/// The elements of a list; none for anything else.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
