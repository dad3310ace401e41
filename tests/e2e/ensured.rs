//! Settings without scripts: a commit becomes a file, and stays one.

use std::fs;

use crate::stage::{Build, Stage};

const SETTINGS: &[(&str, &str)] = &[
    ("ordain.yaml", "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n"),
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\n"),
    (
        "tasks/motd/task.yaml",
        "kind: Task\nname: motd\nensure:\n\
         - directory: {path: \"{place}/etc\"}\n\
         - file: {path: \"{place}/etc/motd\", from: motd.txt, mode: \"0640\"}\n\
         - line: {path: \"{place}/etc/motd\", line: \"last line\"}\n",
    ),
    ("tasks/motd/motd.txt", "Be kind.\nlast line\n"),
    ("deployments/motd.yaml", "kind: Deployment\nname: motd\ntask: motd\ntarget: {all: true}\n"),
];

#[test]
fn a_commit_becomes_a_file_and_the_next_session_changes_nothing() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, SETTINGS);
    let deed = ["task/motd set not-compliant - - done passed"];
    let session = stage.session();
    assert_eq!((session.status(), session.deeds()), ("passed", deed.map(String::from).to_vec()));
    assert_eq!(stage.read("etc/motd"), "Be kind.\nlast line\n");
    let written = fs::metadata(stage.path("place/etc/motd")).expect("a file");
    stage.is_settled();
    let looked_at = fs::metadata(stage.path("place/etc/motd")).expect("a file");
    assert_eq!(looked_at.modified().expect("a time"), written.modified().expect("a time"));

    // Drift, and a change of what is wished, are both put right.
    fs::write(stage.path("place/etc/motd"), "by hand\n").expect("writable");
    let commit = stage.repository.push(&[("tasks/motd/motd.txt", "Be kinder.\nlast line\n")]);
    controller.says(&["the commit is in force", &commit]);
    let session = stage.session();
    assert_eq!((session.status(), session.deeds()), ("passed", deed.map(String::from).to_vec()));
    assert_eq!(stage.read("etc/motd"), "Be kinder.\nlast line\n");
    stage.is_settled();
}
