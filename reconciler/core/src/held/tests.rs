//! Windows, rings and business hours, over a small repository.

mod gates;
mod rollouts;

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::{ComputerFacts, Inventory};
use ordain_schema::{Content, Entry, Mode, Severity, Snapshot};

use super::{next_opening, opens, ring_number, windows};
use crate::fleet::{Fleet, World};
use crate::item::Item;
use crate::load::load;

fn snapshot(windows: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let files = [
        ("ordain.yaml", "apiVersion: ordain/v1\nname: r\ntimezone: Etc/UTC\n"),
        ("tenants/oslo/tenant.yaml", "timezone: Europe/Oslo\n"),
        ("tenants/chicago/tenant.yaml", "timezone: America/Chicago\n"),
        ("tenants/oslo/windows/w.yaml", "name: w\ndeny: true\nfrom: 2040-01-01\n"),
        ("software/s/software.yaml", "detect: {file: {path: /s, version: true}}\n"),
        ("tasks/t/task.yaml", "test: {script: t.sh}\n"),
        ("tasks/t/t.sh", ""),
        ("windows/w.yaml", windows),
    ];
    for (path, text) in files {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        let id = Some(path.into());
        snapshot.entries.insert(path.into(), Entry { mode: Mode::File, id, content });
    }
    snapshot
}

fn moment(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

/// What holds software s back on a computer of a tenant, and when it may go on.
fn held(text: &str, tenant: &str, at: &str) -> String {
    of_item(text, tenant, &Item::software("s"), at)
}

fn of_item(text: &str, tenant: &str, item: &Item, at: &str) -> String {
    let at = moment(at);
    let loaded = load(&snapshot(text), at);
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let facts = serde_json::json!({"timezone": "Asia/Kolkata"});
    let computer = ComputerFacts {
        name: "pc".into(),
        tenant: tenant.into(),
        facts: facts.as_object().cloned(),
        ..ComputerFacts::default()
    };
    let fleet = Fleet::new(Inventory { computers: vec![computer], ..Inventory::default() });
    let world = World::new(&loaded.policy, &fleet, at);
    let subject = world.subject(0);
    let found = windows(&subject, item, at);
    let until = |until: Option<Timestamp>| until.map_or("for ever".into(), |at| at.to_string());
    let lines =
        found.held_by.iter().map(|held| format!("{} until {}", held.what, until(held.until)));
    let missing = found.unknown.iter().map(|missing| format!("unknown {}", missing.fact));
    let all: Vec<String> = lines.chain(missing).collect();
    match next_opening(&subject, item, at) {
        Some(next) if next == at => format!("open {}", all.join("; ")).trim_end().to_owned(),
        next => format!("{}; opens {}", all.join("; "), until(next).replace("for ever", "never")),
    }
}

#[test]
fn a_window_opens_by_cron_for_a_while() {
    let nightly = "name: nightly\nallow: true\ncron: 0 22 * * *\nduration: 6h\n";
    let at = |at| held(nightly, "oslo", at);
    let closed = "windows/nightly until 2026-04-14T20:00:00Z; opens 2026-04-14T20:00:00Z";
    assert_eq!(at("2026-04-14T19:59:59Z"), closed);
    assert_eq!(at("2026-04-14T20:00:00Z"), "open");
    assert_eq!(at("2026-04-15T01:59:59Z"), "open");
    let next = "windows/nightly until 2026-04-15T20:00:00Z; opens 2026-04-15T20:00:00Z";
    assert_eq!(at("2026-04-15T02:00:00Z"), next);
}

#[test]
fn the_clock_is_the_tenants_the_computers_or_a_zones() {
    let zoned = |zone: &str| {
        format!("name: w\ndeny: true\ncron: 0 9 * * *\nduration: 1h\ntimezone: {zone}\n")
    };
    let cases = [
        ("tenant", "oslo", "2026-01-14T08:30:00Z"),
        ("tenant", "chicago", "2026-01-14T15:30:00Z"),
        ("computer", "oslo", "2026-01-14T03:45:00Z"),
        ("Asia/Tokyo", "oslo", "2026-01-14T00:30:00Z"),
    ];
    for (zone, tenant, at) in cases {
        let found = held(&zoned(zone), tenant, at);
        assert!(found.starts_with("windows/w until 2026-01-14T"), "{zone}: {found}");
        for (other, other_tenant, _) in cases {
            if (other, other_tenant) != (zone, tenant) {
                assert_eq!(held(&zoned(other), other_tenant, at), "open", "{other} at {at}");
            }
        }
    }
}

#[test]
fn deny_wins_over_allow_and_one_allow_is_enough() {
    let both = "
name: day
allow: true
cron: 0 8 * * *
duration: 8h
---
name: evening
allow: true
cron: 0 18 * * *
duration: 4h
---
name: lunch
deny: true
cron: 0 12 * * *
duration: 1h
";
    let at = |at| held(both, "nowhere", at);
    assert_eq!(at("2026-04-14T09:00:00Z"), "open");
    assert_eq!(
        at("2026-04-14T12:30:00Z"),
        "windows/lunch until 2026-04-14T13:00:00Z; opens 2026-04-14T13:00:00Z"
    );
    assert_eq!(
        at("2026-04-14T17:00:00Z"),
        "windows/day until 2026-04-15T08:00:00Z; windows/evening until 2026-04-14T18:00:00Z; \
         opens 2026-04-14T18:00:00Z"
    );
}

fn in_oslo(window: &str, at: &str, expected: &str) {
    assert_eq!(held(window, "oslo", at), expected, "{at}");
}

#[test]
fn dates_are_whole_days_of_the_zone() {
    let freeze = "name: freeze\ndeny: true\nfrom: 2026-12-20\nto: 2027-01-03\n";
    let at = |at| held(freeze, "oslo", at);
    assert_eq!(at("2026-12-19T22:59:59Z"), "open");
    let frozen = "windows/freeze until 2027-01-03T23:00:00Z; opens 2027-01-03T23:00:00Z";
    assert_eq!(at("2026-12-19T23:00:00Z"), frozen);
    assert_eq!(at("2027-01-03T22:59:59Z"), frozen);
    assert_eq!(at("2027-01-03T23:00:00Z"), "open");
    let for_good = "name: end\ndeny: true\nfrom: 2026-12-20\n";
    in_oslo(for_good, "2030-01-01T00:00:00Z", "windows/end until for ever; opens never");
    let past = "name: once\nallow: true\nto: 2026-01-01\n";
    in_oslo(past, "2026-01-02T00:00:00Z", "windows/once until for ever; opens never");
}

#[test]
fn hours_that_clocks_skip_or_repeat() {
    // Oslo: 02:00 to 03:00 is skipped on 2026-03-29 and comes twice on 2026-10-25.
    let night = "name: n\ndeny: true\ncron: 30 2 * * *\nduration: 1h\n";
    let at = |at| held(night, "oslo", at);
    let skipped: Vec<bool> = ["00:59", "01:00", "01:45", "02:45"]
        .iter()
        .map(|clock| held(night, "oslo", &format!("2026-03-29T{clock}:00Z")) == "open")
        .collect();
    // Made up for once, at some moment of the hour that follows the gap.
    assert!(skipped[0] && skipped[3] && skipped.contains(&false), "{skipped:?}");
    assert_eq!(at("2026-10-25T00:29:59Z"), "open");
    assert_eq!(
        at("2026-10-25T00:30:00Z"),
        "windows/n until 2026-10-25T01:30:00Z; opens 2026-10-25T01:30:00Z"
    );
    assert_eq!(at("2026-10-25T01:30:00Z"), "open");
    // A window lasts as long as it says, whatever the clocks do meanwhile.
    let long = "name: l\ndeny: true\ncron: 0 22 * * *\nduration: 8h\n";
    in_oslo(
        long,
        "2026-03-28T22:00:00Z",
        "windows/l until 2026-03-29T05:00:00Z; opens 2026-03-29T05:00:00Z",
    );
    // A day has 23 or 25 hours.
    let day = "name: d\ndeny: true\nfrom: 2026-10-25\nto: 2026-10-25\n";
    in_oslo(
        day,
        "2026-10-24T22:00:00Z",
        "windows/d until 2026-10-25T23:00:00Z; opens 2026-10-25T23:00:00Z",
    );
}

#[test]
fn openings_that_overlap_are_one() {
    let hourly = "name: h\ndeny: true\ncron: 0 8-11 * * *\nduration: 90m\n";
    assert_eq!(
        held(hourly, "nowhere", "2026-04-14T08:10:00Z"),
        "windows/h until 2026-04-14T12:30:00Z; opens 2026-04-14T12:30:00Z"
    );
    let always = "name: a\ndeny: true\ncron: 0 * * * *\nduration: 1h\n";
    assert_eq!(
        held(always, "nowhere", "2026-04-14T08:10:00Z"),
        "windows/a until for ever; opens never"
    );
}

#[test]
fn the_second_tuesday_and_five_days() {
    let patch = "
name: patch
allow: true
nth: 2
weekday: TUE
plus: 5d
at: \"22:00\"
duration: 8h
";
    let at = |at| held(patch, "nowhere", at);
    // April 2026: the second Tuesday is the 14th.
    assert_eq!(at("2026-04-19T22:00:00Z"), "open");
    assert_eq!(at("2026-04-20T05:59:59Z"), "open");
    assert_eq!(
        at("2026-04-20T06:00:00Z"),
        "windows/patch until 2026-05-17T22:00:00Z; opens 2026-05-17T22:00:00Z"
    );
    let late = "name: late\nallow: true\nnth: 5\nweekday: SAT\nplus: 40d\nduration: 1h\n";
    // The fifth Saturday of May 2026 is the 30th; June and July have none.
    assert_eq!(
        held(late, "nowhere", "2026-07-09T01:00:00Z"),
        "windows/late until 2026-10-08T00:00:00Z; opens 2026-10-08T00:00:00Z"
    );
    assert_eq!(held(late, "nowhere", "2026-07-09T00:30:00Z"), "open");
}

#[test]
fn windows_of_some_items_and_some_computers() {
    let some = "
name: s
deny: true
from: 2026-01-01
items: [s]
---
name: t
deny: true
from: 2026-01-01
items: [{task: t}]
---
name: one
deny: true
from: 2026-01-01
items: [\"task/t#one\"]
---
name: other
deny: true
from: 2026-01-01
target: {computer: elsewhere}
";
    let at = "2026-04-14T00:00:00Z";
    let of = |item: &str| of_item(some, "nowhere", &item.parse().expect("an item"), at);
    assert_eq!(of("software/s"), "windows/s until for ever; opens never");
    assert_eq!(of("task/t"), "windows/t until for ever; opens never");
    assert_eq!(
        of("task/t#one"),
        "windows/one until for ever; windows/t until for ever; opens never"
    );
}

#[test]
fn a_tenants_window_reaches_its_own_computers() {
    let both = "name: w\ndeny: true\nfrom: 2040-01-01\n";
    let at = |tenant| held(both, tenant, "2040-04-14T00:00:00Z");
    assert_eq!(at("chicago"), "windows/w until for ever; opens never");
    assert_eq!(
        at("oslo"),
        "tenants/oslo/windows/w until for ever; windows/w until for ever; opens never"
    );
}

#[test]
fn what_is_not_known_holds_nothing() {
    let servers = "name: w\ndeny: true\nfrom: 2026-01-01\ntarget: {all: true, only: servers}\n";
    assert_eq!(held(servers, "nowhere", "2026-04-14T00:00:00Z"), "open unknown computer.chassis");
}

#[test]
fn numbers_of_computers() {
    // From `printf 'contoso/pc-01\nsoftware/chrome' | sha256sum`, and so on.
    let numbers = [
        ("contoso/pc-01", "software/chrome"),
        ("contoso/pc-02", "software/chrome"),
        ("contoso/pc-01", "task/printer#front"),
    ]
    .map(|(key, item)| ring_number(key, &item.parse().expect("an item")));
    assert_eq!(numbers, [5765, 3605, 672]);
}

#[test]
fn rings_open_once_those_before_have_soaked() {
    let text = "
apiVersion: ordain/v1
name: r
defaults: {rollout: {rings: [{tag: pilot, soak: 2d}, {percent: 10, soak: 4h}, {percent: 100}]}}
";
    let mut snapshot = Snapshot::default();
    let content = Content::Bytes(Arc::from(text.as_bytes()));
    snapshot.entries.insert("ordain.yaml".into(), Entry { mode: Mode::File, id: None, content });
    let loaded = load(&snapshot, moment("2026-04-14T00:00:00Z"));
    let rollout = loaded.policy.rollout(None).expect("a rollout");
    let started = moment("2026-04-14T00:00:00Z");
    let opening =
        |ring| opens(rollout, ring, 1, started).map(|at| at.to_string()).unwrap_or_default();
    assert_eq!(opening(1), "2026-04-14T00:00:00Z");
    assert_eq!(opening(2), "2026-04-16T00:00:00Z");
    assert_eq!(opening(3), "2026-04-16T04:00:00Z");
    assert_eq!(opening(4), "2026-04-16T04:00:00Z");
}
