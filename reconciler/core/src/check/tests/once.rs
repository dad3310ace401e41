//! One fault is said once: what stands at fault is unknown, never missing.

use super::check;

/// Software and tasks of which some key is at fault.
#[test]
fn what_an_item_lacks_by_a_fault_is_not_missing() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        uninstall: remove.sh
        === software/b/software.yaml
        kind: Software
        name: b
        detect: {upgradeCode: x}
        versions: [{version: 1.5, uninstall: {package: {manager: dpkg, name: b}}}]
        === tasks/c/task.yaml
        kind: Task
        name: c
        test: c.sh
        set: {script: c.sh}
        === tasks/c/c.sh
        === tasks/d/task.yaml
        kind: Task
        name: d
        test: {script: d.sh}
        script: d.sh
        === tasks/d/d.sh
        === tasks/e/task.yaml
        kind: Task
        name: e
        test: {script: e.sh}
        === tasks/e/e.sh
        === deployments/all.yaml
        kind: Deployment
        name: a
        software: a
        state: absent
        target: {all: true}
        ---
        kind: Deployment
        name: b
        software: b
        state: absent
        target: {all: true}
        ---
        kind: Deployment
        name: c
        task: c
        target: {all: true}
        ---
        kind: Deployment
        name: d
        task: d
        target: {all: true}
        ---
        kind: Deployment
        name: e
        task: e
        state: enforced
        target: {all: true}
        ",
        "
        bad-value deployments/all.yaml:26
        wrong-type software/a/software.yaml:4
        wrong-type software/b/software.yaml:4
        wrong-type tasks/c/task.yaml:3
        exclusive-keys tasks/d/task.yaml:4 + tasks/d/task.yaml:3
        ",
    );
}

#[test]
fn deployments_with_a_fault_contradict_nobody_yet() {
    for fault in [
        "priority: high",
        "state: absnet",
        "version: 24.1",
        "disabled: no",
        "expires: soon",
        "enforcement: soon",
        "target: {all: true, only: laptops}",
    ] {
        let target = if fault.starts_with("target") { "" } else { "target: {all: true}\n" };
        let repository = format!(
            "=== software/a/software.yaml\nkind: Software\nname: a\ndetect: {{upgradeCode: x}}\nuninstall: {{exe: {{args: [/S]}}}}\n\
             === deployments/a.yaml\nkind: Deployment\nname: a\nsoftware: a\n{fault}\n{target}\
             === deployments/b.yaml\nkind: Deployment\nname: b\nsoftware: a\nstate: absent\ntarget: {{all: true}}\n"
        );
        let said = super::said(&repository);
        assert!(said.ends_with(" deployments/a.yaml:4\n") && said.lines().count() == 1, "{said}");
    }
}

#[test]
fn parameters_and_versions_that_may_be_the_faulty_ones() {
    check(
        "
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        parameters:
          size: {type: whole}
          side: {type: string, required: true}
        === tasks/t/t.sh
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        versions:
        - version: 24.10
        - {version: \"25\", requiresVersion: \"24.10\"}
        === deployments/a.yaml
        kind: Deployment
        name: a
        task: t
        target: {tag: a}
        parameters: {size: 3, side: left}
        ---
        kind: Deployment
        name: b
        task: t
        target: {tag: b}
        parameters: [side]
        ",
        "
        wrong-type deployments/a.yaml:11
        wrong-type software/a/software.yaml:5
        bad-value tasks/t/task.yaml:5
        ",
    );
}

#[test]
fn an_unread_file_hides_only_the_names_that_it_speaks_of() {
    check(
        "
        === groups/broken.yaml
        kind: Group
        name: front-desk
        where: [
        === groups/number.yaml
        kind: Group
        name: 7
        === software/wrong/software.yaml
        kind: Task
        name: wrong
        === deployments/a.yaml
        kind: Deployment
        name: a
        software: wrong
        target: {group: front-desk}
        ---
        kind: Deployment
        name: b
        software: wrong
        target: {group: \"7\"}
        ---
        kind: Deployment
        name: c
        software: wrong
        target: {group: desk}
        ",
        "
        unknown-reference deployments/a.yaml:14
        syntax groups/broken.yaml:3
        wrong-type groups/number.yaml:2
        wrong-folder software/wrong/software.yaml:1
        ",
    );
}

#[test]
fn both_items_of_a_deployment_are_one_fault() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        === deployments/a.yaml
        kind: Deployment
        name: a
        software: a
        task: t
        instance: first
        state: enforce
        target: {tenants: all}
        ",
        "
        exclusive-keys deployments/a.yaml:4 + deployments/a.yaml:3
        ",
    );
}
