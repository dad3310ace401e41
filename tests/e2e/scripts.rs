//! What scripts use and are given, what is undone, and a restart in the middle.

use std::fs;

use crate::commits::{ended, sessions};
use crate::stage::{Build, COMPUTER, POLICY, Stage};

const TASK: &str = r#"kind: Task
name: share
use: [lib/place.sh]
test: {script: test.sh}
set: {script: set.sh, use: [lib/deep/write.sh]}
unset: {script: unset.sh}
parameters:
  label: {type: string, default: {cel: 'tenant.slug + "-" + computer.name'}}
"#;
const TEST: &str =
    ". \"$ORDAIN_FOLDER/lib/place.sh\"\n[ -f \"$place/share\" ] && echo true || echo false\n";
const SET: &str = ". \"$ORDAIN_FOLDER/lib/place.sh\"\n. \"$ORDAIN_FOLDER/lib/deep/write.sh\"\n\
    write \"$ORDAIN_PARAM_LABEL $ORDAIN_TENANT_SLUG $ORDAIN_METHOD $ORDAIN_REBOOT\"\n";
const UNSET: &str = ". \"$ORDAIN_FOLDER/lib/place.sh\"\nrm \"$place/share\"\n\
    echo \"$ORDAIN_METHOD share\" >> \"$place/starts\"\n";

const SHARE: &[(&str, &str)] = &[
    ("tenants/acme/tenant.yaml", "kind: Tenant\nname: acme\nslug: ac\n"),
    ("lib/place.sh", "place={place}\n"),
    ("lib/deep/write.sh", "write() { echo \"$1\" > \"$place/share\"; }\n"),
    ("tasks/share/task.yaml", TASK),
    ("tasks/share/test.sh", TEST),
    ("tasks/share/set.sh", SET),
    ("tasks/share/unset.sh", UNSET),
    ("deployments/share.yaml", "kind: Deployment\nname: share\ntask: share\ntarget: {all: true}\n"),
    (
        "schedules/changes.yaml",
        "kind: Schedule\nname: changes\ntarget: {all: true}\nwhen: {on: commit}\n",
    ),
];

#[test]
fn scripts_share_files_and_what_they_did_is_undone() {
    let (stage, controller, _agent) = Stage::running(Build::Shipped, &[POLICY, SHARE].concat());
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert_eq!(stage.read("share"), format!("ac-{COMPUTER} ac set if-needed\n"));
    stage.is_settled();

    // A file of the library is part of what every item is that uses it.
    let before = sessions(&stage, COMPUTER).len();
    let library = "# elsewhere\nplace={place}\n";
    let commit = stage.repository.push(&[("lib/place.sh", library)]);
    controller.says(&["the commit is followed", &commit, "computers=1"]);
    let all = sessions(&stage, COMPUTER);
    assert_eq!(all.len(), before + 1);
    assert_eq!(ended(&stage, &all[0]).status(), "passed");

    let absent = "kind: Deployment\nname: share\ntask: share\nstate: absent\ntarget: {all: true}\n";
    let commit = stage.repository.push(&[("deployments/share.yaml", absent)]);
    controller.says(&["the commit is followed", &commit, "computers=1"]);
    let all = sessions(&stage, COMPUTER);
    let session = ended(&stage, &all[0]);
    assert!(
        session.deeds().contains(&"task/share set not-compliant - - done passed".to_owned()),
        "{session:?}"
    );
    assert_eq!(stage.read("share"), "");
    assert!(stage.read("starts").ends_with("unset share\n"), "{}", stage.read("starts"));
    stage.is_settled();
}

const REBOOTING: &[(&str, &str)] = &[
    (
        "tasks/feature/task.yaml",
        "kind: Task\nname: feature\ntest: {script: test.sh}\nset: {script: set.sh}\nrebootAfter: true\n",
    ),
    ("tasks/feature/test.sh", "[ -f {place}/on ] && echo true || echo false\n"),
    ("tasks/feature/set.sh", "touch {place}/wanted\n"),
    (
        "deployments/feature.yaml",
        "kind: Deployment\nname: feature\ntask: feature\ntarget: {all: true}\n",
    ),
];

#[test]
fn a_restart_stands_between_set_and_test() {
    let (stage, _controller, _agent) =
        Stage::running(Build::KillPoints, &[POLICY, REBOOTING].concat());
    let platform = stage.platform(COMPUTER);
    // What is wanted is there once the computer has started anew.
    let place = stage.path("place");
    let restart = format!(
        "[ ! -f {0}/wanted ] || touch {0}/on\nprintf another > {1}/boot_id\n",
        place.display(),
        platform.display()
    );
    fs::write(platform.join("restart.sh"), restart).expect("writable");
    let words = format!("/bin/sh\n{}\n", platform.join("restart.sh").display());
    fs::write(platform.join("reboot"), words).expect("writable");
    let session = stage.session();
    assert_eq!(session.status(), "passed", "{session:?}");
    assert!(
        session.deeds().contains(&"task/feature set not-compliant - - done passed".to_owned()),
        "{session:?}"
    );
    assert_eq!(fs::read_to_string(platform.join("boot_id")).expect("there"), "another");
    stage.is_settled();
}
