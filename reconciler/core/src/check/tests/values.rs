//! Zones, cron, expressions and parameters.

use super::{check, said_with, unindent};
use ordain_schema::Code;

#[test]
fn other_grammars() {
    check(
        "
        === ordain.yaml
        apiVersion: ordain/v1
        kind: Repository
        name: r
        timezone: Oslo
        === tenants/t/tenant.yaml
        kind: Tenant
        name: t
        timezone: europe/oslo
        === schedules/s.yaml
        kind: Schedule
        name: s
        target: {all: true}
        timezone: computer
        when:
          cron: 0 8 * *
        === windows/w.yaml
        kind: Window
        name: w
        allow: true
        timezone: nowhere
        cron: '*/5 25 * * *'
        duration: 1h
        === groups/g.yaml
        kind: Group
        name: g
        where: computr.name == 'x'
        ---
        kind: Group
        name: h
        where: computer.name ==
        ---
        kind: Group
        name: ok
        where: computer.name == 'x' && person.upn != null
        ",
        "
        bad-expression groups/g.yaml:3
        bad-expression groups/g.yaml:7
        bad-value ordain.yaml:4
        bad-cron schedules/s.yaml:6
        bad-value tenants/t/tenant.yaml:3
        bad-value windows/w.yaml:4
        bad-cron windows/w.yaml:5
        ",
    );
}

const TASK: &str = "
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        parameters:
          size: {type: integer, required: true}
          note: {type: string}
          more: {type: map}
          mode: {type: select, values: [a, b], required: true, default: a}
        === tasks/t/t.sh
        === software/plain/software.yaml
        kind: Software
        name: plain
        detect: {upgradeCode: x}
        uninstall: {package: {manager: winget, name: x}}
        === software/conf/software.yaml
        kind: Software
        name: conf
        detect: {upgradeCode: x}
        uninstall: {package: {manager: winget, name: x}}
        configure: t
        === deployments/d.yaml";

#[test]
fn parameters_fit_their_declaration() {
    let with = |deployments: &str| format!("{TASK}{deployments}");
    check(
        &with(
            "
        {kind: Deployment, name: a, task: t, target: {tag: a}, parameters: {size: 1, mode: b, more: {value: {x: 1}}}}
        --- {kind: Deployment, name: b, task: t, target: {tag: b}, state: ignored}
        --- {kind: Deployment, name: c, software: conf, target: {tag: c}, state: absent}
        --- {kind: Deployment, name: d, software: conf, target: {tag: d}, parameters: {size: {value: 1, override: allow}}}
        --- {kind: Deployment, name: e, software: plain, target: {tag: e}}
        ",
        ),
        "",
    );
    check(
        &with(
            "
        {kind: Deployment, name: a, task: t, target: {tag: a}, parameters: {sise: 1}}
        --- {kind: Deployment, name: b, software: conf, target: {tag: b}}
        --- {kind: Deployment, name: c, software: plain, target: {tag: c}, parameters: {size: 1}}
        --- {kind: Deployment, name: d, task: t, target: {tag: d}, parameters: {size: [1]}}
        --- {kind: Deployment, name: e, task: t, target: {tag: e}, parameters: {size: 1, more: {x: 1}}}
        --- {kind: Deployment, name: f, task: t, target: {tag: f}, parameters: {size: {a: 1}}}
        --- {kind: Deployment, name: g, task: t, target: {tag: g}, parameters: {size: 1, note: {secret: x}}}
        ",
        ),
        "
        bad-parameter deployments/d.yaml:1 + tasks/t/task.yaml:1
        bad-parameter deployments/d.yaml:1
        bad-parameter deployments/d.yaml:2 + tasks/t/task.yaml:1
        bad-parameter deployments/d.yaml:3
        wrong-type deployments/d.yaml:4
        bad-parameter deployments/d.yaml:5
        bad-parameter deployments/d.yaml:6
        bad-parameter deployments/d.yaml:7
        unknown-reference deployments/d.yaml:7
        ",
    );
}

#[test]
fn a_default_fits_its_own_declaration() {
    check(
        "
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        parameters:
          size: {type: integer, default: 3, maximum: 2}
          mode:
            type: select
            values: [a]
            default: b
        === tasks/t/t.sh
        ",
        "
        bad-parameter tasks/t/task.yaml:5
        bad-parameter tasks/t/task.yaml:9
        ",
    );
}

#[test]
fn what_is_not_carried_out_is_said() {
    let repository = unindent(
        "
        === schedules/s.yaml
        {kind: Schedule, name: s, target: {all: true}, when: {every: 1h}, notify: {before: true}}
        === schedules/t.yaml
        {kind: Schedule, name: t, target: {all: true}, when: {on: commit}}
        === windows/w.yaml
        {kind: Window, name: w, deny: true, from: 2026-01-01}
        === tasks/t/task.yaml
        {kind: Task, name: t, context: metascript, script: t.sh, parameters: {k: {type: secret}}}
        === tasks/t/t.sh
        ",
    );
    let said = said_with(&repository, |code| code == Code::NotExecutedYet);
    let places: Vec<&str> = said.lines().collect();
    assert_eq!(places, ["(warning) not-executed-yet tasks/t/task.yaml:1"]);
}
