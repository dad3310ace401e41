//! Values of tenants, and what nobody gives.

use super::check;

const ITEMS: &str = "
        === tenants/top/tenant.yaml
        {kind: Tenant, name: top, values: {task/t#two: {size: 1}}}
        === tenants/sub/tenant.yaml
        {kind: Tenant, name: sub, parent: top, values: {software/s: {token: {secret: own}}}}
        === tenants/sub/secrets/own.age
        x
        === tenants/out/tenant.yaml
        {kind: Tenant, name: out, crossTenant: false}
        === software/s/software.yaml
        kind: Software
        name: s
        detect: {upgradeCode: x}
        uninstall: {package: {manager: winget, name: x}}
        parameters: {token: {type: secret, required: true}}
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        parameters: {size: {type: integer, required: true}, key: {type: secret}}
        === tasks/t/t.sh
        ";

fn with(files: &str) -> String {
    format!("{}{}", ITEMS.trim_end(), files)
}

#[test]
fn what_some_tenants_lack_is_said_where_all_are_reached() {
    let said = "
        missing-value deployments/s.yaml:1 + tenants/top/tenant.yaml:1
        missing-value deployments/two.yaml:2 + tenants/far/tenant.yaml:1
        ";
    let far = "
        === tenants/far/tenant.yaml
        {kind: Tenant, name: far}
        === tenants/far/deployments/s.yaml
        {kind: Deployment, name: own, software: s, target: {tag: x}, parameters: {token: {secret: here}}}
        === tenants/far/secrets/here.age
        x
        === deployments/s.yaml
        {kind: Deployment, name: s, software: s, target: {all: true}}
        === deployments/two.yaml

        {kind: Deployment, name: two, task: t, instance: two, target: {all: true}}
        ";
    check(&with(far), said);
    // Whoever is reached by less than all, disabled, or asks for nothing, is left to the plan.
    for keys in [
        "target: {all: true, only: servers}",
        "target: {tag: red}",
        "target: {all: true}, disabled: true",
        "target: {all: true}, state: absent",
        "target: {all: true}, state: ignored",
    ] {
        let one = format!(
            "
        === deployments/s.yaml
        {{kind: Deployment, name: s, software: s, {keys}}}
        "
        );
        check(&with(&one), "");
    }
}

#[test]
fn what_nobody_in_reach_gives_is_bad() {
    let files = "
        === deployments/one.yaml
        {kind: Deployment, name: one, task: t, target: {tag: red}}
        === tenants/out/deployments/s.yaml
        {kind: Deployment, name: s, software: s, target: {tag: red}}
        === tenants/sub/deployments/s.yaml
        {kind: Deployment, name: s, software: s, target: {all: true}}
        === tenants/sub/deployments/two.yaml
        {kind: Deployment, name: two, task: t, instance: two, target: {all: true}}
        ";
    let said = "
        bad-parameter deployments/one.yaml:1 + tasks/t/task.yaml:1
        bad-parameter tenants/out/deployments/s.yaml:1 + software/s/software.yaml:1
        ";
    check(&with(files), said);
}

#[test]
fn a_secret_that_some_tenants_lack_is_a_value_that_they_lack() {
    let files = "
        === deployments/s.yaml
        {kind: Deployment, name: s, software: s, target: {all: true}, parameters: {token: {secret: own}}}
        === deployments/t.yaml
        {kind: Deployment, name: t, task: t, target: {all: true}, parameters: {size: 1, key: {secret: own}}}
        === tenants/out/deployments/t.yaml
        {kind: Deployment, name: t, task: t, target: {all: true}, parameters: {size: 1, key: {secret: own}}}
        ";
    let said = "
        missing-value deployments/s.yaml:1 + tenants/top/tenant.yaml:1
        missing-value deployments/t.yaml:1 + tenants/top/tenant.yaml:1
        unknown-reference tenants/out/deployments/t.yaml:1
        ";
    check(&with(files), said);
}

#[test]
fn values_name_items_and_fit_both_declarations() {
    let files = "
        === tenants/val/tenant.yaml
        kind: Tenant
        name: val
        values:
          software/conf:
            size: 3
            mode: 7
            word: {value: 1, override: allow}
            sise: 1
            list: [1]
          software/sub-only: {a: 1}
          software/nothing: {a: 1}
          task/t: {size: big, key: {secret: nowhere}}
          chrome: {a: 1}
          software/s#one: {a: 1}
        === tenants/sub/software/sub-only/software.yaml
        {kind: Software, name: sub-only, detect: {upgradeCode: x}}
        === software/conf/software.yaml
        kind: Software
        name: conf
        detect: {upgradeCode: x}
        configure: t
        parameters:
          size: {type: integer, maximum: 2}
          mode: {type: string}
          word: {type: integer}
        ";
    let said = "
        bad-parameter tenants/val/tenant.yaml:5
        bad-parameter tenants/val/tenant.yaml:6
        unknown-key tenants/val/tenant.yaml:7
        bad-parameter tenants/val/tenant.yaml:8
        bad-parameter tenants/val/tenant.yaml:9
        wrong-type tenants/val/tenant.yaml:9
        out-of-reach tenants/val/tenant.yaml:10
        unknown-reference tenants/val/tenant.yaml:11
        bad-parameter tenants/val/tenant.yaml:12
        unknown-reference tenants/val/tenant.yaml:12
        bad-value tenants/val/tenant.yaml:13
        bad-value tenants/val/tenant.yaml:14
        ";
    check(&with(files), said);
}
