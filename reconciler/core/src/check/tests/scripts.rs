//! What scripts use, for whom they run, what undoes, and computed values.

use super::check;

#[test]
fn files_of_the_library_are_there_and_used() {
    check(
        "
        === tasks/t/task.yaml
        kind: Task
        name: t
        use: [lib/all.sh]
        test: {script: t.sh, use: [./lib/deep/one.sh, lib/al.sh]}
        set:
          script: t.sh
          use:
          - t.sh
          - lib
          - lib/../t.sh
          - ../lib/all.sh
        === tasks/t/t.sh
        === tenants/c/tenant.yaml
        {kind: Tenant, name: c}
        === tenants/c/software/s/software.yaml
        {kind: Software, name: s, detect: {upgradeCode: x}, use: [lib/own.sh]}
        === tenants/c/lib/own.sh
        === lib/all.sh
        === lib/deep/one.sh
        === lib/unused.sh
        === lib/README.md
        ",
        "
        (warning) orphan-file lib/unused.sh:1
        missing-script tasks/t/task.yaml:4
        missing-script tasks/t/task.yaml:8
        missing-script tasks/t/task.yaml:9
        missing-script tasks/t/task.yaml:10
        missing-script tasks/t/task.yaml:11
        missing-script tenants/c/software/s/software.yaml:1
        ",
    );
}

#[test]
fn only_what_runs_as_a_person_runs_for_somebody() {
    check(
        "
        === tasks/t/task.yaml
        kind: Task
        name: t
        context: user
        test: {script: t.sh, users: each}
        set: {script: t.sh, context: system, users: primary}
        === tasks/t/t.sh
        === software/s/software.yaml
        kind: Software
        name: s
        detect: {upgradeCode: x}
        test: {script: t.sh, context: user, users: primary}
        install: {script: t.sh, users: each}
        === software/s/t.sh
        ",
        "
        bad-value software/s/software.yaml:5
        bad-value tasks/t/task.yaml:5
        ",
    );
}

#[test]
fn what_is_wanted_absent_can_be_undone() {
    check(
        "
        === tasks/none/task.yaml
        {kind: Task, name: none, test: {script: t.sh}, set: {script: t.sh}}
        === tasks/none/t.sh
        === tasks/whole/task.yaml
        {kind: Task, name: whole, script: t.sh}
        === tasks/whole/t.sh
        === tasks/both/task.yaml
        {kind: Task, name: both, script: t.sh, unset: {script: t.sh}, parameters: {a: {type: string, required: true}}}
        === tasks/both/t.sh
        === tasks/blind/task.yaml
        {kind: Task, name: blind, unset: {script: t.sh}}
        === tasks/blind/t.sh
        === deployments/d.yaml
        {kind: Deployment, name: a, task: none, state: absent, target: {all: true}}
        --- {kind: Deployment, name: b, task: whole, state: absent, target: {all: true}}
        --- {kind: Deployment, name: c, task: both, state: absent, target: {all: true}}
        --- {kind: Deployment, name: d, task: blind, state: absent, target: {all: true}}
        ",
        "
        missing-key tasks/blind/task.yaml:1 + deployments/d.yaml:4
        missing-key tasks/none/task.yaml:1 + deployments/d.yaml:1
        missing-key tasks/whole/task.yaml:1 + deployments/d.yaml:2
        ",
    );
}

#[test]
fn computed_values_are_expressions() {
    check(
        "
        === tenants/c/tenant.yaml
        kind: Tenant
        name: c
        values:
          task/t:
            b: {cel: tenant.slugg}
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        parameters:
          a: {type: string, required: true}
          b: {type: integer}
          c:
            type: boolean
            default:
              cel: computer.name ==
          d: {type: string, default: {generate: {length: 20}}}
          e: {type: integer, default: {generate: {length: 20}}}
        === tasks/t/t.sh
        === deployments/d.yaml
        kind: Deployment
        name: d
        task: t
        target: {all: true}
        parameters:
          a:
            cel: 'computer.serial'
        ---
        kind: Deployment
        name: e
        task: t
        target: {tag: x}
        parameters: {a: {cel: '1 +'}, b: {cel: 7}}
        ",
        "
        bad-expression deployments/d.yaml:13
        wrong-type deployments/d.yaml:13
        bad-expression tasks/t/task.yaml:10
        bad-parameter tasks/t/task.yaml:12
        bad-expression tenants/c/tenant.yaml:5
        ",
    );
}
