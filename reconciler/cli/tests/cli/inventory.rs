//! Inventory files: three forms, and what is wrong with them.

use crate::support::{Repository, ordain};

#[test]
fn three_forms_say_the_same() {
    let small = Repository::small();
    let computers = [
        r#"{"name": "pc-1", "tenant": "contoso", "os": {"family": "linux"}, "software": {}}"#,
        r#"{"name": "pc-2", "tenant": "contoso", "os": {"family": "linux"}, "software": {"reader": "1.0", "viewer": "5"}}"#,
    ];
    small.write(
        "fleet.json",
        &format!("{{\"now\": \"2026-03-02T09:00:00Z\", \"computers\": [{}]}}", computers.join(",")),
    );
    let lines = computers
        .iter()
        .map(|one| format!("{{\"computer\": {one}}}\n"))
        .collect::<Vec<_>>()
        .concat();
    small.write("fleet.jsonl", &lines);
    let plan = |file: &str, flags: &[&str]| {
        let mut args = vec!["plan", "--format", "json", "--inventory", file];
        args.extend(flags);
        small.run(&args).exits(0).out
    };
    let yaml = plan("fleet.yaml", &[]);
    assert_eq!(plan("fleet.json", &[]), yaml);
    assert_eq!(plan("fleet.jsonl", &["--now", "2026-03-02T09:00:00Z"]), yaml);
    let piped = std::fs::File::open(small.path().join("fleet.yaml")).unwrap();
    let mut command = ordain(small.path(), &["plan", "--format", "json", "--inventory", "-"]);
    let output = command.stdin(piped).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), yaml);
}

#[test]
fn faults_are_shown_with_their_line_and_are_wrong_usage() {
    let small = Repository::small();
    let cases = [
        ("fleet.yaml", "computers:\n  - {name: pc-1, tenat: contoso}\n", "fleet.yaml:2"),
        ("fleet.yaml", "computers: [\n", "fleet.yaml"),
        ("fleet.json", "{\"computers\": [{\"name\": 1}]}", "fleet.json:1"),
        (
            "fleet.jsonl",
            "{\"computer\": {\"name\": \"a\", \"tenant\": \"t\"}}\nnonsense\n",
            "fleet.jsonl:2",
        ),
        ("fleet.yaml", "now: yesterday\n", "fleet.yaml:1"),
    ];
    for (file, text, place) in cases {
        small.write(file, text);
        let ran = small.run(&["plan", "--inventory", file, "--format", "json"]).exits(2);
        let ran = ran.complains(&[place, "the inventory"]);
        assert_eq!(ran.out, "", "{file}");
    }
}
