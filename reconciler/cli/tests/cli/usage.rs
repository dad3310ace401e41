//! Wrong usage is exit code 2, with what may be meant.

use crate::support::{Repository, run};

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    let small = Repository::small();
    let cases: &[(&[&str], &[&str])] = &[
        (&["plna"], &["plan"]),
        (&["plan", "--inventroy", "fleet.yaml"], &["--inventory"]),
        (&["plan"], &["no inventory was named", "--inventory FILE"]),
        (&["plan", "--inventory", "fleet.yaml", "--session", "onbording"], &["onboarding"]),
        (&["plan", "--inventory", "fleet.yaml", "--session", "item"], &["--item"]),
        (
            &["plan", "--inventory", "fleet.yaml", "--item", "software/redaer"],
            &["did you mean `software/reader`?"],
        ),
        (
            &["plan", "--inventory", "fleet.yaml", "--item", "reader"],
            &["did you mean `software/reader`?"],
        ),
        (
            &["plan", "--inventory", "fleet.yaml", "--deployment", "deployments/viewr.yaml"],
            &["did you mean `deployments/viewer.yaml`?"],
        ),
        (
            &["plan", "--inventory", "fleet.yaml", "--schedule", "nightly"],
            &["no schedule is called `nightly`"],
        ),
        (
            &["plan", "--inventory", "fleet.yaml", "--computer", "pc-3"],
            &["no computer `pc-3`", "did you mean"],
        ),
        (
            &["plan", "--inventory", "fleet.yaml", "--computer", "fabrikam/pc-1"],
            &["no computer `fabrikam/pc-1`"],
        ),
        (&["plan", "--inventory", "fleet.yaml", "--now", "yesterday"], &["RFC 3339"]),
        (&["plan", "--inventory", "fleet.yaml", "--server", "https://x.example"], &["--server"]),
        (
            &[
                "plan",
                "--inventory",
                "fleet.yaml",
                "--item",
                "software/reader",
                "--deployment",
                "x",
            ],
            &["--deployment"],
        ),
        (
            &["explain", "pc-9", "software/reader", "--inventory", "fleet.yaml"],
            &["no computer `pc-9`"],
        ),
        (&["explain", "pc-1", "software/nope", "--inventory", "fleet.yaml"], &["software/nope"]),
        (&["test", ".", "no-such-test"], &["there is no test `no-such-test`"]),
        (&["schema", "Deploymnet"], &["did you mean `Deployment`?"]),
        (&["man", "plna"], &["did you mean `plan`?"]),
        (&["graph", ".", "software/veiwer"], &["did you mean `software/viewer`?"]),
        (&["completions", "tcsh"], &["bash"]),
        (&["enroll", "--tenant", "x", "--expires", "24", "--data", "."], &["30s, 15m, 4h or 7d"]),
        (&["status"], &["--data DIR", "--server URL"]),
        (&["status", "--server", "http://ordain.example"], &["https://"]),
        (&["serve"], &["--repo"]),
    ];
    for (args, parts) in cases {
        let ran = small.run(args).exits(2).complains(parts);
        assert_eq!(ran.out, "", "{args:?} puts nothing on standard output");
    }
}

#[test]
fn without_a_verb_help_is_shown_and_nothing_done() {
    let ran = run(Repository::empty().path(), &[]).exits(2);
    assert!(ran.err.contains("Usage: ordain"), "{ran:?}");
}

#[test]
fn outside_of_a_repository_the_way_in_is_shown() {
    run(Repository::empty().path(), &["validate"])
        .exits(2)
        .complains(&["ordain.yaml", "ordain init"]);
}

#[test]
fn what_cannot_be_read_could_not_be_done() {
    let small = Repository::small();
    small.run(&["validate", "no-such-folder"]).exits(3).complains(&["no-such-folder"]);
    small.run(&["plan", "--inventory", "none.yaml"]).exits(3).complains(&["none.yaml", "hint"]);
    small.run(&["validate", "--rev", "main"]).exits(3).complains(&["not a git repository"]);
    small
        .run(&["status", "--data", "no-such-folder"])
        .exits(3)
        .complains(&["endpoint.json", "ordain serve"]);
    small.run(&["serve", "--config", "none.yaml"]).exits(3).complains(&["none.yaml"]);
}
