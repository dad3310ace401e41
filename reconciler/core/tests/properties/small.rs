//! What random changes have found once, as small as it can be said.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::change::{Changed, touched, woken};
use ordain_core::fleet::{Fleet, World};
use ordain_core::load::load;
use ordain_core::plan::plan;
use ordain_core::policy::Policy;
use ordain_core::resolve::Request;
use ordain_schema::document::{Approval, ComputerFacts, DetectedVersions, Inventory, PersonFacts};
use ordain_schema::{Content, Entry, Mode, Snapshot};

const BASE: &[(&str, &str)] = &[
    ("ordain.yaml", "{apiVersion: ordain/v1, kind: Repository, name: small, timezone: Etc/UTC}"),
    ("tenants/a/tenant.yaml", "{kind: Tenant, name: a}"),
    ("secrets/key.age", "age-encryption.org/v1\n"),
    ("licences/l.yaml", "{kind: Licence, name: l, software: app, key: {secret: key}}"),
    (
        "software/app/software.yaml",
        "kind: Software\nname: app\ndetect: {package: {manager: winget, name: app}}\n\
         versions: [{version: '1.0'}, {version: '2.0'}]\n\
         install: {package: {manager: winget, name: app}}\n",
    ),
];

fn now() -> Timestamp {
    "2026-03-02T12:00:00Z".parse().unwrap()
}

fn policy(files: &[(&str, &str)]) -> Arc<Policy> {
    let mut snapshot = Snapshot::default();
    for (path, text) in BASE.iter().chain(files) {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        let entry = Entry { mode: Mode::File, id: Some(format!("{text:?}").into()), content };
        snapshot.entries.insert((*path).to_owned(), entry);
    }
    let loaded = load(&snapshot, now());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    loaded.policy
}

fn inventory() -> Inventory {
    let computer = ComputerFacts {
        name: "pc".into(),
        tenant: "a".into(),
        software: Some(DetectedVersions::default()),
        ..ComputerFacts::default()
    };
    Inventory { computers: vec![computer], ..Inventory::default() }
}

/// How many computers a change touches, and how many it wakes.
fn counts(before: &[(&str, &str)], after: &[(&str, &str)], inventory: Inventory) -> (u64, u64) {
    let (before, after, fleet) = (policy(before), policy(after), Fleet::new(inventory));
    let changed = Changed::between(&before, &after);
    let (before, after) = (World::new(&before, &fleet, now()), World::new(&after, &fleet, now()));
    let touched = touched(&before, &after, &changed, &Request::default());
    (touched.len(), woken(&before, &after, &changed).len())
}

#[test]
fn a_comment_above_a_deployment_wakes_nobody() {
    let text = "kind: Deployment\nname: d\nsoftware: app\ntarget: {all: true}\n";
    let moved = format!("# why\n\n{text}");
    let at = "deployments/d.yaml";
    assert_eq!(counts(&[(at, text)], &[(at, &moved)], inventory()), (0, 0));
}

#[test]
fn another_licence_under_the_same_name_touches_whoever_has_it() {
    let deployment = "{kind: Deployment, name: d, software: app, licence: l, target: {all: true}}";
    let deployment = ("deployments/d.yaml", deployment);
    let limited =
        "{kind: Licence, name: l, software: app, key: {secret: key}, restrictToMajor: '1'}";
    let after = [deployment, ("licences/l.yaml", limited)];
    assert_eq!(counts(&[deployment], &after, inventory()), (1, 1));
}

#[test]
fn a_deployment_whose_name_changes_with_its_neighbours_loses_its_approval() {
    let one =
        "{kind: Deployment, name: d, software: app, enforcement: optional, target: {all: true}}";
    let two = format!(
        "{one}\n---\n{{kind: Deployment, name: e, software: app, disabled: true, target: {{all: true}}}}\n"
    );
    let at = "deployments/d.yaml";
    let approved = |deployment: String| {
        let approval = Approval { computer: "pc".into(), deployment };
        Inventory { approvals: vec![approval], ..inventory() }
    };
    // The path alone names it only while it stands there alone.
    let by_path = approved(at.to_owned());
    assert_eq!(counts(&[(at, &two)], &[(at, one)], by_path.clone()), (1, 1));
    assert_eq!(counts(&[(at, one)], &[(at, &two)], by_path), (1, 1));
    let by_name = approved(format!("{at}#d"));
    assert_eq!(counts(&[(at, &two)], &[(at, one)], by_name.clone()), (0, 0));
    assert_eq!(counts(&[(at, one)], &[(at, &two)], by_name), (0, 0));
}

#[test]
fn of_several_rows_of_one_person_the_order_decides_nothing() {
    let files = [(
        "deployments/d.yaml",
        "{kind: Deployment, name: d, software: app, target: {directoryGroup: Staff}}",
    )];
    let policy = policy(&files);
    let row = |groups: &[&str]| PersonFacts {
        upn: "ann@a.example".into(),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        ..PersonFacts::default()
    };
    let mut inventory = inventory();
    inventory.computers[0].person = Some("ann@a.example".into());
    inventory.persons = vec![row(&["Staff"]), row(&[])];
    let planned = |inventory: &Inventory| {
        plan(&policy, &Fleet::new(inventory.clone()), &Request::default(), now())
    };
    let one = planned(&inventory);
    inventory.persons.reverse();
    assert_eq!(one, planned(&inventory));
}

#[test]
fn a_script_in_a_folder_of_its_task_is_part_of_it() {
    let with = |text: &'static str| {
        [
            (
                "tasks/t/task.yaml",
                "{kind: Task, name: t, test: {script: parts/test.sh}, set: {script: parts/test.sh}}",
            ),
            ("tasks/t/parts/test.sh", text),
            (
                "tasks/tt/task.yaml",
                "{kind: Task, name: tt, test: {script: x.sh}, set: {script: x.sh}}",
            ),
            ("tasks/tt/x.sh", "true"),
            ("deployments/t.yaml", "{kind: Deployment, name: t, task: t, target: {all: true}}"),
        ]
    };
    assert_eq!(counts(&with("true"), &with("false"), inventory()), (1, 1));
    assert_eq!(counts(&with("true"), &with("true"), inventory()), (0, 0));
}
