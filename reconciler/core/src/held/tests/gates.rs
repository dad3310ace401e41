//! What travels with a plan says the same as looking at each moment does.

use jiff::SignedDuration;

use super::*;
use crate::held::{gate, standing};
use crate::plan::plan_computer;
use crate::resolve::{Candidates, Request};

const SOFTWARE: &str = "detect: {file: {path: /s, version: true}}
versions: [{version: \"1\"}]
install: {script: i.sh}
";

/// What is to be done about software s on a computer, and what is made of it.
fn ask<T>(
    windows: &str,
    more: &[(&str, &str)],
    at: Timestamp,
    emergency: bool,
    answer: impl FnOnce(&crate::fleet::Subject<'_>, &Request, &crate::plan::Action) -> T,
) -> T {
    let mut snapshot = snapshot(windows);
    let mut add = |path: &str, text: &str| {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        let id = Some(path.into());
        snapshot.entries.insert(path.into(), Entry { mode: Mode::File, id, content });
    };
    add("software/s/software.yaml", SOFTWARE);
    add("software/s/i.sh", "");
    add("deployments/s.yaml", "name: s\nsoftware: s\ntarget: {all: true}\n");
    for (path, text) in more {
        add(path, text);
    }
    let loaded = load(&snapshot, at);
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let facts = "computers: [{name: pc, tenant: oslo, software: {}}]
rollouts: [{item: software/s, started: 2026-04-14T00:00:00Z}]
";
    let (inventory, faults) = ordain_schema::inventory("i.yaml", facts.as_bytes());
    assert_eq!(faults, []);
    let fleet = Fleet::new(inventory);
    let world = World::new(&loaded.policy, &fleet, at);
    let (subject, candidates) = (world.subject(0), Candidates::new(&world));
    let request = Request { emergency, ..Request::default() };
    let plan = plan_computer(&subject, &candidates, &request).expect("it is not excluded");
    let action = plan.actions.iter().find(|action| action.item == Item::software("s"));
    answer(&subject, &request, action.expect("the software is planned"))
}

/// The moments at which a gate changes, with what holds from then on.
fn shape(windows: &str, more: &[(&str, &str)], at: &str, emergency: bool) -> Vec<String> {
    let gate = ask(windows, more, moment(at), emergency, |subject, request, action| {
        gate(subject, request, &[action])
    });
    let stretches = gate.map_or_else(Vec::new, |gate| gate.stretches);
    let lines = stretches.iter().map(|stretch| {
        let by: Vec<_> = stretch.held_by.iter().map(|hold| hold.what.as_str()).collect();
        let by = if by.is_empty() { "open".to_owned() } else { by.join(" ") };
        let until = stretch.until.map_or("for ever".to_owned(), |until| until.to_string());
        format!("{by} until {until}{}", if stretch.stops { ", stops" } else { "" })
    });
    lines.collect()
}

const NIGHT: &str = "name: night\nallow: true\ncron: 0 22 * * *\nduration: 6h\n";

#[test]
fn a_gate_follows_windows_over_the_days() {
    let found = shape(NIGHT, &[], "2026-04-14T12:00:00Z", false);
    assert_eq!(
        found[..3],
        [
            "windows/night until 2026-04-14T20:00:00Z",
            "open until 2026-04-15T02:00:00Z",
            "windows/night until 2026-04-15T20:00:00Z",
        ]
    );
    assert!((15..=18).contains(&found.len()), "eight days: {found:#?}");
    assert_eq!(shape(NIGHT, &[], "2026-04-14T12:00:00Z", true), Vec::<String>::new());
    let gone = "name: w\ndeny: true\nto: 2026-01-01\n";
    assert_eq!(shape(gone, &[], "2026-04-14T12:00:00Z", false), Vec::<String>::new());
}

#[test]
fn without_overrun_the_end_of_a_window_stops() {
    let strict = format!(
        "{NIGHT}overrun: false\n---\nname: lunch\ndeny: true\ncron: 0 23 * * *\nduration: 1h\n"
    );
    let found = shape(&strict, &[], "2026-04-14T20:30:00Z", false);
    assert_eq!(
        found[..4],
        [
            "open until 2026-04-14T21:00:00Z",
            "windows/lunch until 2026-04-14T22:00:00Z",
            "open until 2026-04-15T02:00:00Z",
            "windows/night until 2026-04-15T20:00:00Z, stops",
        ]
    );
}

#[test]
fn rings_and_business_hours_hold_too() {
    let rings = "name: s
software: s
target: {all: true}
rollout: {rings: [{tag: pilot, soak: 2d}, {percent: 100}]}
";
    let tag = ("tenants/oslo/tenant.yaml", "timezone: Europe/Oslo\ntags: []\n");
    let more = [("deployments/s.yaml", rings), tag];
    let none = "name: w\ndeny: true\nto: 2026-01-01\n";
    for emergency in [false, true] {
        assert_eq!(
            shape(none, &more, "2026-04-14T20:30:00Z", emergency)[..1],
            ["ring 2 until 2026-04-16T00:00:00Z"]
        );
    }
    let hours = (
        "tenants/oslo/tenant.yaml",
        "timezone: Europe/Oslo\nbusinessHours: {start: \"08:00\", end: \"17:00\"}\n",
    );
    let needs = format!("{SOFTWARE}rebootNeeded: true\n");
    let more = [("software/s/software.yaml", needs.as_str()), hours];
    // 2026-04-17 is a Friday.
    assert_eq!(
        shape(none, &more, "2026-04-17T10:00:00Z", false)[..3],
        [
            "business-hours until 2026-04-17T15:00:00Z",
            "open until 2026-04-20T06:00:00Z",
            "business-hours until 2026-04-20T15:00:00Z",
        ]
    );
}

/// At every hour of the week a gate says what `explain` says of that hour.
#[test]
fn a_gate_says_what_each_moment_says() {
    let both = format!(
        "{NIGHT}---\nname: patch\nallow: true\ncron: 30 9 * * TUE\nduration: 90m\ntimezone: computer\n---\nname: freeze\ndeny: true\nfrom: 2026-04-16\nto: 2026-04-17\n"
    );
    let start = moment("2026-04-13T07:15:00Z");
    let gate =
        ask(&both, &[], start, false, |subject, request, action| gate(subject, request, &[action]));
    let gate = gate.expect("windows hold");
    for hour in 0..24 * 7 {
        let at = start + SignedDuration::from_mins(hour * 60);
        let said = ask(&both, &[], at, false, |subject, request, action| {
            standing(subject, request, action).held_by
        });
        let said: Vec<_> = said.iter().map(|held| held.what.as_str()).collect();
        let holding = gate.holding(at);
        let by = holding
            .as_ref()
            .map_or_else(Vec::new, |one| one.by.iter().map(|hold| hold.what.as_str()).collect());
        assert_eq!(by, said, "at {at}");
    }
}
