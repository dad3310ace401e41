//! A small catalogue as a graph.

use std::sync::Arc;

use ordain_schema::{Content, Entry, Mode, Snapshot};

use super::{Format, Graph};
use crate::item::Item;
use crate::load::load;
use crate::policy::Policy;

fn policy() -> Arc<Policy> {
    let software = |name: &str, rest: &str| {
        let text = format!("kind: Software\nname: {name}\ndetect: {{upgradeCode: x}}\n{rest}");
        (format!("software/{name}/software.yaml"), text)
    };
    let files = [
        ("ordain.yaml".to_owned(), "apiVersion: ordain/v1\nkind: Repository\nname: r\n".to_owned()),
        software(
            "client",
            "requires:\n  - software: runtime\n  - absent: old\nconfigure: settings\n",
        ),
        software(
            "runtime",
            "requires:\n  - {if: {anyOf: [old], is: absent}, then: {install: [base]}}\n",
        ),
        software("base", ""),
        software("old", ""),
        software("other", "requires: [{software: client}, {software: nowhere}]\n"),
        (
            "tasks/settings/task.yaml".to_owned(),
            "kind: Task\nname: settings\nscript: s.sh\n".to_owned(),
        ),
        ("tasks/settings/s.sh".to_owned(), String::new()),
        ("tenants/t/tenant.yaml".to_owned(), "kind: Tenant\nname: t\n".to_owned()),
        (
            "tenants/t/software/own/software.yaml".to_owned(),
            "kind: Software\nname: own\ndetect: {upgradeCode: x}\nrequires: [{software: base}]\n"
                .to_owned(),
        ),
    ];
    let entries = files.into_iter().map(|(path, text)| {
        let content = Content::Bytes(Arc::from(text.into_bytes()));
        (path, Entry { mode: Mode::File, id: None, content })
    });
    let snapshot = Snapshot { revision: None, entries: entries.collect() };
    load(&snapshot, jiff::Timestamp::UNIX_EPOCH).policy
}

#[test]
fn the_whole_graph() {
    let policy = policy();
    insta::assert_snapshot!(Graph::new(&policy).render(Format::Mermaid), @r#"
    flowchart LR
      n0["software/base"]
      n1["software/client"]
      n2["software/old"]
      n3["software/other"]
      n4["software/runtime"]
      n5["task/settings"]
      n6["software/own (t)"]
      n1 -->|requires| n4
      n1 -->|absent| n2
      n1 -->|configures| n5
      n3 -->|requires| n1
      n4 -.->|requires| n0
      n6 -->|requires| n0
    "#);
}

#[test]
fn one_items_closure() {
    let policy = policy();
    let graph = Graph::new(&policy);
    let closure = graph.closure(&Item::software("client")).expect("there is a client");
    insta::assert_snapshot!(closure.render(Format::Dot), @r#"
    digraph ordain {
      rankdir=LR;
      node [shape=box];
      n0 [label="software/base"];
      n1 [label="software/client"];
      n2 [label="software/old"];
      n3 [label="software/runtime"];
      n4 [label="task/settings"];
      n1 -> n3 [label="requires", color=black, style=solid];
      n1 -> n2 [label="absent", color=red, style=solid];
      n1 -> n4 [label="configures", color=blue, style=solid];
      n3 -> n0 [label="requires", color=black, style=dashed];
    }
    "#);
    let leaf = graph.closure(&Item::software("old")).expect("there is an old one");
    assert_eq!((leaf.nodes().len(), leaf.edges().len()), (1, 0));
    assert!(graph.closure(&Item::software("nowhere")).is_none());
}
