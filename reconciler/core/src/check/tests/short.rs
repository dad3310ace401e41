//! Several items in one deployment, and exceptions of targets.

use super::check;

#[test]
fn items_are_found_at_fault_where_they_stand() {
    let text = "
        === software/a/software.yaml
        detect: {upgradeCode: x}
        === software/b/software.yaml
        detect: {upgradeCode: x}
        uninstall: {package: {manager: winget, name: b}}
        === tasks/t/task.yaml
        script: t.sh
        parameters: {size: {type: integer, required: true}}
        === tasks/t/t.sh
        === secrets/k.age
        === licences/l.yaml
        {name: l, software: a, key: {secret: k}}
        === deployments/twice.yaml
        name: twice
        items:
        - b
        - {software: b, version: latest}
        - {software: b, version: any}
        target: {all: true}
        === deployments/contradicting.yaml
        name: contradicting
        items:
        - {software: a, version: '=1'}
        - {software: a, version: '=2'}
        target: {tag: x}
        === deployments/names.yaml
        name: names
        items:
        - c
        - {task: u}
        - {software: a, licence: m}
        licence: n
        target: {tag: y}
        === deployments/needs.yaml
        name: needs
        items:
        - {software: a, state: absent}
        - {software: b, state: absent}
        - {task: t}
        - {task: t, instance: i, parameters: {size: big, width: 1}}
        target: {tag: z}
        === deployments/defaults.yaml
        name: defaults
        items:
        - a
        - b
        - {task: t, instance: j}
        - {task: t, instance: k, parameters: {size: 2}}
        licence: l
        parameters: {size: 1}
        target: {tag: w}
        === deployments/empty.yaml
        name: empty
        items: []
        licence: none
        target: {group: g}
        === deployments/secret.yaml
        name: secret
        items:
        - {task: t, instance: s, parameters: {size: {secret: gone}}}
        target: {tag: v}
    ";
    check(
        text,
        "
        deployment-conflict deployments/contradicting.yaml:4 + deployments/contradicting.yaml:3
        bad-value deployments/defaults.yaml:7 + licences/l.yaml:1
        bad-parameter deployments/defaults.yaml:8
        unknown-reference deployments/empty.yaml:3
        unknown-reference deployments/empty.yaml:4
        unknown-reference deployments/names.yaml:3
        unknown-reference deployments/names.yaml:4
        unknown-reference deployments/names.yaml:5
        unknown-reference deployments/names.yaml:6
        bad-parameter deployments/needs.yaml:5 + tasks/t/task.yaml:1
        bad-parameter deployments/needs.yaml:6
        bad-parameter deployments/needs.yaml:6
        bad-parameter deployments/secret.yaml:3
        unknown-reference deployments/secret.yaml:3
        (warning) duplicate-deployment deployments/twice.yaml:4 + deployments/twice.yaml:3
        missing-key software/a/software.yaml:1 + deployments/needs.yaml:3
        ",
    );
}

#[test]
fn exceptions_are_references_and_reach_as_targets() {
    let text = "
        === software/a/software.yaml
        detect: {upgradeCode: x}
        === tenants/x/tenant.yaml
        {}
        === tenants/y/tenant.yaml
        {}
        === tasks/t/task.yaml
        script: t.sh
        === tasks/t/t.sh
        === tenants/x/deployments/a.yaml
        name: a
        software: a
        target:
          all: true
          except:
          - {computer: y/pc}
          - {group: gone}
          - {deviceGroup: {integration: gone, name: n}}
          - {script: gone.star}
        === deployments/b.yaml
        name: b
        task: t
        target: {all: true, except: [{tenantTag: z}]}
    ";
    check(
        text,
        "
        bad-value deployments/b.yaml:3
        out-of-reach tenants/x/deployments/a.yaml:6
        unknown-reference tenants/x/deployments/a.yaml:7
        unknown-reference tenants/x/deployments/a.yaml:8
        missing-script tenants/x/deployments/a.yaml:9
        ",
    );
}
