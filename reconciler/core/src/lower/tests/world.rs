//! A repository in one text, one computer, and lowered plans as text.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::{
    Arch, ComputerFacts, DetectedVersions, Inventory, OsFacts, OsFamily,
};
use ordain_schema::{Content, Entry, Mode, Snapshot};

use crate::fleet::{Fleet, World};
use crate::load::load;
use crate::lower::{Lowered, carry_out, checks};
use crate::order::{
    Check, CheckHow, Expect, Finding, Probe, Relation, Run, RunWhat, Step, What, Work,
};
use crate::plan::plan_computer;
use crate::resolve::{Candidates, Request};

/// One Linux computer that was inventoried.
pub(super) fn computer() -> ComputerFacts {
    ComputerFacts {
        name: "pc-01".into(),
        tenant: "contoso".into(),
        os: Some(OsFacts { family: Some(OsFamily::Linux), version: None, arch: Some(Arch::X64) }),
        software: Some(DetectedVersions::default()),
        ..ComputerFacts::default()
    }
}

/// The computer with software and with answers of tests.
pub(super) fn with(software: &[(&str, &str)], tests: &[(&str, bool)]) -> ComputerFacts {
    let mut facts = computer();
    facts.software = Some(software.iter().copied().collect());
    for (name, answer) in tests {
        match name.strip_prefix("task/") {
            Some(task) => facts.tasks.insert(task.into(), *answer),
            None => facts.tests.insert((*name).into(), *answer),
        };
    }
    facts
}

fn snapshot(text: &str) -> Snapshot {
    let mut snapshot = Snapshot::default();
    let mut add = |path: &str, text: &str| {
        let content = Content::Bytes(Arc::from(text.as_bytes()));
        let id = Some(format!("id({path})").into());
        snapshot.entries.insert(path.into(), Entry { mode: Mode::File, id, content });
    };
    add(
        "ordain.yaml",
        "apiVersion: ordain/v1\nkind: Repository\nname: r\ndefaults: {attempts: 2}\n",
    );
    add("tenants/contoso/tenant.yaml", "kind: Tenant\nname: contoso\n");
    for section in text.split("=== ").skip(1) {
        let (path, body) = section.split_once('\n').unwrap_or((section, ""));
        add(path.trim(), body);
    }
    snapshot
}

fn see<T>(
    text: &str,
    facts: ComputerFacts,
    look: impl FnOnce(&crate::fleet::Subject<'_>, &Candidates<'_>) -> T,
) -> T {
    let now: Timestamp = "2026-04-14T10:00:00Z".parse().expect("a time");
    let loaded = load(&snapshot(text), now);
    let errors: Vec<String> = loaded
        .diagnostics
        .iter()
        .filter(|one| one.severity == ordain_schema::Severity::Error)
        .map(|one| format!("{}:{} {}", one.file, one.span.line, one.message))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let inventory = Inventory { computers: vec![facts], ..Inventory::default() };
    let fleet = Fleet::new(inventory);
    let world = World::new(&loaded.policy, &fleet, now);
    let candidates = Candidates::new(&world);
    look(&world.subject(0), &candidates)
}

/// A deployment of an item to all computers, with these further lines.
pub(super) fn deployed(kind: &str, name: &str, more: &str) -> String {
    format!(
        "=== deployments/{name}.yaml\nkind: Deployment\nname: {name}\n{kind}: {name}\n\
         target: {{all: true}}\n{more}\n"
    )
}

/// The computer's plan, lowered.
pub(super) fn lowered(text: &str, facts: ComputerFacts, findings: &[Finding]) -> Lowered {
    see(text, facts, |subject, candidates| {
        let request = Request::default();
        let plan = plan_computer(subject, candidates, &request).expect("a session reaches it");
        carry_out(subject, &request, &plan, findings)
    })
}

/// The computer's plan in a session of one's choice, lowered.
pub(super) fn lowered_in(text: &str, facts: ComputerFacts, request: &Request) -> Lowered {
    see(text, facts, |subject, candidates| {
        let plan = plan_computer(subject, candidates, request).expect("a session reaches it");
        carry_out(subject, request, &plan, &[])
    })
}

/// The computer's plan, lowered, as text.
pub(super) fn told(text: &str, facts: ComputerFacts) -> String {
    tell(&lowered(text, facts, &[]))
}

/// What a session looks at, as text.
pub(super) fn looked_at(text: &str, facts: ComputerFacts) -> String {
    let checks =
        see(text, facts, |subject, candidates| checks(subject, candidates, &Request::default()));
    checks.iter().map(of_check).collect::<Vec<_>>().join("\n")
}

pub(super) fn tell(lowered: &Lowered) -> String {
    let mut lines = Vec::new();
    for row in lowered.rows.iter().filter(|row| row.failed) {
        let message = row.message.as_deref().unwrap_or("-");
        lines.push(format!("{} fails, {}: {message}", row.item, row.reason));
    }
    for step in &lowered.steps {
        lines.push(of_step(step));
        lines.extend(step.works.iter().map(|work| format!("  {}", of_work(work))));
    }
    lines.join("\n")
}

fn of_step(step: &Step) -> String {
    let waits: Vec<String> = step.waits_for.iter().map(ToString::to_string).collect();
    let waits =
        if waits.is_empty() { String::new() } else { format!(" after {}", waits.join(", ")) };
    let to = step.to.as_deref().map(|to| format!(" to {to}")).unwrap_or_default();
    format!("{} {}{to} x{}{waits}", step.act, step.item, step.attempts)
}

fn of_work(work: &Work) -> String {
    let what = match &work.what {
        What::Probe(probe) => of_probe(probe),
        What::Run(run) => of_run(run),
        What::Reboot(_) => "reboot".to_owned(),
        What::Fetch(files) => {
            files.iter().map(|file| file.url.clone()).collect::<Vec<_>>().join(" ")
        }
    };
    let expect = match &work.expect {
        Expect::Success => String::new(),
        Expect::Version { relation, version, .. } => match relation {
            Relation::Equal => format!(" -> ={version}"),
            Relation::AtLeast => format!(" -> >={version}"),
            Relation::AtMost => format!(" -> <={version}"),
        },
        other => format!(" -> {other:?}"),
    };
    format!("{}: {what}{expect}", work.phase)
}

fn of_probe(probe: &Probe) -> String {
    match probe {
        Probe::Package { name, .. } => format!("package {name}"),
        Probe::Script(run) => of_run(run),
        other => format!("{other:?}"),
    }
}

fn of_run(run: &Run) -> String {
    let what = match &run.what {
        RunWhat::Script { path, interpreter, method, .. } => {
            let method = method.map(|method| format!(" {method}")).unwrap_or_default();
            format!("{interpreter:?} {path}{method}")
        }
        RunWhat::Package { name, version, remove, .. } => {
            let verb = if *remove { "remove" } else { "add" };
            format!("{verb} package {name} {}", version.as_deref().unwrap_or("any"))
        }
        RunWhat::Installer(installer) => format!("{installer:?}"),
        RunWhat::Ensure(all) => {
            let each = all.iter().map(|one| {
                let gone = if one.present { "" } else { " gone" };
                format!("{:?}{gone}", one.resource)
            });
            each.collect::<Vec<_>>().join(", ")
        }
    };
    format!("{what} ({}s)", run.timeout_seconds)
}

fn of_check(check: &Check) -> String {
    let how = match &check.how {
        CheckHow::Software { probe, test, offered } => {
            let test = test.as_ref().map(|test| format!(", then {}", of_run(test)));
            let offered = offered.as_ref().map(|offer| {
                format!(", offered by {:?}: {}", offer.manager, offer.name).to_lowercase()
            });
            [Some(of_probe(probe)), test, offered].into_iter().flatten().collect()
        }
        CheckHow::Test(run) => format!("test {}", of_run(run)),
        CheckHow::Get(run) => format!("get {}", of_run(run)),
    };
    format!("{}: {how}", check.item)
}
