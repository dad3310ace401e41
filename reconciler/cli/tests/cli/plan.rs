//! `ordain plan`.

use serde_json::{Value, json};

use crate::support::Repository;

fn plan(small: &Repository, flags: &[&str]) -> Value {
    let mut args = vec!["plan", "--inventory", "fleet.yaml", "--format", "json"];
    args.extend(flags);
    small.run(&args).exits(0).json()
}

fn items(plan: &Value, computer: &str) -> Vec<String> {
    let rows = plan["computers"].as_array().unwrap().iter().find(|row| row["computer"] == computer);
    let rows = rows.map_or(&Value::Null, |row| &row["actions"]);
    rows.as_array()
        .into_iter()
        .flatten()
        .map(|row| format!("{} {}", row["action"].as_str().unwrap(), row["item"].as_str().unwrap()))
        .collect()
}

#[test]
fn the_json_is_that_of_the_contract() {
    let plan = plan(&Repository::small(), &[]);
    let expected = json!({
        "revision": null, "session": "maintenance", "now": "2026-03-02T09:00:00Z",
        "computers": [
            {
                "computer": "pc-1", "tenant": "contoso",
                "actions": [
                    {
                        "item": "software/reader", "action": "install", "reason": "software-missing",
                        "from": null, "to": "2.0", "by": "software/viewer/software.yaml", "line": 1,
                        "because": "prerequisite-of software/viewer", "waitsFor": [],
                        "phase": "main", "failed": false,
                    },
                    {
                        "item": "software/viewer", "action": "install", "reason": "software-missing",
                        "from": null, "to": "5", "by": "deployments/viewer.yaml", "line": 1,
                        "because": null, "waitsFor": ["software/reader"], "phase": "main", "failed": false,
                    },
                ],
                "shadowed": [], "conflicts": [], "unknown": [],
            },
            {
                "computer": "pc-2", "tenant": "contoso",
                "actions": [
                    {
                        "item": "software/viewer", "action": "none", "reason": "up-to-date",
                        "from": "5", "to": null, "by": "deployments/viewer.yaml", "line": 1,
                        "because": null, "waitsFor": [], "phase": "main", "failed": false,
                    },
                ],
                "shadowed": [], "conflicts": [], "unknown": [],
            },
        ],
        "tenants": [],
        "totals": {
            "computers": 2, "install": 2, "update": 0, "uninstall": 0, "downgrade": 0,
            "repair": 0, "set": 0, "none": 1, "failed": 0, "conflicts": 0,
        },
    });
    assert_eq!(plan, expected);
}

#[test]
fn flags_narrow_what_is_planned() {
    let small = Repository::small();
    let one = plan(&small, &["--computer", "pc-2"]);
    assert_eq!((one["totals"]["computers"].clone(), items(&one, "pc-1").len()), (json!(1), 0));
    assert_eq!(
        plan(&small, &["--computer", "contoso/pc-1", "--computer", "pc-2"])["totals"]["computers"],
        2
    );
    let item = plan(&small, &["--item", "software/reader"]);
    assert_eq!(item["session"], "item");
    let deployment = plan(&small, &["--deployment", "deployments/viewer.yaml"]);
    assert_eq!(deployment["session"], "item");
    assert_eq!(items(&deployment, "pc-1"), ["install software/reader", "install software/viewer"]);
    let changes = plan(&small, &["--changes-only"]);
    assert_eq!(items(&changes, "pc-2"), Vec::<String>::new());
    assert_eq!(changes["totals"]["none"], 1, "totals count everything");
    assert_eq!(plan(&small, &["--session", "onboarding"])["session"], "onboarding");
    assert_eq!(
        plan(&small, &["--now", "2027-01-01T00:00:00+01:00"])["now"],
        "2026-12-31T23:00:00Z"
    );
}

#[test]
fn the_counts_alone_are_those_of_the_plan() {
    let small = Repository::small();
    let (whole, counts) = (plan(&small, &[]), plan(&small, &["--totals"]));
    let expected = json!({
        "revision": null, "session": "maintenance", "now": "2026-03-02T09:00:00Z",
        "totals": whole["totals"],
    });
    assert_eq!(counts, expected);
    let people = small.run(&["plan", "--inventory", "fleet.yaml", "--totals"]).exits(0);
    assert_eq!(people.out.lines().count(), 1, "{}", people.out);
}

#[test]
fn a_schedule_is_named_in_three_ways() {
    let small = Repository::small();
    let text = "kind: Schedule\nname: dawn\ntarget: {computer: pc-1}\nwhen: {cron: 10 5 * * *}\nitem: software/reader\n";
    small.write("schedules/dawn.yaml", text);
    small.write("tenants/contoso/schedules/dusk.yaml", &text.replace("dawn", "dusk"));
    for (name, reached) in [
        ("dawn", 1),
        ("schedules/dawn.yaml", 1),
        ("contoso/dusk", 1),
        ("dusk", 1),
        ("tenants/contoso/schedules/dusk.yaml", 1),
    ] {
        let plan = plan(&small, &["--schedule", name]);
        assert_eq!(plan["session"], "maintenance");
        assert_eq!(plan["totals"]["computers"], reached, "{name}");
    }
    small.write("tenants/contoso/schedules/dawn.yaml", text);
    small
        .run(&["plan", "--inventory", "fleet.yaml", "--schedule", "dawn"])
        .exits(2)
        .complains(&["several schedules", "contoso/dawn"]);
}

#[test]
fn people_see_symbols_versions_and_totals() {
    let out = Repository::small().run(&["plan", "--inventory", "fleet.yaml"]).exits(0).out;
    for part in [
        "contoso/pc-1",
        "+",
        "software/viewer",
        "install",
        "deployments/viewer.yaml:1",
        "2 computers, 2 to install, 1 unchanged",
    ] {
        assert!(out.contains(part), "`{part}` is not shown:\n{out}");
    }
    let out = Repository::small()
        .run(&["plan", "--inventory", "fleet.yaml", "--changes-only"])
        .exits(0)
        .out;
    assert!(out.contains("1 computer with nothing to do") && !out.contains("pc-2"), "{out}");
}

#[test]
fn conflicts_and_failures_are_findings() {
    let small = Repository::small();
    small.write("deployments/never.yaml", "kind: Deployment\nname: never\nsoftware: viewer\nversion: \"=9\"\npriority: 1\ntarget: {computer: pc-1}\n");
    let ran = small.run(&["plan", "--inventory", "fleet.yaml"]).exits(1);
    assert!(
        ran.out.contains("no-applicable-version") && ran.out.contains("1 known to fail"),
        "{}",
        ran.out
    );
    small.write("deployments/never.yaml", "kind: Deployment\nname: never\nsoftware: viewer\nstate: absent\ntarget: {all: true}\nonly: servers\n".replace("\nonly: servers", "").as_str());
    small.run(&["plan", "--inventory", "fleet.yaml"]).exits(1);
}

#[test]
fn an_invalid_policy_is_shown_and_not_planned() {
    let small = Repository::small();
    small.write(
        "deployments/bad.yaml",
        "kind: Deployment\nname: bad\nsoftware: nope\ntarget: {all: true}\n",
    );
    let report =
        small.run(&["plan", "--inventory", "fleet.yaml", "--format", "json"]).exits(1).json();
    assert_eq!(report["diagnostics"][0]["code"], "unknown-reference");
    let out = small.run(&["plan", "--inventory", "fleet.yaml"]).exits(1).out;
    assert!(out.contains("deployments/bad.yaml:3"), "{out}");
}

#[test]
fn a_commit_can_be_planned() {
    let small = Repository::small();
    small.commit("first");
    let plan = plan(&small, &["--rev", "HEAD"]);
    assert_eq!(plan["revision"].as_str().map(str::len), Some(40));
}

#[test]
fn lines_are_computers() {
    let lines = Repository::small()
        .run(&["plan", "--inventory", "fleet.yaml", "--format", "jsonl"])
        .exits(0)
        .lines();
    assert_eq!(
        lines.iter().map(|line| line["computer"].as_str().unwrap()).collect::<Vec<_>>(),
        ["pc-1", "pc-2"]
    );
}

#[test]
fn a_deployment_is_named_by_its_path_or_by_path_and_name() {
    let small = Repository::small();
    let both = "name: a\nsoftware: viewer\ntarget: {computer: pc-1}\n---\nname: b\nsoftware: reader\ntarget: {computer: pc-2}\n";
    small.write("deployments/both.yaml", both);
    let plan = |name: &str| {
        small.run(&["plan", "--inventory", "fleet.yaml", "--format", "json", "--deployment", name])
    };
    plan("deployments/both.yaml")
        .exits(2)
        .complains(&["deployments/both.yaml#a", "deployments/both.yaml#b"]);
    plan("deployments/both.yaml:5").exits(2);
    for name in
        ["deployments/both.yaml#b", "deployments/viewer.yaml", "deployments/viewer.yaml#viewer"]
    {
        assert_eq!(plan(name).exits(0).json()["session"], "item", "{name}");
    }
}
