//! Settings without scripts: what a deployment needs of such a task, and its files.

use ordain_schema::Code;

use super::{check, said_with, unindent};

#[test]
fn a_task_with_ensure_needs_no_test_and_no_set() {
    check(
        "
        === tasks/motd/task.yaml
        ensure: [{file: {path: /etc/motd, from: motd}}, {file: {path: /etc/a, from: ./more/a}}]
        === tasks/motd/motd
        === tasks/motd/more/a
        === tasks/faulty/task.yaml
        ensure: [{file: {path: motd}}]
        === tasks/lacking/task.yaml
        ensure:
        - file: {path: /etc/motd, from: motdd}
        - file: {path: /etc/motd, from: ../motd/motd}
        === tasks/lacking/motd
        === deployments/d.yaml
        {name: a, task: motd, target: {all: true}}
        ---
        {name: b, task: motd, state: audit, instance: b, target: {all: true}}
        ---
        {name: c, task: motd, state: monitor, instance: c, target: {all: true}}
        ---
        {name: d, task: faulty, target: {all: true}}
        ---
        {name: e, task: lacking, target: {all: true}}
        ",
        "
        bad-value tasks/faulty/task.yaml:1
        (warning) orphan-file tasks/lacking/motd:1
        missing-script tasks/lacking/task.yaml:2
        missing-script tasks/lacking/task.yaml:3
        missing-key tasks/motd/task.yaml:1 + deployments/d.yaml:5
        ",
    );
}

#[test]
fn what_no_agent_sets_yet_is_said_where_it_stands() {
    let text = unindent(
        r"
        === tasks/t/task.yaml
        ensure:
        - file: {path: /etc/motd}
        - registry: {key: HKLM\SOFTWARE\X}
        - feature: {name: x}
        - scheduledTask: {name: x, present: false}
        - defaults: {domain: x}
        - sysctl: {key: vm.x, value: 1}
        ",
    );
    let said = said_with(&text, |code| code == Code::NotExecutedYet);
    insta::assert_snapshot!(said, @"
    (warning) not-executed-yet tasks/t/task.yaml:3
    (warning) not-executed-yet tasks/t/task.yaml:4
    (warning) not-executed-yet tasks/t/task.yaml:5
    (warning) not-executed-yet tasks/t/task.yaml:6
    ");
}
