//! Names: unknown ones, those out of reach, and those that stand twice.

use super::check;

const SOFTWARE: &str = "kind: Software\n        name: a\n        detect: {upgradeCode: x}";

#[test]
fn a_name_that_nothing_bears() {
    check(
        "
        === tenants/t/tenant.yaml
        kind: Tenant
        name: t
        parent: nobody
        preflight: [nope]
        clients:
          - {integration: halo, id: x}
        branding: plain
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        configure: nope
        requires:
          - software: nope
          - absent: nope
          - if: {anyOf: [nope], is: installed}
            then:
              install: [a2, nope]
          - then: {uninstall: [nope]}
        === tasks/k/task.yaml
        kind: Task
        name: k
        get: {script: g.sh}
        supersededBy: nope
        === tasks/k/g.sh
        === licences/l.yaml
        kind: Licence
        name: l
        software: nope
        key: {secret: nope}
        === deployments/d.yaml
        kind: Deployment
        name: d
        software: nope
        licence: nope
        target: {group: nope}
        ---
        kind: Deployment
        name: e
        task: nope
        target:
          deviceGroup: {integration: nope, name: Lab}
        === schedules/s.yaml
        kind: Schedule
        name: s
        target: {group: nope}
        when: {on: commit}
        preflight: [nope]
        item: task/nope#x
        === windows/w.yaml
        kind: Window
        name: w
        deny: true
        from: 2026-01-01
        target: {group: nope}
        === roles/r.yaml
        kind: Role
        name: r
        subjects: [x]
        permissions: [x]
        scope: {tenant: nope}
        ---
        kind: Role
        name: s
        subjects: [x]
        permissions: [x]
        scope: {tenant: t}
        ",
        "
        unknown-reference deployments/d.yaml:3
        unknown-reference deployments/d.yaml:4
        unknown-reference deployments/d.yaml:5
        unknown-reference deployments/d.yaml:9
        unknown-reference deployments/d.yaml:11
        unknown-reference licences/l.yaml:3
        unknown-reference licences/l.yaml:4
        unknown-reference roles/r.yaml:5
        unknown-reference schedules/s.yaml:3
        unknown-reference schedules/s.yaml:5
        unknown-reference schedules/s.yaml:6
        unknown-reference software/a/software.yaml:4
        unknown-reference software/a/software.yaml:6
        unknown-reference software/a/software.yaml:7
        unknown-reference software/a/software.yaml:8
        unknown-reference software/a/software.yaml:10
        unknown-reference software/a/software.yaml:10
        unknown-reference software/a/software.yaml:11
        unknown-reference tasks/k/task.yaml:4
        unknown-reference tenants/t/tenant.yaml:3
        unknown-reference tenants/t/tenant.yaml:4
        unknown-reference tenants/t/tenant.yaml:6
        unknown-reference tenants/t/tenant.yaml:7
        unknown-reference windows/w.yaml:5
        ",
    );
}

#[test]
fn position_is_authority() {
    check(
        &format!(
            "
        === tenants/top/tenant.yaml
        kind: Tenant
        name: top
        === tenants/mid/tenant.yaml
        kind: Tenant
        name: mid
        parent: top
        === tenants/other/tenant.yaml
        kind: Tenant
        name: other
        === software/c/software.yaml
        {c}
        === tenants/top/software/t/software.yaml
        {t}
        === tenants/mid/software/m/software.yaml
        {m}
        === tenants/other/software/o/software.yaml
        {o}
        === tenants/mid/deployments/d.yaml
        kind: Deployment
        name: own
        software: m
        target: {{all: true}}
        ---
        kind: Deployment
        name: ancestor
        software: t
        target: {{all: true}}
        ---
        kind: Deployment
        name: everybodys
        software: c
        target: {{all: true}}
        ---
        kind: Deployment
        name: strange
        software: o
        target: {{all: true}}
        === tenants/top/deployments/d.yaml
        kind: Deployment
        name: descendant
        software: m
        target: {{all: true}}
        === deployments/d.yaml
        kind: Deployment
        name: cross
        software: o
        target: {{all: true}}
        ",
            c = SOFTWARE.replace("name: a", "name: c"),
            t = SOFTWARE.replace("name: a", "name: t"),
            m = SOFTWARE.replace("name: a", "name: m"),
            o = SOFTWARE.replace("name: a", "name: o"),
        ),
        "
        unknown-reference deployments/d.yaml:3
        out-of-reach tenants/mid/deployments/d.yaml:18
        out-of-reach tenants/top/deployments/d.yaml:3
        ",
    );
}

#[test]
fn selectors_reach_no_further_than_their_tenant() {
    let repository = |targets: &[&str]| {
        let tenants = ["top", "mid", "other"].map(|id| {
            let parent = if id == "mid" { "\nparent: top" } else { "" };
            format!("=== tenants/{id}/tenant.yaml\nkind: Tenant\nname: {id}{parent}\n")
        });
        let task = "=== tasks/k/task.yaml\nkind: Task\nname: k\nrunsOn: tenant\nscript: k.sh\n=== tasks/k/k.sh\n";
        let deployments = targets.iter().enumerate().map(|(index, target)| {
            format!("---\nkind: Deployment\nname: d{index}\ntask: k\npriority: {index}\n{target}\n")
        });
        let deployments: String = deployments.collect();
        format!("{}{task}=== tenants/top/deployments/d.yaml\n{deployments}", tenants.concat())
    };
    let good = repository(&[
        "target: {computer: pc}",
        "target: {computer: top/pc}",
        "target: {computer: mid/pc}\npropagate: true",
        "target: {tenant: top}",
        "target: {tenant: mid}\npropagate: true",
    ]);
    assert_eq!(super::said(&good), "");
    let bad = repository(&[
        "target: {computer: mid/pc}",
        "target: {computer: other/pc}\npropagate: true",
        "target: {computer: nobody/pc}\npropagate: true",
        "target: {tenant: mid}",
        "target: {tenant: other}\npropagate: true",
    ]);
    assert_eq!(
        super::said(&bad).lines().filter(|line| line.starts_with("out-of-reach")).count(),
        5
    );
}

#[test]
fn names_are_unique_where_objects_could_meet() {
    check(
        "
        === tenants/top/tenant.yaml
        kind: Tenant
        name: top
        === tenants/below/tenant.yaml
        kind: Tenant
        name: below
        parent: top
        === tenants/other/tenant.yaml
        kind: Tenant
        name: other
        === groups/g.yaml
        {kind: Group, name: everywhere}
        === tenants/below/groups/g.yaml
        {kind: Group, name: in-line}
        --- {kind: Group, name: everywhere}
        --- {kind: Group, name: unrelated}
        === tenants/top/groups/g.yaml
        {kind: Group, name: in-line}
        === tenants/other/groups/g.yaml
        {kind: Group, name: in-line}
        --- {kind: Group, name: unrelated}
        === tenants/other/groups/h.yaml
        {kind: Group, name: unrelated}
        --- {kind: Group, name: unrelated}
        === tenants/top/windows/w.yaml
        {kind: Window, name: w, deny: true, from: 2026-01-01}
        === tenants/below/windows/w.yaml
        {kind: Window, name: w, deny: true, from: 2026-01-01}
        --- {kind: Window, name: w, deny: true, from: 2026-01-01}
        ",
        "
        duplicate-name tenants/below/groups/g.yaml:2 + groups/g.yaml:1
        duplicate-name tenants/below/windows/w.yaml:2 + tenants/below/windows/w.yaml:1
        duplicate-name tenants/other/groups/h.yaml:1 + tenants/other/groups/g.yaml:2
        duplicate-name tenants/other/groups/h.yaml:2 + tenants/other/groups/g.yaml:2
        duplicate-name tenants/top/groups/g.yaml:1 + tenants/below/groups/g.yaml:1
        ",
    );
}

#[test]
fn what_could_not_be_read_is_not_missing() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: [
        === groups/g.yaml
        kind: Group
        name: {
        === tenants/t/tenant.yaml
        name: [
        === tenants/u/tenant.yaml
        kind: Tenant
        name: u
        parent: t
        === deployments/d.yaml
        kind: Deployment
        name: d
        software: a
        target: {group: g}
        ---
        kind: Deployment
        name: e
        software: b
        target: {group: h}
        ",
        "
        unknown-reference deployments/d.yaml:8
        unknown-reference deployments/d.yaml:9
        syntax groups/g.yaml:2
        syntax software/a/software.yaml:2
        syntax tenants/t/tenant.yaml:1
        ",
    );
}

#[test]
fn secrets_have_files() {
    check(
        "
        === tenants/top/tenant.yaml
        kind: Tenant
        name: top
        === tenants/mid/tenant.yaml
        kind: Tenant
        name: mid
        parent: top
        === secrets/root.age
        === secrets/unused.age
        === tenants/top/secrets/top.age
        === tenants/mid/secrets/mid.age
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        === tenants/mid/licences/l.yaml
        {kind: Licence, name: l1, software: a, key: {secret: root}}
        --- {kind: Licence, name: l2, software: a, key: {secret: top}}
        --- {kind: Licence, name: l3, software: a, file: {secret: mid}}
        --- {kind: Licence, name: l4, software: a, key: {secret: none}}
        === tenants/top/licences/l.yaml
        {kind: Licence, name: l5, software: a, key: {secret: mid}}
        === integrations/i.yaml
        kind: Integration
        name: i
        type: halo
        settings:
          url: https://a.example
          key: {secret: gone}
        ",
        "
        unknown-reference integrations/i.yaml:6
        (warning) orphan-file secrets/unused.age:1
        unknown-reference tenants/mid/licences/l.yaml:4
        unknown-reference tenants/top/licences/l.yaml:1
        ",
    );
}

#[test]
fn a_folder_under_another_name_is_one_fault() {
    check(
        "
        === software/tool/software.yaml
        kind: Software
        name: tools
        detect: {upgradeCode: x}
        === deployments/d.yaml
        {kind: Deployment, name: d, software: tool, target: {tag: d}}
        --- {kind: Deployment, name: e, software: tools, target: {tag: e}}
        ",
        "bad-name software/tool/software.yaml:2",
    );
}

#[test]
fn a_public_key_is_known_and_must_be_one() {
    let key = format!("# contoso\nage1{}\n", "q".repeat(58));
    let tenant = "=== tenants/contoso/tenant.yaml\nkind: Tenant\nname: contoso\n";
    let with = |text: &str| {
        super::said(&format!("{tenant}=== tenants/contoso/secrets/recipient.txt\n{text}"))
    };
    assert_eq!(with(&key), "");
    let private = with("AGE-SECRET-KEY-1QQQ\n");
    assert!(private.starts_with("bad-value tenants/contoso/secrets/recipient.txt:1"), "{private}");
}
