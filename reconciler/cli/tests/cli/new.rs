//! `ordain new`.

use std::fs;

use serde_json::json;

use crate::support::Repository;

#[test]
fn what_is_written_is_valid_and_laid_out() {
    let small = Repository::small();
    let wrote = small.run(&["new", "software", "hello", "--format", "json"]).exits(0).json();
    assert_eq!(wrote, json!({"files": ["software/hello/software.yaml"]}));
    small.run(&["new", "task", "clock"]).exits(0);
    small.run(&["new", "task", "lock", "--powershell", "--tenant", "contoso"]).exits(0);
    small.run(&["new", "deployment", "hello"]).exits(0);
    small.run(&["new", "deployment", "clock", "--tag", "7"]).exits(0);
    small.run(&["new", "deployment", "locks", "--task", "lock", "--tenant", "contoso"]).exits(0);
    small
        .run(&["new", "tenant", "c-1042", "--display-name", "North: no", "--parent", "contoso"])
        .exits(0);
    let found = small.run(&["validate", "--format", "json"]).exits(0).json();
    assert_eq!(found["errors"], 0, "{found}");
    let said = found["diagnostics"].as_array().unwrap();
    assert!(said.iter().all(|one| one["code"] == "not-executed-yet"), "{found}");
    for file in
        ["software/hello/software.yaml", "tenants/c-1042/tenant.yaml", "tasks/clock/task.yaml"]
    {
        small.run(&["fmt", "--check", file]).exits(0);
    }
    let text = fs::read_to_string(small.path().join("deployments/clock.yaml")).unwrap();
    assert_eq!(
        text,
        "# yaml-language-server: $schema=https://raw.githubusercontent.com/ordain/ordain/main/schema/json/Deployment.json\n\
         name: clock\ntask: clock\ntarget: {tag: \"7\"}\n"
    );
    for file in ["tenants/contoso/tasks/lock/test.ps1", "tenants/c-1042/tenant.yaml"] {
        assert!(small.path().join(file).is_file(), "{file}");
    }
}

#[test]
fn nothing_is_written_over_and_nothing_faulty_is_written() {
    let small = Repository::small();
    let before = fs::read_to_string(small.path().join("software/viewer/software.yaml")).unwrap();
    small.run(&["new", "software", "viewer"]).exits(2).complains(&["is there already"]);
    let after = fs::read_to_string(small.path().join("software/viewer/software.yaml")).unwrap();
    assert_eq!(before, after);
    small.run(&["new", "deployment", "nothing"]).exits(2).complains(&["--software NAME"]);
    small.run(&["new", "task", "Upper"]).exits(2).complains(&["rule for names"]);
    small.run(&["new", "task", "../x"]).exits(2);
    small.run(&["new", "software", "x", "--manager", "dnf"]).exits(2);
    // The name of a software that another tenant's folder has already.
    small
        .run(&["new", "deployment", "d", "--software", "veiwer"])
        .exits(1)
        .complains(&["did you mean `viewer`?", "nothing was written"]);
    assert!(!small.path().join("deployments/d.yaml").exists());
    small
        .run(&["new", "software", "viewer", "--tenant", "contoso"])
        .exits(1)
        .complains(&["duplicate-name"]);
    small.run(&["new", "task", "t", "--tenant", "nobody"]).exits(1).complains(&["missing-tenant"]);
    assert!(!small.path().join("tenants/nobody").exists());
}
