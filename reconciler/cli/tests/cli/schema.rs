//! `ordain schema`.

use crate::support::{Repository, run};

#[test]
fn each_kind_has_a_schema_and_all_come_at_once() {
    let place = Repository::empty();
    let one = run(place.path(), &["schema", "Deployment"]).exits(0).json();
    assert!(one["properties"]["target"].is_object(), "{one}");
    let all = run(place.path(), &["schema"]).exits(0).json();
    assert_eq!(all["Deployment"], one);
    assert!(all["Inventory"]["properties"]["computers"].is_object());
    assert_eq!(run(place.path(), &["schema", "inventory"]).exits(0).json(), all["Inventory"]);
}

#[test]
fn facts_are_the_names_that_expressions_know() {
    let place = Repository::empty();
    let all = run(place.path(), &["schema", "--facts", "--format", "json"]).exits(0).json();
    let facts = all["facts"].as_array().unwrap();
    let chassis = facts.iter().find(|one| one["name"] == "computer.chassis").unwrap();
    assert_eq!(chassis["type"], "string");
    assert!(facts.iter().all(|one| one["source"].as_str().is_some_and(|from| !from.is_empty())));
    let out = run(place.path(), &["schema", "--facts"]).exits(0).out;
    assert!(out.contains("tenant.displayName") && out.contains("list(string)"), "{out}");
    run(place.path(), &["schema", "Group", "--facts"]).exits(2);
}
