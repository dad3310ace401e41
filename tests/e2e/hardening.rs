//! Real rules of the SCAP Security Guide as tasks, judged by the guide's own scanner.
//!
//! The agent lives in a throw-away root: an overlay over this computer's own,
//! in a mount namespace that ends with it. The tasks are those of
//! `examples/debian-hardening`, as they stand there, and four whose `set` ends
//! with 0 and mends nothing, as fifteen of the guide's own fixes do on Debian.
//! What the rules were measured to be is in `hardening/measured.tsv`.

mod root;

use std::collections::BTreeMap;
use std::path::Path;

use self::root::Root;
use crate::stage::{Session, wants_root_on_debian};

/// The example's files, as `Stage` takes them.
fn example() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests has a parent");
    let folder = folder.join("examples/debian-hardening");
    let mut files = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).expect("below it").display().to_string();
            if name == "README.md" || name.starts_with("tests/") {
                continue;
            }
            // The stage's computer is of the tenant `acme`.
            let name = name.replace("tenants/contoso/", "tenants/acme/");
            let text = std::fs::read_to_string(path).expect("text");
            files.push((name, text.replace("name: contoso", "name: acme")));
        }
    }
    files
}

/// A rule, and what the guide's own test and fix were measured to say.
struct Rule {
    name: &'static str,
    item: &'static str,
    class: &'static str,
    drift: Option<&'static str>,
}

fn rules() -> impl Iterator<Item = Rule> {
    let lines = include_str!("hardening/measured.tsv").lines().skip(1);
    lines.map(|line| {
        let mut fields = line.split('\t');
        let mut next = || fields.next().expect("four fields");
        let (name, item, class, drift) = (next(), next(), next(), next());
        Rule { name, item, class, drift: Some(drift).filter(|drift| *drift != "-") }
    })
}

/// The items that satisfy rules, each with its rules.
fn items() -> BTreeMap<&'static str, Vec<Rule>> {
    let mut items: BTreeMap<_, Vec<Rule>> = BTreeMap::new();
    for rule in rules() {
        items.entry(rule.item).or_default().push(rule);
    }
    items
}

/// What became of an item: action, reason, status and result.
fn became(session: &Session, item: &str) -> String {
    let deeds = session.deeds();
    let of_item = |deed: &&String| deed.split(' ').next() == Some(item);
    let deed = deeds.iter().find(of_item).unwrap_or_else(|| panic!("{item} in {deeds:#?}"));
    let words: Vec<&str> = deed.split(' ').collect();
    [words[1], words[2], words[5], words[6]].join(" ")
}

const AUDITED: &str = "kind: Deployment\nname: all-audited\ntarget: {computer: pc-01}\n\
    state: audit\nitems:\n";

/// A deployment that only looks at all items of the example.
fn audited() -> String {
    let entry = |item: &&str| {
        let name = item.strip_prefix("task/").expect("a task");
        match name.split_once('#') {
            None => format!("  - {{task: {name}}}\n"),
            Some((name, "max")) => format!(
                "  - {{task: {name}, instance: max, parameters: {{key: PASS_MAX_DAYS, days: 60}}}}\n"
            ),
            Some((name, _)) => format!(
                "  - {{task: {name}, instance: min, parameters: {{key: PASS_MIN_DAYS, days: 7}}}}\n"
            ),
        }
    };
    AUDITED.to_owned() + &items().keys().map(entry).collect::<String>()
}

#[test]
fn rules_are_audited_then_enforced_then_kept() {
    wants_root_on_debian();
    let example = example();
    let mut files: Vec<(&str, &str)> =
        example.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let audited = audited();
    files.push(("deployments/all-audited.yaml", &audited));
    let (stage, controller, root) = Root::running(&files);

    // What is compliant from the start is made to drift, as it was when measured.
    let before: BTreeMap<&str, bool> =
        rules().map(|rule| (rule.name, root.holds(rule.name))).collect();
    for rule in rules() {
        assert_eq!(before[rule.name], rule.class == "compliant", "{}", rule.name);
        if let Some(drift) = rule.drift {
            root.run(drift);
            assert!(!root.holds(rule.name), "{} drifts", rule.name);
        }
    }

    // Looked at: told, and nothing changed.
    let seen = stage.session();
    for (item, rules) in items() {
        assert_eq!(became(&seen, item), "none not-compliant done passed", "{item}");
        assert!(rules.iter().all(|rule| !root.holds(rule.name)), "{item} is only looked at");
    }

    // Enforced: set, and the guide's own scanner agrees.
    let enforced = audited.replace("state: audit", "state: audit\ndisabled: true");
    let commit = stage.repository.push(&[("deployments/all-audited.yaml", &enforced)]);
    controller.says(&["the commit is in force", &commit]);
    let set = stage.session();
    assert_eq!(set.status(), "passed", "{set:?}");
    for (item, rules) in items() {
        assert_eq!(became(&set, item), "set not-compliant done passed", "{item}");
        for rule in rules {
            assert!(root.holds(rule.name), "{} holds after {item}", rule.name);
        }
    }

    // Kept: a second session changes nothing, to the byte and the second.
    let written = root.state();
    stage.is_settled();
    assert_eq!(root.state(), written);
}

/// Sets that end with 0 and leave the rule unmet, each as the guide's own does:
/// it skips itself, writes to a file that this system does not read, or
/// forgets the section.
const USELESS: [(&str, &str, &str); 4] = [
    (
        "coredump_disable_backtraces",
        "sed -n '/^\\[Coredump\\]/,$p' /etc/systemd/coredump.conf | grep -qx ProcessSizeMax=0 \
            && echo true || echo false",
        "mkdir -p /etc/systemd\necho ProcessSizeMax=0 >> /etc/systemd/coredump.conf",
    ),
    (
        "gnome_gdm_disable_xdmcp",
        "grep -qs '^Enable=false' /etc/gdm/custom.conf && echo true || echo false",
        "mkdir -p /etc/gdm3\nprintf '[xdmcp]\\nEnable=false\\n' > /etc/gdm3/custom.conf",
    ),
    (
        "rsyslog_encrypt_offload_defaultnetstreamdriver",
        "grep -qs '^$DefaultNetstreamDriver gtls$' /etc/rsyslog.conf && echo true || echo false",
        "[ -f /etc/rsyslog.conf ] || { echo 'not installed, nothing to do'; exit 0; }",
    ),
    (
        "auditd_local_events",
        "grep -qs '^local_events = yes$' /etc/audit/auditd.conf && echo true || echo false",
        "if [ -d /etc/audit ]; then echo 'local_events = yes' >> /etc/audit/auditd.conf; fi",
    ),
];

#[test]
fn a_set_that_ends_well_and_mends_nothing_is_a_failed_action() {
    wants_root_on_debian();
    let mut files = vec![
        (
            "ordain.yaml".to_owned(),
            "apiVersion: ordain/v1\nkind: Repository\nname: e2e\ntimezone: Etc/UTC\n".to_owned(),
        ),
        ("tenants/acme/tenant.yaml".to_owned(), "kind: Tenant\nname: acme\n".to_owned()),
    ];
    for (rule, test, set) in USELESS {
        let name = rule.replace('_', "-");
        let folder = format!("tasks/{name}");
        let task = format!(
            "kind: Task\nname: {name}\ntest: {{script: test.sh}}\nset: {{script: set.sh}}\n"
        );
        files.push((format!("{folder}/task.yaml"), task));
        files.push((format!("{folder}/test.sh"), format!("{test}\n")));
        files.push((format!("{folder}/set.sh"), format!("{set}\n")));
        let deployment =
            format!("kind: Deployment\nname: {name}\ntask: {name}\ntarget: {{all: true}}\n");
        files.push((format!("deployments/{name}.yaml"), deployment));
    }
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (stage, _controller, root) = Root::running(&files);
    let session = stage.session();
    assert_eq!(session.status(), "failed", "{session:?}");
    for (rule, ..) in USELESS {
        let item = format!("task/{}", rule.replace('_', "-"));
        assert_eq!(became(&session, &item), "set not-compliant done failed", "{item}");
        assert!(!root.holds(rule), "{rule}");
    }
    // The one at the desk sees why, and that all four are one kind of failure.
    let why = "set exited 0, but its test still says false";
    assert!(session.actions().iter().all(|action| action["message"] == why), "{session:?}");
    let failures = stage.ask(&["failures"]);
    let cause = why.replace('0', "#");
    assert_eq!(failures.to_string().matches(&cause).count(), USELESS.len(), "{failures:#}");
}
