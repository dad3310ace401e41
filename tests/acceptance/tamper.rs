//! An assertion that cannot fail proves nothing: each scenario is changed in
//! one place, and must then not hold.

use std::path::Path;

use serde_json::{Value, json};

use crate::compare::list;
use crate::ordain::ordain;
use crate::scenario::{Scenario, TestFile, tests};
use crate::steps::diagnostics;

/// Another code than the first expected one is not met.
pub(crate) fn first_code(scenario: &Scenario, repository: &Path) -> Option<String> {
    let mut expected = scenario.diagnostics.clone()?;
    expected.first_mut()?["code"] = json!("no-such-code");
    let ran = ordain(&["validate", repository.to_str().unwrap(), "--format", "json"]);
    let met = diagnostics(&expected, list(&ran.json()["diagnostics"])).is_empty();
    met.then(|| "another code than the first is met as well".to_owned())
}

/// Changes one assertion of a Test; `ordain test` must then exit 1.
pub(crate) fn an_assertion(repository: &Path) -> Option<String> {
    let mut files = tests(repository);
    let file: &mut TestFile =
        files.iter_mut().find_map(|file| file.documents.iter_mut().any(change).then_some(file))?;
    file.write();
    let ran = ordain(&["test", repository.to_str().unwrap()]);
    (ran.code != 1)
        .then(|| format!("test exits {} on an altered {}", ran.code, file.path.display()))
}

fn change(test: &mut Value) -> bool {
    if let Some(error) = test["errors"].as_array_mut().and_then(|errors| errors.first_mut()) {
        error["code"] = json!("symlink");
        return true;
    }
    let Some(expect) = test["expect"].as_object_mut() else { return false };
    let rows = || expect.values().flat_map(list);
    if rows().any(|row| row["action"].is_string()) {
        let first = expect
            .values_mut()
            .filter_map(Value::as_array_mut)
            .flatten()
            .find(|row| row["action"].is_string());
        let row = first.unwrap();
        row["action"] = json!(if row["action"] == "downgrade" { "install" } else { "downgrade" });
        return true;
    }
    let Some(rows) = expect.values_mut().find_map(Value::as_array_mut) else { return false };
    rows.push(json!({"item": "software/no-such-thing", "action": "install"}));
    true
}
