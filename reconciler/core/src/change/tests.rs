//! What a file of `lib/`, and a computed value, concern.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::{ComputerFacts, Inventory};
use ordain_schema::{Content, Entry, Mode, Severity, Snapshot};

use super::{Changed, touched, woken, woken_for};
use crate::diff::diff;
use crate::fleet::{Fleet, World};
use crate::load::load;
use crate::plan::plan;
use crate::resolve::Request;

const REPOSITORY: &str = "=== ordain.yaml
apiVersion: ordain/v1
kind: Repository
name: r
=== tenants/c/tenant.yaml
{kind: Tenant, name: c, slug: see}
=== tenants/d/tenant.yaml
{kind: Tenant, name: d, slug: dee}
=== tasks/a/task.yaml
kind: Task
name: a
test: {script: t.sh, use: [lib/one.sh]}
set: {script: t.sh}
parameters: {host: {type: string, default: {cel: tenant.slug + computer.name}}}
=== tasks/a/t.sh
=== tasks/b/task.yaml
kind: Task
name: b
use: [lib/two.sh]
script: t.sh
=== tasks/b/t.sh
=== lib/one.sh
one
=== lib/two.sh
two
=== deployments/all.yaml
{kind: Deployment, name: a, task: a, target: {tag: a}}
--- {kind: Deployment, name: b, task: b, target: {all: true}}
--- {kind: Deployment, name: b-not, task: b, state: ignored, target: {computer: d1}}
";

fn snapshot(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for section in text.split("=== ").skip(1) {
        let (path, body) = section.split_once('\n').expect("a path and a text");
        let body = body.replace("--- ", "---\n");
        let content = Content::Bytes(Arc::from(body.as_bytes()));
        let id = Some(format!("{body:?}").into());
        snapshot.entries.insert(path.into(), Entry { mode: Mode::File, id, content });
    }
    snapshot
}

/// What a change makes `diff` say, one line for each change, and who is woken.
fn said(from: &str, to: &str) -> (String, Vec<String>) {
    let now: Timestamp = "2026-04-14T10:00:00Z".parse().expect("a time");
    let sides = [REPOSITORY.to_owned(), REPOSITORY.replacen(from, to, 1)].map(|text| {
        let loaded = load(&snapshot(&text), now);
        let errors = loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error);
        assert_eq!(errors.count(), 0, "{:?}", loaded.diagnostics);
        loaded.policy
    });
    let computer = |tenant: &str, name: &str, tags: &[&str]| ComputerFacts {
        name: name.into(),
        tenant: tenant.into(),
        tags: tags.iter().map(|tag| (*tag).into()).collect(),
        tasks: [("a".into(), true), ("b".into(), true)].into(),
        ..ComputerFacts::default()
    };
    let computers =
        vec![computer("c", "c1", &["a"]), computer("d", "d1", &["a"]), computer("d", "d2", &[])];
    let fleet = Fleet::new(Inventory { computers, ..Inventory::default() });
    let [old, new] = [0, 1].map(|side: usize| World::new(&sides[side], &fleet, now));
    let request = Request::default();
    let plans = [0, 1].map(|side: usize| plan(&sides[side], &fleet, &request, now));
    let changed = Changed::between(&sides[0], &sides[1]);
    let known: u64 = 3;
    let mut lines = String::new();
    for one in diff((&old, &plans[0]), (&new, &plans[1]), known).computers {
        for change in one.changes {
            let (files, values) = (change.files.join(","), change.parameters.join(","));
            writeln!(lines, "{} {} files={files} values={values}", one.computer, change.item)
                .expect("a text takes any text");
        }
    }
    let woken = woken(&old, &new, &changed);
    assert!(woken.is_subset(&touched(&old, &new, &changed, &request)));
    let places = |item: &str| woken_for(&old, &new, &changed, Some(item));
    for item in ["task/a", "task/b"] {
        let silent = lines.is_empty() || lines.contains(item);
        assert!(silent || places(item).is_empty(), "{item} has not changed: {lines}");
    }
    assert_eq!(places("task/a") | places("task/b"), woken, "each by one of its items");
    let name = |place: u32| new.subject(place as usize).facts.name.clone();
    (lines, woken.iter().map(name).collect())
}

#[test]
fn a_file_of_the_library_concerns_every_item_that_uses_it() {
    let (diff, woken) = said("\none\n", "\none more\n");
    assert_eq!(diff, "c1 task/a files=lib/one.sh values=\nd1 task/a files=lib/one.sh values=\n");
    assert_eq!(woken, ["c1", "d1"]);
    let (diff, woken) = said("\ntwo\n", "\ntwo more\n");
    assert_eq!(diff, "c1 task/b files=lib/two.sh values=\nd2 task/b files=lib/two.sh values=\n");
    assert_eq!(woken, ["c1", "d1", "d2"]);
}

#[test]
fn another_file_of_the_library_is_a_change() {
    let (diff, _) = said("use: [lib/two.sh]", "use: [lib/one.sh, lib/two.sh]");
    assert_eq!(diff, "c1 task/b files=lib/one.sh values=\nd2 task/b files=lib/one.sh values=\n");
}

#[test]
fn a_computed_value_changes_with_what_it_is_computed_from() {
    let (diff, woken) = said("slug: see", "slug: sea");
    assert_eq!(diff, "c1 task/a files= values=host\n");
    assert_eq!(woken, ["c1"]);
    let (diff, woken) = said("tenant.slug + computer.name", "computer.name");
    assert_eq!(diff, "c1 task/a files= values=host\nd1 task/a files= values=host\n");
    assert_eq!(woken, ["c1", "d1"]);
    let (diff, woken) = said("tenant.slug + computer.name", "tenant.slug + computer.name + ''");
    assert_eq!((diff.as_str(), woken.len()), ("", 2), "the task is another, its value is not");
}
