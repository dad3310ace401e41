//! Settings without scripts, with the values of one computer.

use ordain_schema::document::{Arch, OsFacts, OsFamily};

use super::world::{computer, looked_at, lowered, told, with};
use crate::item::Item;
use crate::order::{Finding, Found, RunWhat, What};

/// Task `t` with these resources and declarations, and a deployment of it with those values.
fn t(ensure: &str, parameters: &str, given: &str) -> String {
    format!(
        "=== tasks/t/task.yaml
kind: Task
name: t
parameters: {parameters}
ensure:
{ensure}
=== tasks/t/motd
hello
=== deployments/t.yaml
kind: Deployment
name: t
task: t
parameters: {given}
target: {{all: true}}
"
    )
}

#[test]
fn the_same_resources_are_tested_and_set() {
    let text = t("- file: {path: /etc/motd, from: motd, mode: '0644'}", "{}", "{}");
    insta::assert_snapshot!(looked_at(&text, computer()), @r#"
    task/t: test File(File { path: "/etc/motd", content: Some(Blob { blob: "id(tasks/t/motd)", path: "tasks/t/motd" }), mode: Some(420), owner: None }) (300s)
    "#);
    insta::assert_snapshot!(told(&text, with(&[], &[("task/t", false)])), @r#"
    set task/t x2
      set: File(File { path: "/etc/motd", content: Some(Blob { blob: "id(tasks/t/motd)", path: "tasks/t/motd" }), mode: Some(420), owner: None }) (1800s)
      test: File(File { path: "/etc/motd", content: Some(Blob { blob: "id(tasks/t/motd)", path: "tasks/t/motd" }), mode: Some(420), owner: None }) (300s) -> True
    "#);
    let lowered = lowered(&text, with(&[], &[("task/t", false)]), &[]);
    let What::Run(run) = &lowered.steps[0].works[0].what else { panic!("it runs") };
    assert_eq!(run.what.blobs(), ["id(tasks/t/motd)"]);
    assert!(run.environment.is_empty() && run.input.is_none(), "{run:?}");
    assert!(matches!(&run.what, RunWhat::Ensure(all) if all.len() == 1));
}

#[test]
fn parameters_become_values() {
    let ensure = "- file: {path: {param: path}, content: {param: motto}, mode: {param: none}}
- line: {path: /etc/a, line: {param: motto}}
- sysctl: {key: vm.swappiness, value: {param: swappiness}}
- localGroup: {name: office, members: [{param: who}, root]}
- service: {name: ssh, start: automatic, running: true}
- user: {name: {param: who}, groups: [], present: false}
- directory: {path: /srv/x, owner: {param: who}, mode: '2770'}";
    let declared = "{path: {type: string, required: true}, motto: {type: string}, none: {type: string}, swappiness: {type: integer, default: 10}, who: {type: select, values: [jo, remo], default: jo}}";
    let text = t(ensure, declared, "{path: /etc/motd, motto: '$(calc) \"; rm'}");
    insta::assert_snapshot!(looked_at(&text, computer()).replace(", ", ",\n  "), @r#"
    task/t: test File(File { path: "/etc/motd",
      content: Some(Text("$(calc) \"; rm")),
      mode: None,
      owner: None }),
      Line(Line { path: "/etc/a",
      line: Some("$(calc) \"; rm"),
      pattern: None,
      after: None }),
      Sysctl(Sysctl { key: "vm.swappiness",
      value: Some("10") }),
      Group(Group { name: "office",
      gid: None,
      members: Some(["jo",
      "root"]),
      include: [],
      exclude: [] }),
      Service(Service { name: "ssh",
      start: Some(Automatic),
      running: Some(true) }),
      User(User { name: "jo",
      uid: None,
      group: None,
      groups: Some([]),
      comment: None,
      home: None,
      shell: None,
      system: false }) gone,
      Directory(Directory { path: "/srv/x",
      mode: Some(1528),
      owner: Some("jo"),
      force: false }) (300s)
    "#);
}

#[test]
fn what_a_parameter_gives_must_fit() {
    let declared = "{text: {type: string}}";
    let cases = [
        ("- file: {path: {param: text}}", "etc/motd"),
        ("- file: {path: /a, mode: {param: text}}", "rw"),
        ("- file: {path: /a, owner: {param: text}}", "a:b:c"),
        ("- line: {path: /a, line: {param: text}}", "\"a\\nb\""),
        ("- line: {path: /a, line: {param: text}, match: '^b'}", "a"),
        ("- service: {name: {param: text}, running: true}", "--force"),
        ("- sysctl: {key: {param: text}, value: 1}", "../../etc"),
        ("- user: {name: {param: text}}", "-o"),
        ("- user: {name: a, comment: {param: text}}", "'a:b'"),
        ("- localGroup: {name: a, include: [{param: text}]}", "'a,b'"),
        ("- file: {path: {param: text}}", "~"),
    ];
    let mut all = Vec::new();
    for (ensure, value) in cases {
        let given = if value == "~" { "{}".to_owned() } else { format!("{{text: {value}}}") };
        all.push(
            told(&t(ensure, declared, &given), computer()).lines().next().unwrap_or("-").to_owned(),
        );
    }
    insta::assert_snapshot!(all.join("\n"), @"
    task/t fails, unknown: `etc/motd` does not fit `path`
    task/t fails, unknown: `rw` does not fit `mode`
    task/t fails, unknown: `a:b:c` does not fit `owner`
    task/t fails, unknown: `a b` does not fit `line`
    task/t fails, unknown: `match` does not find the `line` itself
    task/t fails, unknown: `--force` does not fit `name`
    task/t fails, unknown: `../../etc` does not fit `key`
    task/t fails, unknown: `-o` does not fit `name`
    task/t fails, unknown: `a:b` does not fit `comment`
    task/t fails, unknown: `a,b` does not fit `name`
    task/t fails, missing-value: the parameter `text` is required, and no value is given
    ");
}

#[test]
fn settings_of_another_system_are_not_executed() {
    let on = |family| {
        let mut facts = computer();
        facts.os = Some(OsFacts { family: Some(family), version: None, arch: Some(Arch::X64) });
        facts
    };
    let registry = t(r"- registry: {key: 'HKLM\SOFTWARE\X', values: {a: 1}}", "{}", "{}");
    let sysctl = t("- sysctl: {key: vm.x, value: 1}", "{}", "{}");
    let defaults = t("- defaults: {domain: com.x, values: {a: 1}}", "{}", "{}");
    let all = [
        told(&registry, on(OsFamily::Linux)),
        looked_at(&registry, on(OsFamily::Linux)),
        looked_at(&registry, on(OsFamily::Windows)),
        told(&sysctl, on(OsFamily::Windows)),
        told(&defaults, on(OsFamily::Linux)),
        looked_at(&defaults, on(OsFamily::Macos)),
    ];
    insta::assert_snapshot!(all.join("\n-\n"), @r#"
    task/t fails, not-executed-yet: `registry` is not set on Linux computers by this version
    none task/t x1
    -

    -
    task/t: test Registry(Registry { key: "HKLM\\SOFTWARE\\X", values: [("a", Dword, Number(1))], each_user: false }) (300s)
    -
    task/t fails, not-executed-yet: `sysctl` is not set on Windows computers by this version
    none task/t x1
    -
    task/t fails, not-executed-yet: `defaults` is not set on Linux computers by this version
    none task/t x1
    -
    task/t: test Defaults(Defaults { domain: "com.x", values: [("a", Number(1))], each_user: false }) (300s)
    "#);
}

#[test]
fn what_would_change_stands_in_the_plan() {
    let text = t("- file: {path: /etc/motd, from: motd}", "{}", "{}");
    let finding = Finding {
        item: Item::task("t"),
        found: Found::Answer { answer: false, changes: "file /etc/motd: is made".into() },
    };
    let facts = with(&[], &[("task/t", false)]);
    let lowered = lowered(&text, facts, std::slice::from_ref(&finding));
    assert_eq!(lowered.rows[0].message.as_deref(), Some("file /etc/motd: is made"));
    assert!(!lowered.rows[0].failed);
}
