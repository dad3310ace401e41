//! What changes once agents verify for themselves.

use super::check;

const REPOSITORY: &str = "
        === software/a/software.yaml
        kind: Software
        name: a
        detect: {upgradeCode: x}
        versions:
          - version: '1'
            artifacts:
              - {url: 'https://a.example/a.msi'}
        === groups/g.yaml
        {kind: Group, name: g, persons: [jo@a.example], except: [t/pc, pc]}
        === groups/h.yaml
        {kind: Group, name: h, script: h.star}
        === groups/h.star
        === tenants/t/tenant.yaml
        {kind: Tenant, name: t}
        === tenants/t/deployments/d.yaml
        {kind: Deployment, name: d, software: a, target: {person: jo@a.example}}
        === deployments/d.yaml
        {kind: Deployment, name: a, software: a, target: {person: jo@a.example}}
        --- {kind: Deployment, name: b, software: a, target: {computer: t/pc}}
        --- {kind: Deployment, name: c, software: a, target: {computer: pc}}
        --- {kind: Deployment, name: d, software: a, target: {product: Care}}
        --- {kind: Deployment, name: e, software: a, target: {directoryGroup: Lab}}
        --- {kind: Deployment, name: f, software: a, target: {group: h}}
        --- {kind: Deployment, name: g, software: a, target: {tag: x}, enforcement: optional}
        ";

fn trust(settings: &str) -> String {
    format!(
        "
        === .ordain/trust.yaml
        kind: Trust
        name: trust
        objectFormat: sha1
        keys: {{root: {{key: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUHyYcDnM1XC8JZG3xFcWqPHMbkXtpOzv/8WlxEa, person: jo}}}}
        roles: {{root: {{keys: [root]}}}}
        {settings}{REPOSITORY}"
    )
}

#[test]
fn without_trust_only_artifacts_matter() {
    check(REPOSITORY, "(warning) unpinned-artifact software/a/software.yaml:7");
}

#[test]
fn with_trust_agents_see_much_and_believe_little() {
    check(
        &trust("controllerFacts: [product]"),
        "
        (warning) named-in-cross-tenant deployments/d.yaml:1
        (warning) named-in-cross-tenant deployments/d.yaml:2
        (warning) unattested-target deployments/d.yaml:5
        (warning) unattested-target deployments/d.yaml:6
        (warning) unattested-target deployments/d.yaml:7
        (warning) named-in-cross-tenant groups/g.yaml:1
        (warning) named-in-cross-tenant groups/g.yaml:1
        unpinned-artifact software/a/software.yaml:7
        ",
    );
}

#[test]
fn a_trust_policy_may_allow_artifacts_without_a_hash() {
    check(
        &trust(
            "controllerFacts: [product, directoryGroup, filterScript, approval]\n        unpinnedArtifacts: true",
        ),
        "
        (warning) named-in-cross-tenant deployments/d.yaml:1
        (warning) named-in-cross-tenant deployments/d.yaml:2
        (warning) named-in-cross-tenant groups/g.yaml:1
        (warning) named-in-cross-tenant groups/g.yaml:1
        ",
    );
}
