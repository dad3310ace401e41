//! What built-in actions name: artifacts, stores, parameters, secrets, fields of licences.

use super::check;

#[test]
fn names_in_built_in_actions() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        artifacts:
          - {name: setup, store: nowhere, path: '{version}/setup-{version}.exe'}
        versions:
          - {version: '1'}
        configure: settings
        parameters:
          token: {type: string}
        install:
          exe:
            artifact: setp
            args:
              - {param: token}
              - {param: tokn}
              - {param: colour}
              - {secret: key}
              - {licence: number}
        upgrade: {exe: {artifact: setup-1.exe}}
        test: {registered: {}}
        uninstall:
          - {os: windows, registered: {args: [{param: nothing}]}}
        === tasks/settings/task.yaml
        kind: Task
        name: settings
        parameters: {colour: {type: string}}
        test: {script: t.sh}
        set: {exe: {args: [{licence: key}, {param: colour}]}}
        === tasks/settings/t.sh
        ",
        "
        unknown-reference software/a/software.yaml:5
        (warning) unpinned-artifact software/a/software.yaml:7
        unknown-reference software/a/software.yaml:13
        bad-parameter software/a/software.yaml:16
        unknown-reference software/a/software.yaml:18
        bad-value software/a/software.yaml:19
        bad-value software/a/software.yaml:21
        bad-parameter software/a/software.yaml:23
        bad-value tasks/settings/task.yaml:5
        ",
    );
}

#[test]
fn what_is_registered_must_have_been_found_so() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {file: {path: /a}}
        uninstall: {registered: {}}
        === software/b/software.yaml
        kind: Software
        name: b
        detect: [{os: windows, registry: {displayName: {contains: B}}}, {file: {path: /b}}]
        uninstall: [{os: windows, registered: {}}]
        repair: {strategy: script, script: {registered: {}}}
        ",
        "
        bad-value software/a/software.yaml:4
        bad-value software/b/software.yaml:5
        ",
    );
}

#[test]
fn templates_without_hashes() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        artifacts: [{url: 'https://x.example/{version}.exe'}]
        versions:
          - version: '1'
          - version: '2'
            size: 3
          - {version: '3', sha256: '0000000000000000000000000000000000000000000000000000000000000000'}
        === software/b/software.yaml
        kind: Software
        name: b
        detect: {package: {manager: dpkg, name: b}}
        latest: package
        artifacts: [{url: 'https://x.example/{version}.deb'}]
        ",
        "
        (warning) unpinned-artifact software/a/software.yaml:6
        (warning) unpinned-artifact software/a/software.yaml:8
        (warning) unpinned-artifact software/b/software.yaml:5
        ",
    );
}

#[test]
fn licences_have_the_fields_that_are_taken() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        licence: required
        artifacts: [{name: a, url: 'https://x.example/a.msi', sha256: '0000000000000000000000000000000000000000000000000000000000000000'}]
        versions: [{version: '1'}]
        install: {msi: {properties: {NUMBER: {licence: number}, KEY: {licence: key}}}}
        === licences/l.yaml
        kind: Licence
        name: whole
        software: a
        key: {secret: k}
        fields: {number: {secret: n}}
        ---
        {kind: Licence, name: keyed, software: a, key: {secret: k}}
        === secrets/k.age
        x
        === secrets/n.age
        x
        === deployments/d.yaml
        {kind: Deployment, name: a, software: a, licence: whole, target: {tag: a}}
        ---
        {kind: Deployment, name: b, software: a, licence: keyed, target: {tag: b}}
        ",
        "
        unknown-reference deployments/d.yaml:3 + software/a/software.yaml:7
        ",
    );
}
