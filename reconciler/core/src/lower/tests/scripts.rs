//! What scripts use and are given, what is undone, restarts and what waits.

use super::world::{deployed, looked_at, lowered, told, with};
use crate::item::{Act, Item, Reason};
use crate::order::{Audience, Finding, Found, Pending, Run, RunWhat, What};

/// Task `t` with these further lines, and a deployment of it with those.
fn t(task: &str, deployment: &str) -> String {
    format!(
        "=== lib/one.sh
=== lib/deep/two.sh
=== tasks/t/task.yaml
kind: Task
name: t
{task}
=== tasks/t/test.sh
=== tasks/t/set.sh
=== tasks/t/unset.sh
{}",
        deployed("task", "t", deployment)
    )
}

#[test]
fn what_is_wanted_absent_is_undone_and_tested() {
    let actions =
        "test: {script: test.sh}\nset: {script: set.sh}\nunset: {script: unset.sh, attempts: 4}";
    let there = with(&[], &[("task/t", true)]);
    insta::assert_snapshot!(told(&t(actions, "state: absent"), there), @r#"
    set task/t x4
      set: Sh tasks/t/unset.sh (1800s)
      test: Sh tasks/t/test.sh (300s) -> False
    "#);
    let gone = with(&[], &[("task/t", false)]);
    insta::assert_snapshot!(told(&t(actions, "state: absent"), gone), @"");
}

/// The run of the first work.
fn run_of(text: &str, facts: ordain_schema::document::ComputerFacts) -> Run {
    match lowered(text, facts, &[]).steps.remove(0).works.remove(0).what {
        What::Run(run) => run,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_script_has_its_files_and_its_people() {
    let actions = "context: user
use: [lib/one.sh]
test: {script: test.sh}
set: {script: set.sh, use: [lib/deep/two.sh, lib/one.sh], users: primary}";
    let mut facts = with(&[], &[("task/t", false)]);
    facts.person = Some("Jo@contoso.example".into());
    let run = run_of(&t(actions, ""), facts);
    let RunWhat::Script { library, .. } = run.what else { panic!("{run:?}") };
    let files: Vec<_> = library.iter().map(|file| (&*file.path, &*file.blob)).collect();
    assert_eq!(
        files,
        [("lib/deep/two.sh", "id(lib/deep/two.sh)"), ("lib/one.sh", "id(lib/one.sh)")]
    );
    assert_eq!(run.users, Some(Audience::Primary(Some("jo@contoso.example".into()))));
    let each = actions.replace("primary", "each");
    let run = run_of(&t(&each, ""), with(&[], &[("task/t", false)]));
    assert_eq!(run.users, Some(Audience::Each));
}

#[test]
fn the_contract_of_scripts() {
    let actions = "test: {script: test.sh}
set: {script: set.sh}
parameters:
  host-name: {type: string, default: {cel: computer.name + \"!\"}}
  count: {type: integer, default: {cel: \"1 + 2\"}}";
    let run = run_of(&t(actions, ""), with(&[], &[("task/t", false)]));
    let named: Vec<(&str, &str)> =
        run.environment.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(
        named,
        [
            ("ORDAIN_COMPUTER", "pc-01"),
            ("ORDAIN_ITEM", "task/t"),
            ("ORDAIN_METHOD", "set"),
            ("ORDAIN_PARAM_COUNT", "3"),
            ("ORDAIN_PARAM_HOST_NAME", "pc-01!"),
            ("ORDAIN_REBOOT", "if-needed"),
            ("ORDAIN_TENANT", "contoso"),
        ]
    );
    assert_eq!(run.input.as_deref(), Some(r#"{"count":3,"host-name":"pc-01!"}"#));
}

#[test]
fn what_is_not_known_yet_is_neither_run_nor_failed() {
    let actions = "test: {script: test.sh}
set: {script: set.sh}
parameters: {host: {type: string, default: {cel: computer.serial}}}";
    let facts = with(&[], &[("task/t", false)]);
    insta::assert_snapshot!(told(&t(actions, ""), facts.clone()), @"");
    insta::assert_snapshot!(looked_at(&t(actions, ""), facts), @"");
}

#[test]
fn a_task_that_ends_with_a_reboot_is_tested_after_it() {
    let actions = "test: {script: test.sh}\nset: {script: set.sh}\nrebootAfter: true";
    let facts = with(&[], &[("task/t", false)]);
    insta::assert_snapshot!(told(&t(actions, ""), facts.clone()), @r#"
    set task/t x2
      set: Sh tasks/t/set.sh (1800s)
      post: reboot
      test: Sh tasks/t/test.sh (300s) -> True
    "#);
    let never = t(actions, "")
        + "=== ordain.yaml
apiVersion: ordain/v1
kind: Repository
name: r
defaults: {reboot: suppress}
";
    insta::assert_snapshot!(told(&never, facts.clone()), @r#"
    task/t fails, reboots-suppressed: it needs a reboot, and this session may not reboot the computer now
    none task/t x1
    "#);
    let at_work = t(actions, "")
        + "=== ordain.yaml
apiVersion: ordain/v1
kind: Repository
name: r
defaults: {reboot: force, businessHours: {start: \"08:00\", end: \"18:00\"}}
";
    assert!(told(&at_work, facts.clone()).contains("reboots-suppressed"));
    let after_work = at_work.replace("\"18:00\"", "\"09:00\"");
    assert!(told(&after_work, facts).contains("post: reboot"));
}

#[test]
fn what_waits_for_a_person_is_held_and_has_not_failed() {
    let actions = "context: user\ntest: {script: test.sh}\nset: {script: set.sh}";
    let found = Finding { item: Item::task("t"), found: Found::Pending(Pending::LoggedOn) };
    let lowered = lowered(&t(actions, ""), with(&[], &[("task/t", false)]), &[found]);
    let row = &lowered.rows[0];
    assert_eq!((row.action, row.reason, row.failed), (Act::None, Reason::Unknown, false));
    assert_eq!((row.pending, lowered.steps.len()), (Some(Pending::LoggedOn), 0));
}
