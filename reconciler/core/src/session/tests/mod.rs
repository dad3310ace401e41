//! Transcripts by hand, and properties over a simulated shell and agent.

mod agent;
mod held;
mod parts;
mod properties;
mod put_off;
mod transcripts;
mod waiting;

use ordain_schema::document::{Interpreter, Offline, PackageManager, RunContext};

use super::*;
use crate::item::{Act, Item, Phase, Reason};
use crate::order::{CheckHow, Expect, Found, Probe, Run, RunWhat, What, Work, WorkPhase};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).expect("a time in range")
}

fn created(kind: Kind, connected: bool) -> Created {
    Created { kind, origin: Origin::Technician, offline: Offline::OnConnect, connected, at: at(0) }
}

fn probe() -> Probe {
    Probe::Package { manager: PackageManager::Dpkg, name: "x".into() }
}

fn check(name: &str) -> Check {
    Check {
        item: Item::software(name),
        how: CheckHow::Software { probe: probe(), test: None, offered: None },
    }
}

fn finding(name: &str) -> Finding {
    Finding {
        item: Item::software(name),
        found: Found::Software { version: None, test: None, offered: None },
    }
}

/// A row that installs.
fn row(name: &str) -> PlannedRow {
    PlannedRow {
        item: Item::software(name),
        action: Act::Install,
        reason: Reason::SoftwareMissing,
        from: None,
        to: Some("2".into()),
        by: Some("deployments/a.yaml".into()),
        line: Some(1),
        because: None,
        waits_for: Vec::new(),
        phase: Phase::Main,
        pending: None,
        unmatch: None,
        failed: false,
        message: None,
    }
}

/// A row of which nothing is done, for a reason.
fn idle(name: &str, reason: Reason) -> PlannedRow {
    PlannedRow { action: Act::None, reason, to: None, ..row(name) }
}

/// A row that is known to fail.
fn doomed(name: &str, reason: Reason) -> PlannedRow {
    PlannedRow { failed: true, ..idle(name, reason) }
}

/// The step of a row: an install and its verification, or nothing where the row is known to fail.
fn step(row: &PlannedRow) -> Step {
    let install = Work {
        phase: WorkPhase::Install,
        what: What::Run(Run {
            what: RunWhat::Script {
                blob: "0".repeat(40),
                path: "software/x/install.sh".into(),
                interpreter: Interpreter::Sh,
                method: None,
                library: Vec::new(),
            },
            users: None,
            context: RunContext::System,
            timeout_seconds: 60,
            success_codes: vec![0],
            reboot_codes: Vec::new(),
            environment: Vec::new(),
            input: None,
            needs: None,
            hidden: None,
        }),
        expect: Expect::Success,
    };
    let verify =
        Work { phase: WorkPhase::Detect, what: What::Probe(probe()), expect: Expect::Present };
    Step {
        item: row.item.clone(),
        act: row.action,
        reason: row.reason,
        from: row.from.clone(),
        to: row.to.clone(),
        phase: row.phase,
        waits_for: row.waits_for.clone(),
        attempts: 1,
        gate: None,
        works: if row.failed { Vec::new() } else { vec![install, verify] },
    }
}

fn resolved(names: &[&str]) -> Event {
    Event::Resolved {
        revision: "r1".into(),
        preflight: Vec::new(),
        checks: names.iter().map(|name| check(name)).collect(),
    }
}

fn planned(rows: &[PlannedRow]) -> Event {
    let carried_out = rows.iter().filter(|row| row.action != Act::None || row.failed);
    Event::Planned {
        revision: "r1".into(),
        steps: carried_out.map(step).collect(),
        rows: rows.to_vec(),
        restarts: Restarts::default(),
        serial: Vec::new(),
        observe: false,
        execute_at: None,
    }
}

/// The same, carried out at a time.
fn planned_for(rows: &[PlannedRow], second: i64) -> Event {
    match planned(rows) {
        Event::Planned { revision, rows, steps, restarts, serial, observe, .. } => {
            let execute_at = Some(at(second));
            Event::Planned { revision, rows, steps, restarts, serial, observe, execute_at }
        }
        other => other,
    }
}
