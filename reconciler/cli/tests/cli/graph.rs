//! `ordain graph`.

use serde_json::json;

use crate::support::Repository;

#[test]
fn the_graph_comes_in_four_forms() {
    let small = Repository::small();
    assert!(small.run(&["graph"]).exits(0).out.starts_with("digraph"));
    assert!(small.run(&["graph", "--format", "mermaid"]).exits(0).out.starts_with("flowchart"));
    assert!(
        small
            .run(&["graph", "--format", "human"])
            .exits(0)
            .out
            .contains("requires software/reader")
    );
    let graph = small.run(&["graph", "--format", "json"]).exits(0).json();
    assert_eq!(
        graph["edges"],
        json!([{
            "from": "software/viewer", "to": "software/reader", "kind": "requires",
            "conditional": false, "file": "software/viewer/software.yaml", "line": 8,
        }])
    );
}

#[test]
fn one_item_gives_what_it_needs() {
    let small = Repository::small();
    let nodes = |args: &[&str]| {
        let graph = small.run(args).exits(0).json();
        graph["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(nodes(&["graph", ".", "software/reader", "--format", "json"]), ["software/reader"]);
    assert_eq!(
        nodes(&["graph", "software/viewer", "--format", "json"]),
        ["software/reader", "software/viewer"]
    );
}

#[test]
fn a_cycle_is_drawn_and_said() {
    let small = Repository::small();
    let text = std::fs::read_to_string(small.path().join("software/reader/software.yaml")).unwrap();
    small.write("software/reader/software.yaml", &(text + "requires:\n  - software: viewer\n"));
    let ran = small.run(&["graph", "--format", "json"]).exits(1).complains(&["1 error"]);
    assert_eq!(ran.json()["edges"].as_array().map(Vec::len), Some(2));
}
