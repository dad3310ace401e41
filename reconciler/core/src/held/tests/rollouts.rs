//! Rollouts: when rings open, what halts them, and what makes another one of them.

use super::*;
use crate::held::{declared, standing};
use crate::plan::plan_computer;
use crate::resolve::{Candidates, Request};

const RINGS: &str = "name: s
software: s
target: {all: true}
rollout: {rings: [{percent: 0, soak: 2d}, {percent: 0, soak: 1d}, {percent: 100}], haltAt: 5%}
";
const SOFTWARE: &str = "detect: {file: {path: /s, version: true}}
versions: [{version: \"1\"}]
install: {script: i.sh}
";

fn loaded(files: &[(&str, &str)]) -> crate::load::Loaded {
    let mut snapshot = snapshot("name: w\ndeny: true\nto: 2026-01-01\n");
    let base = [
        ("software/s/software.yaml", SOFTWARE),
        ("software/s/i.sh", "one"),
        ("deployments/s.yaml", RINGS),
    ];
    for (path, text) in base.iter().chain(files) {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        let id = Some(format!("blob of {text}").into());
        snapshot.entries.insert((*path).into(), Entry { mode: Mode::File, id, content });
    }
    let loaded = load(&snapshot, moment("2026-04-14T00:00:00Z"));
    let errors: Vec<_> =
        loaded.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    loaded
}

/// What holds the computer's ring, the third, back at a moment of a rollout.
fn ring(rollouts: &str, at: &str) -> String {
    let loaded = loaded(&[]);
    let facts = format!(
        "computers: [{{name: pc, tenant: oslo, software: {{}}}}]\nrollouts: [{rollouts}]\n"
    );
    let (inventory, faults) = ordain_schema::inventory("i.yaml", facts.as_bytes());
    assert_eq!(faults, []);
    let fleet = Fleet::new(inventory);
    let world = World::new(&loaded.policy, &fleet, moment(at));
    let (subject, request) = (world.subject(0), Request::default());
    let candidates = Candidates::new(&world);
    let plan = plan_computer(&subject, &candidates, &request).expect("it is not excluded");
    let held = standing(&subject, &request, &plan.actions[0]).held_by;
    let line = |held: &crate::held::Held| {
        let until = held.until.map_or("for ever".to_owned(), |until| until.to_string());
        format!("{} until {until}", held.what)
    };
    held.iter().map(line).collect::<Vec<_>>().join("; ")
}

#[test]
fn rings_open_by_what_the_rollout_says() {
    let facts = |more: &str| format!("{{item: software/s, started: 2026-04-14T00:00:00Z{more}}}");
    let at = "2026-04-15T12:00:00Z";
    for (more, expected) in [
        ("", "ring 3 until 2026-04-17T00:00:00Z"),
        // The second ring was let go at that moment.
        (", ring: 2", ""),
        (", ring: 2, halted: 3", "ring 3 until for ever"),
        (", halted: 1", "ring 3 until for ever"),
        (", deployment: deployments/s.yaml", "ring 3 until 2026-04-17T00:00:00Z"),
        (", deployment: deployments/s.yaml#s", "ring 3 until 2026-04-17T00:00:00Z"),
        (", deployment: deployments/other.yaml", ""),
        (", version: \"1\"", "ring 3 until 2026-04-17T00:00:00Z"),
        (", version: \"2\"", ""),
    ] {
        assert_eq!(ring(&facts(more), at), expected, "{more}");
    }
    let version = ", version: \"1\", ring: 3";
    let both = format!("{}, {}", facts(""), facts(version));
    assert_eq!(ring(&both, at), "", "what says more counts");
}

#[test]
fn what_is_rolled_out_makes_a_rollout() {
    let content = |files: &[(&str, &str)]| {
        let loaded = loaded(files);
        let all = declared(&loaded.policy);
        let [one] = &all[..] else { panic!("one rollout: {all:#?}") };
        assert_eq!((one.name.as_str(), one.item.as_str()), ("deployments/s.yaml#s", "software/s"));
        one.content.clone()
    };
    let before = content(&[]);
    let same = [
        ("deployments/s.yaml", RINGS.replace("2d", "9d")),
        ("deployments/s.yaml", format!("# why\n{RINGS}notes: for people\nticket: T-1\n")),
        ("tasks/t/t.sh", "another script".to_owned()),
    ];
    for (path, text) in same {
        assert_eq!(content(&[(path, &text)]), before, "{path}: {text}");
    }
    let other = [
        ("deployments/s.yaml", RINGS.replace("{all: true}", "{tag: some}")),
        ("deployments/s.yaml", format!("{RINGS}version: any\n")),
        ("software/s/software.yaml", SOFTWARE.replace("\"1\"", "\"2\"")),
        ("software/s/i.sh", "two".to_owned()),
    ];
    for (path, text) in other {
        assert_ne!(content(&[(path, &text)]), before, "{path}: {text}");
    }
}
