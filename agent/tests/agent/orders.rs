//! Orders as a controller writes them.

use std::collections::BTreeMap;

use base64::Engine as _;
use ordain_trust::{ObjectFormat, blob_id};
use ordain_wire::{
    Blob, CheckHowSpec, CheckSpec, ExpectSpec, Order, OrderBody, ProbeSpec, RunSpec, RunWhatSpec,
    StepSpec, WhatSpec, WorkSpec,
};

/// The id of a script.
pub(crate) fn id(script: &str) -> String {
    blob_id(script.as_bytes(), ObjectFormat::Sha1).unwrap().to_string()
}

/// A script as it travels.
pub(crate) fn blob(script: &str) -> Blob {
    Blob { id: id(script), data: Some(base64::engine::general_purpose::STANDARD.encode(script)) }
}

/// A shell script to run, for at most that many seconds.
pub(crate) fn shell(script: &str, timeout_seconds: u64) -> RunSpec {
    RunSpec {
        what: RunWhatSpec::Script {
            blob: id(script),
            path: "tasks/t/script.sh".into(),
            interpreter: "sh".into(),
            method: None,
            library: Vec::new(),
        },
        context: "system".into(),
        users: None,
        timeout_seconds,
        success_codes: vec![0],
        reboot_codes: Vec::new(),
        environment: BTreeMap::new(),
        input: None,
        needs: None,
        hidden: None,
    }
}

/// A package manager's job.
pub(crate) fn package(name: &str, version: Option<&str>, remove: bool) -> RunSpec {
    RunSpec {
        what: RunWhatSpec::Package {
            manager: "dpkg".into(),
            name: name.into(),
            version: version.map(Into::into),
            remove,
        },
        ..shell("", 600)
    }
}

pub(crate) fn work(phase: &str, run: RunSpec, expect: ExpectSpec) -> WorkSpec {
    WorkSpec { phase: phase.into(), what: WhatSpec::Run { run }, expect }
}

pub(crate) fn probe_work(probe: ProbeSpec, expect: ExpectSpec) -> WorkSpec {
    WorkSpec { phase: "detect".into(), what: WhatSpec::Probe { probe }, expect }
}

/// A step that sets a task.
pub(crate) fn step(item: &str, works: Vec<WorkSpec>) -> StepSpec {
    StepSpec {
        item: item.into(),
        act: "set".into(),
        reason: "not-compliant".into(),
        from: None,
        to: None,
        phase: "main".into(),
        waits_for: Vec::new(),
        attempts: 1,
        gate: None,
        works,
    }
}

pub(crate) fn order(number: u64, body: OrderBody) -> Order {
    Order {
        number,
        agent: "a-1".into(),
        tenant: "contoso".into(),
        session: format!("s-{number}"),
        revision: "9f2c".into(),
        expires: i64::MAX,
        body,
    }
}

pub(crate) fn execute(number: u64, steps: Vec<StepSpec>) -> Order {
    order(number, OrderBody::Execute { steps, restarts: Box::default() })
}

pub(crate) fn detect(number: u64, checks: Vec<CheckHowSpec>) -> Order {
    let checks = checks.into_iter().enumerate();
    let checks = checks.map(|(index, how)| match how {
        CheckHowSpec::Software { .. } => CheckSpec { item: format!("software/s{index}"), how },
        CheckHowSpec::Test { .. } | CheckHowSpec::Get { .. } => {
            CheckSpec { item: format!("task/t{index}"), how }
        }
    });
    order(number, OrderBody::Detect { checks: checks.collect() })
}

pub(crate) fn software(probe: ProbeSpec) -> CheckHowSpec {
    CheckHowSpec::Software { probe, test: None, offered: None }
}
