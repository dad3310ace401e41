//! Where items apply, and prerequisites of tasks, versions and artifacts.

use super::check;

#[test]
fn conditions_and_prerequisites_name_software_and_versions() {
    check(
        "
        === software/base/software.yaml
        {kind: Software, name: base, detect: {upgradeCode: x}, versionScheme: semver}
        === software/s/software.yaml
        kind: Software
        name: s
        detect: {upgradeCode: x}
        appliesIf:
        - {software: bose}
        - {absent: base}
        - {cel: 'computer.nme == 1'}
        - {software: base, absent: base}
        - {}
        requires:
        - {software: base, version: latest}
        - {software: base, version: 1.5}
        - {software: base, version: \">=one\"}
        - {version: \">=1.0.0\"}
        - {absent: base, version: \">=1.0.0\"}
        - {software: base, version: \"<=1.0.0\"}
        versions:
        - version: \"1\"
          requires: [{software: base, version: \"~1\"}, {software: nobody}]
          artifacts:
          - url: https://x.example/a
            sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
            requires: [{software: nobody}]
        === tasks/t/task.yaml
        kind: Task
        name: t
        script: t.sh
        requires: [{software: nobody}]
        appliesIf: [{software: nobody}]
        === tasks/t/t.sh
        === tasks/cloud/task.yaml
        kind: Task
        name: cloud
        runsOn: tenant
        script: t.sh
        platforms: [{os: linux}]
        appliesIf: [{software: base}]
        requires: [{software: base}]
        === tasks/cloud/t.sh
        ",
        "
        missing-key software/s/software.yaml:1 + software/s/software.yaml:14
        missing-key software/s/software.yaml:1 + software/s/software.yaml:9
        unknown-reference software/s/software.yaml:5
        bad-expression software/s/software.yaml:7
        exclusive-keys software/s/software.yaml:8 + software/s/software.yaml:8
        bad-version software/s/software.yaml:11
        wrong-type software/s/software.yaml:12
        bad-version software/s/software.yaml:13
        exclusive-keys software/s/software.yaml:15 + software/s/software.yaml:15
        bad-version software/s/software.yaml:19
        unknown-reference software/s/software.yaml:19
        unknown-reference software/s/software.yaml:23
        bad-value tasks/cloud/task.yaml:5
        bad-value tasks/cloud/task.yaml:6
        bad-value tasks/cloud/task.yaml:7
        unknown-reference tasks/t/task.yaml:4
        unknown-reference tasks/t/task.yaml:5
        ",
    );
}

#[test]
fn rules_of_versions_and_artifacts_count_for_circles() {
    check(
        "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        versions: [{version: \"1\", requires: [{software: b}]}]
        === software/b/software.yaml
        kind: Software
        name: b
        detect: {upgradeCode: x}
        versions:
        - version: \"1\"
          artifacts:
          - url: https://x.example/a
            sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
            requires: [{software: a}]
        ",
        "
        dependency-cycle software/a/software.yaml:4 + software/b/software.yaml:9
        ",
    );
}
