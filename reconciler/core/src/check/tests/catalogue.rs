//! Software and tasks: circles, scripts, versions, artifacts.

use super::check;

#[test]
fn circles_are_reported_once_each() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        requires:
          - software: outside
          - software: b
          - then:
              install: [c]
        === software/b/software.yaml
        kind: Software
        name: b
        detect: {upgradeCode: x}
        requires:
          - software: a
          - absent: outside
        === software/c/software.yaml
        kind: Software
        name: c
        detect: {upgradeCode: x}
        requires: [{if: {allOf: [b], is: absent}, then: {install: [a]}}, {software: self}]
        === software/outside/software.yaml
        kind: Software
        name: outside
        detect: {upgradeCode: x}
        requires: [{absent: a}]
        === software/self/software.yaml
        kind: Software
        name: self
        detect: {upgradeCode: x}
        requires:
          - software: self
        ",
        "
        dependency-cycle software/a/software.yaml:6 + software/a/software.yaml:7 + software/b/software.yaml:5 + software/c/software.yaml:4
        dependency-cycle software/self/software.yaml:5
        ",
    );
}

#[test]
fn circles_of_parents() {
    check(
        "
        === tenants/c/tenant.yaml
        {kind: Tenant, name: c, parent: a}
        === tenants/b/tenant.yaml
        kind: Tenant
        name: b
        parent: c
        === tenants/a/tenant.yaml
        kind: Tenant
        name: a
        parent: b
        === tenants/self/tenant.yaml
        {kind: Tenant, name: self, parent: self}
        === tenants/below/tenant.yaml
        {kind: Tenant, name: below, parent: a}
        ",
        "
        parent-cycle tenants/a/tenant.yaml:3 + tenants/b/tenant.yaml:3 + tenants/c/tenant.yaml:1
        parent-cycle tenants/self/tenant.yaml:1
        ",
    );
}

#[test]
fn scripts_stand_in_the_documents_folder() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {script: detect.sh}
        latest: {script: latest.sh}
        versions:
          - version: '1'
            install: {script: sub/one.sh}
            upgrade: {script: gone.sh}
        install: {script: ../b/x.sh}
        uninstall: {script: /etc/passwd}
        test: {script: ./sub/../detect.sh}
        repair: {strategy: script, script: {script: gone.sh}}
        === software/a/detect.sh
        === software/a/latest.sh
        === software/a/sub/one.sh
        === software/a/unused.sh
        === software/a/README.md
        === software/a/empty.yaml
        === software/a/old.yml
        === software/b/x.sh
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: gone.sh
        === groups/g.yaml
        kind: Group
        name: g
        script: lab.star
        ---
        kind: Group
        name: h
        script: gone.star
        === groups/lab.star
        ",
        "
        missing-script groups/g.yaml:7
        (warning) orphan-file software/a/empty.yaml:1
        (warning) orphan-file software/a/old.yml:1
        missing-script software/a/software.yaml:8
        missing-script software/a/software.yaml:9
        missing-script software/a/software.yaml:10
        missing-script software/a/software.yaml:12
        (warning) orphan-file software/a/unused.sh:1
        (warning) orphan-file software/b/x.sh:1
        missing-script tasks/t/task.yaml:3
        ",
    );
}

#[test]
fn versions_are_versions_and_stand_once() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        versions:
          - version: '24.1'
          - version: v24.1.0
          - {version: '24.2', requiresVersion: '24.1.0'}
          - {version: '24.3', requiresVersion: '23'}
          - {version: '24.4', requiresVersion: '24.4'}
          - {version: '...'}
        === software/d/software.yaml
        kind: Software
        name: d
        detect: {package: {manager: dpkg, name: d}}
        versions: [{version: '1.0-1'}, {version: '1.0-1.0'}, {version: '0:1.0-1'}]
        === software/s/software.yaml
        kind: Software
        name: s
        versionScheme: semver
        detect: {upgradeCode: x}
        versions: [{version: '1.0'}, {version: '1.0.0.0'}, {version: '1.x'}]
        === deployments/d.yaml
        kind: Deployment
        name: d
        software: s
        version: '=1.x'
        target: {all: true}
        ---
        kind: Deployment
        name: e
        software: a
        version: '>=1.x'
        target: {all: true}
        ",
        "
        bad-version deployments/d.yaml:4
        bad-version software/a/software.yaml:6 + software/a/software.yaml:5
        bad-version software/a/software.yaml:8
        bad-version software/a/software.yaml:9
        bad-version software/a/software.yaml:10
        bad-version software/d/software.yaml:4 + software/d/software.yaml:4
        bad-version software/s/software.yaml:5 + software/s/software.yaml:5
        bad-version software/s/software.yaml:5
        ",
    );
}

#[test]
fn artifacts_have_hashes() {
    let software = "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        versions:
          - version: '1'
            artifacts:
              - {url: 'https://a.example/a.msi'}
        ";
    check(software, "(warning) unpinned-artifact software/a/software.yaml:7");
}
