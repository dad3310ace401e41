//! Plans that are asked for, and what they must say.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::compare::{actions, list, matches, sets};
use crate::ordain::{Ran, ordain};
use crate::scenario::yaml;

/// Asks for the plan of an entry of `expect-plan.yaml` and compares.
pub(crate) fn entry(repository: &Path, beside: &Path, entry: &Value) -> Vec<String> {
    let form = entry["as"].as_str().unwrap_or("yaml");
    let mut flags = Vec::new();
    for key in ["session", "item", "schedule"] {
        if let Some(value) = entry[key].as_str() {
            flags.extend([format!("--{key}"), value.to_owned()]);
        }
    }
    let ran = plan(repository, beside, &entry["inventory"], form, flags);
    let mut differences = Vec::new();
    if let Some(code) = entry["exit"].as_u64()
        && u64::from(ran.code) != code
    {
        differences.push(format!("expected exit {code}, there is {}: {}", ran.code, ran.err));
    }
    if !matches!(ran.code, 0 | 1) {
        differences.push(format!("the plan exits {}: {}", ran.code, ran.err));
        return differences;
    }
    let plan = ran.json();
    if !entry["totals"].is_null() && !matches(&entry["totals"], &plan["totals"]) {
        differences
            .push(format!("expected totals {}, there is {}", entry["totals"], plan["totals"]));
    }
    for name in list(&entry["absent"]) {
        if computer(&plan, name.as_str().unwrap()).is_some() {
            differences.push(format!("{name} stands in the plan"));
        }
    }
    for (name, expected) in entry["computers"].as_object().into_iter().flatten() {
        match computer(&plan, name) {
            None => differences.push(format!("{name} does not stand in the plan")),
            Some(row) => differences
                .extend(one(expected, row).into_iter().map(|one| format!("{name}: {one}"))),
        }
    }
    differences
}

/// Asks for the plan that a Test without `given` describes, and compares.
pub(crate) fn test(repository: &Path, beside: &Path, test: &Value) -> Vec<String> {
    let mut inventory = json!({});
    for key in ["now", "tenants", "persons", "available", "scripts", "approvals", "computers"] {
        if !test[key].is_null() {
            inventory[key] = test[key].clone();
        }
    }
    let mut flags = Vec::new();
    let session = &test["session"];
    for (key, flag) in [
        ("kind", "session"),
        ("item", "item"),
        ("schedule", "schedule"),
        ("deployment", "deployment"),
    ] {
        if let Some(value) = session[key].as_str() {
            flags.extend([format!("--{flag}"), value.to_owned()]);
        }
    }
    let ran = plan(repository, beside, &inventory, "yaml", flags);
    if !matches!(ran.code, 0 | 1) {
        return vec![format!("the plan of {} exits {}: {}", test["name"], ran.code, ran.err)];
    }
    let plan = ran.json();
    let found = list(&plan["computers"]).iter().any(|row| {
        !list(&row["conflicts"]).is_empty()
            || list(&row["actions"]).iter().any(|row| row["failed"] == true)
    });
    let mut differences = Vec::new();
    if found != (ran.code == 1) {
        differences.push(format!("findings: {found}, and yet exit {}", ran.code));
    }
    for (name, expected) in test["expect"].as_object().into_iter().flatten() {
        let rows = computer(&plan, name).map_or(&[][..], |row| list(&row["actions"]));
        let partial = test["partial"] == true;
        let found = actions(list(expected), rows, partial);
        differences.extend(found.into_iter().map(|one| format!("{name}: {one}")));
    }
    for row in list(&plan["computers"]) {
        let expected =
            row["computer"].as_str().map_or(&Value::Null, |name| &test["conflicts"][name]);
        let found = sets("conflict", list(expected), list(&row["conflicts"]), |wanted, row| {
            wanted["item"] == row["item"]
                && (wanted["by"].is_null() || sorted(&wanted["by"]) == sorted(&row["by"]))
        });
        differences.extend(found.into_iter().map(|one| format!("{}: {one}", row["computer"])));
    }
    differences.into_iter().map(|one| format!("the plan of {}: {one}", test["name"])).collect()
}

fn sorted(list_of: &Value) -> Vec<String> {
    let mut all: Vec<String> = list(list_of).iter().map(ToString::to_string).collect();
    all.sort();
    all
}

fn computer<'a>(plan: &'a Value, name: &str) -> Option<&'a Value> {
    list(&plan["computers"]).iter().find(|row| row["computer"] == name)
}

/// What an entry says of one computer.
fn one(expected: &Value, row: &Value) -> Vec<String> {
    let rows = list(&row["actions"]);
    let mut differences = Vec::new();
    if !expected["actions"].is_null() {
        differences.extend(actions(list(&expected["actions"]), rows, expected["partial"] == true));
    }
    for wanted in list(&expected["has"]) {
        if !rows.iter().any(|row| matches(wanted, row)) {
            differences.push(format!("no action is {wanted}: {}", row["actions"]));
        }
    }
    for item in list(&expected["noAction"]) {
        if rows.iter().any(|row| row["item"] == *item && row["action"] != "none") {
            differences.push(format!("there is an action on {item}"));
        }
    }
    if !expected["conflicts"].is_null() {
        differences.extend(sets(
            "conflict",
            list(&expected["conflicts"]),
            list(&row["conflicts"]),
            same_conflict,
        ));
    }
    if !expected["shadowed"].is_null() {
        differences.extend(sets(
            "shadowed",
            list(&expected["shadowed"]),
            list(&row["shadowed"]),
            matches,
        ));
    }
    for fact in list(&expected["unknownFacts"]) {
        if !list(&row["unknown"]).iter().any(|one| one["fact"] == *fact) {
            differences.push(format!("{fact} is not among the unknown: {}", row["unknown"]));
        }
    }
    differences
}

fn same_conflict(wanted: &Value, row: &Value) -> bool {
    let file = |place: &Value| Value::from(place.as_str().unwrap().rsplit_once(':').unwrap().0);
    let files: Value = list(&row["by"]).iter().map(file).collect();
    let agrees = |key: &str| wanted[key].is_null() || wanted[key] == row[key];
    agrees("item")
        && agrees("rule")
        && (wanted["files"].is_null() || sorted(&wanted["files"]) == sorted(&files))
}

fn plan(
    repository: &Path,
    beside: &Path,
    inventory: &Value,
    form: &str,
    mut flags: Vec<String>,
) -> Ran {
    let file = beside.join(format!("inventory.{form}"));
    let text = match form {
        "json" => inventory.to_string(),
        "jsonl" => {
            if let Some(now) = inventory["now"].as_str() {
                flags.extend(["--now".to_owned(), now.to_owned()]);
            }
            lines(inventory)
        }
        _ => yaml(inventory),
    };
    fs::write(&file, text).unwrap();
    let mut args = vec![
        "plan",
        repository.to_str().unwrap(),
        "--format",
        "json",
        "--inventory",
        file.to_str().unwrap(),
    ];
    args.extend(flags.iter().map(String::as_str));
    ordain(&args)
}

/// An inventory as JSON lines: one object a line with one key.
fn lines(inventory: &Value) -> String {
    let mut text = String::new();
    let mut put = |key: &str, value: &Value| {
        let _ = writeln!(text, "{}", json!({ key: value }));
    };
    for (many, key) in [
        ("tenants", "tenant"),
        ("persons", "person"),
        ("approvals", "approval"),
        ("computers", "computer"),
    ] {
        for value in list(&inventory[many]) {
            put(key, value);
        }
    }
    for (many, key) in [("available", "available"), ("scripts", "script")] {
        for (name, value) in inventory[many].as_object().into_iter().flatten() {
            put(key, &json!({ name: value }));
        }
    }
    text
}
