//! `ordain init`: the template as a repository of its own.

use crate::support::{Repository, run};

#[test]
fn what_it_makes_is_valid_and_tested() {
    let place = Repository::empty();
    let made = run(place.path(), &["init", "policy", "--format", "json"]).exits(0).json();
    assert_eq!(made["commit"].as_str().map(str::len), Some(40), "{made}");
    let policy = place.path().join("policy");
    let report = run(&policy, &["validate", "--format", "json"]).exits(0).json();
    assert_eq!(report["errors"], 0);
    assert_eq!(
        run(&policy, &["validate", "--rev", "HEAD", "--format", "json"]).exits(0).json()["documents"],
        report["documents"]
    );
    let tests = run(&policy, &["test", "--format", "json"]).exits(0).json();
    assert!(tests["passed"].as_u64() > Some(0), "{tests}");
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let small = Repository::small();
    small.run(&["init", "."]).exits(2).complains(&["not empty"]);
    assert!(!small.path().join(".git").exists());
}
