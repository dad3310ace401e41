//! What windows and rings name.

use super::check;

#[test]
fn windows_name_items_that_are_there() {
    check(
        "
        === software/s/software.yaml
        detect: {file: {path: /s, version: true}}
        === tenants/a/tenant.yaml
        name: a
        === tenants/a/software/own/software.yaml
        detect: {file: {path: /s, version: true}}
        === tenants/a/windows/w.yaml
        name: w
        deny: true
        from: 2026-01-01
        items: [s, own, software/nothing]
        === tenants/b/tenant.yaml
        name: b
        === tenants/b/windows/w.yaml
        name: w
        deny: true
        from: 2026-01-01
        items: [own]
        === windows/w.yaml
        name: w
        deny: true
        nth: 2
        weekday: TUE
        duration: 1h
        items: [{software: own}, {task: t}]
        ",
        "
        unknown-reference tenants/a/windows/w.yaml:4
        out-of-reach tenants/b/windows/w.yaml:4
        unknown-reference windows/w.yaml:6
        unknown-reference windows/w.yaml:6
        ",
    );
}

#[test]
fn rings_name_groups_and_computers_in_reach() {
    check(
        "
        === ordain.yaml
        apiVersion: ordain/v1
        name: r
        defaults:
          rollout:
            rings:
            - {group: nobody}
            - {deviceGroup: {integration: rmm, name: Lab}}
            - {percent: 100}
        === software/s/software.yaml
        detect: {file: {path: /s, version: true}}
        install: {package: {manager: dpkg, name: s}}
        versions: [{version: \"1\"}]
        === tenants/a/tenant.yaml
        name: a
        === tenants/b/tenant.yaml
        name: b
        === tenants/a/deployments/d.yaml
        name: d
        software: s
        target: {all: true}
        rollout:
          rings:
          - {computer: b/pc-01}
          - {computer: a/pc-01, soak: 1d}
        ",
        "
        unknown-reference ordain.yaml:6
        unknown-reference ordain.yaml:7
        out-of-reach tenants/a/deployments/d.yaml:6
        ",
    );
}
