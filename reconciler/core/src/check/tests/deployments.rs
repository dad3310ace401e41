//! Deployments among each other and with their items.

use std::fmt::Write;

use super::{check, said};

/// A repository with these deployments, one a line, of software `a` and task `t`.
fn repository(deployments: &[&str]) -> String {
    let mut text = "\
=== software/a/software.yaml
kind: Software
name: a
detect: {upgradeCode: x}
uninstall: {package: {manager: winget, name: x}}
=== tasks/t/task.yaml
kind: Task
name: t
script: t.sh
parameters: {size: {type: integer}}
=== tasks/t/t.sh
=== tenants/x/tenant.yaml
kind: Tenant
name: x
=== secrets/k.age
=== licences/l.yaml
{kind: Licence, name: l, software: a, key: {secret: k}}
=== deployments/d.yaml
"
    .to_owned();
    for (index, deployment) in deployments.iter().enumerate() {
        writeln!(text, "--- {{kind: Deployment, name: d{index}, {deployment}}}")
            .expect("a text takes any text");
    }
    text
}

fn says(deployments: &[&str], expected: &str) {
    assert_eq!(said(&repository(deployments)), expected, "{deployments:?}");
}

#[test]
fn what_meets_everywhere_conflicts_or_repeats() {
    let conflict = "deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let duplicate = "(warning) duplicate-deployment deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let pairs = [
        ("software: a, target: {all: true}", "software: a, target: {all: true}", duplicate),
        (
            "software: a, target: {all: true}",
            "software: a, target: {all: true}, version: latest",
            duplicate,
        ),
        ("software: a, target: {all: true}", "software: a, target: {all: true}, version: any", ""),
        (
            "software: a, target: {all: true}",
            "software: a, target: {all: true}, state: ignored",
            "",
        ),
        (
            "software: a, target: {all: true}",
            "software: a, target: {all: true}, state: absent",
            conflict,
        ),
        (
            "software: a, target: {all: true}, state: update-if-found",
            "software: a, target: {all: true}, state: absent",
            conflict,
        ),
        (
            "software: a, target: {all: true}, state: ignored",
            "software: a, target: {all: true}, state: absent",
            "",
        ),
        (
            "software: a, target: {all: true}, version: =1",
            "software: a, target: {all: true}, version: =1.0",
            duplicate,
        ),
        (
            "software: a, target: {all: true}, version: =1",
            "software: a, target: {all: true}, version: =2",
            conflict,
        ),
        (
            "software: a, target: {all: true}, version: '>=1'",
            "software: a, target: {all: true}, version: <=2",
            conflict,
        ),
        (
            "software: a, target: {all: true}, version: =1",
            "software: a, target: {all: true}, version: <=2",
            "",
        ),
        (
            "software: a, target: {all: true}",
            "software: a, target: {all: true}, licence: l",
            conflict,
        ),
        (
            "software: a, target: {all: true}",
            "software: a, target: {all: true, only: servers}, state: absent",
            "",
        ),
        ("software: a, target: {tag: x}", "software: a, target: {tag: y}, state: absent", ""),
        (
            "software: a, target: {tag: x}",
            "software: a, target: {tag: x}, state: absent, priority: 1",
            "",
        ),
        (
            "software: a, target: {tag: x}",
            "software: a, target: {tag: x}, state: absent, enforcement: ad-hoc",
            "",
        ),
        (
            "software: a, target: {tag: x}",
            "software: a, target: {tag: x}, state: absent, disabled: true",
            "",
        ),
        (
            "software: a, target: {person: Jo@A.example}, enforcement: ad-hoc",
            "software: a, target: {person: jo@a.example}, state: absent, enforcement: ad-hoc",
            conflict,
        ),
        ("task: t, target: {tag: x}", "task: t, target: {tag: x}, state: audit", ""),
        (
            "task: t, target: {tag: x}, parameters: {size: 1}",
            "task: t, target: {tag: x}, parameters: {size: 2}",
            conflict,
        ),
        (
            "task: t, target: {tag: x}, parameters: {size: 1}",
            "task: t, target: {tag: x}, parameters: {size: 1}",
            duplicate,
        ),
        ("task: t, target: {tag: x}", "task: t, instance: b, target: {tag: x}, state: audit", ""),
    ];
    for (first, second, expected) in pairs {
        let lines = said(&repository(&[first, second]));
        assert_eq!(lines, expected, "{first} / {second}");
    }
}

#[test]
fn of_three_only_the_unbeaten_count() {
    let [latest, any, absent] = [
        "software: a, target: {all: true}",
        "software: a, target: {all: true}, version: any",
        "software: a, target: {all: true}, state: absent",
    ];
    says(
        &[latest, any, absent],
        "deployment-conflict deployments/d.yaml:3 + deployments/d.yaml:1\n",
    );
    let ignored = "software: a, target: {all: true}, state: ignored";
    says(&[latest, ignored, absent], "");
    says(
        &[latest, absent, latest],
        "deployment-conflict deployments/d.yaml:3 + deployments/d.yaml:1 + deployments/d.yaml:2\n\
         (warning) duplicate-deployment deployments/d.yaml:3 + deployments/d.yaml:1\n",
    );
}

#[test]
fn days_are_counted() {
    let expires = |day: &str| format!("software: a, target: {{all: true}}, expires: {day}");
    for (day, warned) in [
        ("2026-02-28", true),
        ("2026-03-01", true),
        ("2026-03-02", true),
        ("2026-03-16", true),
        ("2026-03-17", false),
    ] {
        let expected = if warned { "(warning) expires-soon deployments/d.yaml:1\n" } else { "" };
        says(&[&expires(day)], expected);
    }
    let absent = "software: a, target: {all: true}, state: absent";
    says(&[&expires("2026-03-01"), absent], "(warning) expires-soon deployments/d.yaml:1\n");
    says(
        &[&expires("2026-03-02"), absent],
        "(warning) expires-soon deployments/d.yaml:1\n\
         deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n",
    );
}

#[test]
fn items_have_what_their_deployments_need() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        === software/b/software.yaml
        kind: Software
        name: b
        detect: {upgradeCode: x}
        versions: [{version: '1', uninstall: {package: {manager: winget, name: x}}}]
        === tasks/g/task.yaml
        kind: Task
        name: g
        get: {script: g.sh}
        === tasks/g/g.sh
        === deployments/d.yaml
        {kind: Deployment, name: a, software: a, target: {tag: a}, state: absent, disabled: true}
        --- {kind: Deployment, name: b, software: b, target: {tag: b}, state: absent}
        --- {kind: Deployment, name: c, software: a, target: {tag: c}, state: absent}
        --- {kind: Deployment, name: d, task: g, target: {tag: d}, state: monitor}
        --- {kind: Deployment, name: e, task: g, target: {tag: e}, state: audit}
        --- {kind: Deployment, name: f, task: g, target: {tag: f}}
        --- {kind: Deployment, name: g, task: g, target: {tag: g}, state: ignored}
        ",
        "
        missing-key software/a/software.yaml:1 + deployments/d.yaml:1 + deployments/d.yaml:3
        missing-key tasks/g/task.yaml:1 + deployments/d.yaml:6
        missing-key tasks/g/task.yaml:1 + deployments/d.yaml:5 + deployments/d.yaml:6
        ",
    );
}

#[test]
fn what_does_not_fit_the_item() {
    check(
        "
        === software/a/software.yaml
        {kind: Software, name: a, detect: {upgradeCode: x}}
        === software/b/software.yaml
        {kind: Software, name: b, detect: {upgradeCode: x}}
        === secrets/k.age
        === licences/l.yaml
        {kind: Licence, name: l, software: a, key: {secret: k}}
        === tasks/pc/task.yaml
        {kind: Task, name: pc, script: t.sh, supersededBy: cloud}
        === tasks/pc/t.sh
        === software/c/software.yaml
        {kind: Software, name: c, detect: {upgradeCode: x}, configure: pc}
        === tasks/cloud/task.yaml
        {kind: Task, name: cloud, script: t.sh, context: cloud}
        === tasks/cloud/t.sh
        === deployments/d.yaml
        {kind: Deployment, name: a, software: a, target: {tag: a}, licence: l}
        --- {kind: Deployment, name: b, software: b, target: {tag: b}, licence: l}
        --- {kind: Deployment, name: c, task: cloud, target: {tenants: all}}
        --- {kind: Deployment, name: d, task: pc, target: {tenantTag: x}}
        ",
        "
        bad-value deployments/d.yaml:2 + licences/l.yaml:1
        (warning) superseded deployments/d.yaml:4 + tasks/pc/task.yaml:1
        bad-value deployments/d.yaml:4
        (warning) superseded software/c/software.yaml:1 + tasks/pc/task.yaml:1
        ",
    );
}

#[test]
fn days_that_do_not_meet_do_not_conflict() {
    let all = "software: a, target: {all: true}";
    let absent = "software: a, state: absent, target: {all: true}";
    let with = |deployment: &str, days: &str| format!("{deployment}, {days}");
    let conflict = "deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let duplicate = "(warning) duplicate-deployment deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let cases = [
        ("expires: 2026-04-30", "starts: 2026-05-01", "", ""),
        ("expires: 2026-05-01", "starts: 2026-05-01", conflict, duplicate),
        ("starts: 2026-05-01", "expires: 2026-04-30", "", ""),
        ("starts: 2026-05-01", "starts: 2027-05-01", conflict, duplicate),
        ("starts: 2020-01-01, expires: 2020-12-31", "priority: 0", "", ""),
    ];
    for (one, other, contradicting, alike) in cases {
        let expired =
            if one.contains("2020") { "(warning) expires-soon deployments/d.yaml:1\n" } else { "" };
        let [first, second] = [with(all, one), with(absent, other)];
        says(&[&first, &second], &format!("{expired}{contradicting}"));
        says(&[&first, &with(all, other)], &format!("{expired}{alike}"));
    }
    says(
        &[
            &with(all, "expires: 2026-05-31"),
            &with(absent, "starts: 2026-05-01"),
            &with("software: a, version: any, target: {all: true}", "starts: 2026-06-01"),
        ],
        "deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n\
         deployment-conflict deployments/d.yaml:3 + deployments/d.yaml:2\n",
    );
}

#[test]
fn what_is_mandatory_meets_its_like_alone() {
    let conflict = "deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let all = "software: a, target: {all: true}";
    says(&[all, "software: a, state: absent, mandatory: true, target: {all: true}"], "");
    says(
        &[
            "software: a, mandatory: true, target: {all: true}",
            "software: a, state: absent, mandatory: true, target: {all: true}",
        ],
        conflict,
    );
}

#[test]
fn what_narrows_a_target_in_the_same_way_is_the_same() {
    let of = |only: &str| {
        [
            format!("software: a, target: {{all: true, {only}}}"),
            format!("software: a, state: absent, target: {{all: true, {only}}}"),
        ]
    };
    let conflict = "deployment-conflict deployments/d.yaml:2 + deployments/d.yaml:1\n";
    let pairs = [
        ("only: servers", "only: {chassis: [server]}", true),
        ("only: workstations-and-portables", "only: {chassis: [portable, desktop]}", true),
        ("only: domain-controllers", "only: {role: domain-controllers}", true),
        ("only: {os: windows}", "only: {os: [windows, windows]}", true),
        ("only: {os: windows}", "only: {os: linux}", false),
        ("only: servers", "only: {os: windows, chassis: [server]}", false),
        ("except: [{tag: x}, {tag: y}]", "except: [{tag: y}, {tag: x}]", true),
        ("except: [{tag: x}]", "except: [{tag: y}]", false),
        ("except: []", "only: servers", false),
    ];
    for (one, other, meets) in pairs {
        let ([first, _], [_, second]) = (of(one), of(other));
        says(&[&first, &second], if meets { conflict } else { "" });
    }
}
