//! The template's pipelines ask for no more than they need.
//!
//! Owns the forges' files of `config-repo-template/`. What their commands do
//! is tested with the command line.

use std::fs;

use serde_yaml::Value;

use crate::root;

fn file(path: &str) -> String {
    fs::read_to_string(root().join("config-repo-template").join(path)).unwrap()
}

#[test]
fn github_workflow_has_least_privilege() {
    let text = file(".github/workflows/policy.yml");
    let workflow: Value = serde_yaml::from_str(&text).unwrap();
    let nothing = Value::Mapping(serde_yaml::Mapping::new());
    assert_eq!(workflow["permissions"], nothing, "nothing is granted to all jobs");
    let granted = |job: &str| {
        let granted = workflow["jobs"][job]["permissions"].as_mapping().unwrap();
        let words = granted
            .iter()
            .map(|(what, how)| format!("{}: {}", what.as_str().unwrap(), how.as_str().unwrap()));
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(granted("check"), "contents: read");
    assert_eq!(granted("diff"), "contents: read, pull-requests: write");
    assert!(!text.contains("pull_request_target"), "code of forks gets no secrets");
    assert_eq!(
        text.matches("actions/checkout@").count(),
        text.matches("persist-credentials: false").count(),
        "no token stays in the checkout"
    );
    assert!(!text.contains("${{ github.head_ref"), "names of branches never become commands");
    for line in text.lines().filter(|line| line.contains("uses: ")) {
        let (_, pin) = line.split_once('@').unwrap();
        let pin = pin.split(' ').next().unwrap();
        assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{line}");
    }
}

#[test]
fn the_comment_is_found_again_by_the_mark_that_the_program_writes() {
    for path in [".github/workflows/policy.yml", ".gitlab-ci.yml"] {
        let text = file(path);
        assert!(text.contains("startswith(\"<!-- ordain diff -->\")"), "{path}");
        assert!(!text.contains("echo '<!--"), "{path}: the program writes the mark itself");
    }
}

#[test]
fn both_forges_run_the_same_checks() {
    let github = file(".github/workflows/policy.yml");
    let gitlab = file(".gitlab-ci.yml");
    let parsed: Value = serde_yaml::from_str(&gitlab).unwrap();
    assert!(parsed["check"]["script"].is_sequence());
    for verb in ["ordain fmt --check", "ordain validate", "ordain test", "ordain diff"] {
        assert!(github.contains(verb), "GitHub: {verb}");
        assert!(gitlab.contains(verb), "GitLab: {verb}");
    }
}

#[test]
fn every_tenant_has_an_owner() {
    let owners = file("CODEOWNERS");
    let tenants = fs::read_dir(root().join("config-repo-template/tenants")).unwrap();
    for tenant in tenants {
        let folder = format!("/tenants/{}/", tenant.unwrap().file_name().to_str().unwrap());
        let owned = owners.lines().any(|line| line.starts_with(&folder) && line.contains('@'));
        assert!(owned, "CODEOWNERS: {folder}");
    }
}
