//! Orders from the journal: once, in order, and on after a restart.

use ordain_wire::{
    EndSpec, ExpectSpec, InstallerSpec, ProgressSpec, RebootSpec, ReportBody, WhatSpec, WorkSpec,
};

use crate::bench::{Bench, ends};
use crate::orders::{self, execute, shell, step, work};

/// A report in a few words.
pub(crate) fn word(body: &ReportBody) -> String {
    match body {
        ReportBody::Accepted => "accepted".into(),
        ReportBody::Kept(kept) => format!("kept {}", kept.name),
        ReportBody::Detected { .. } => "detected".into(),
        ReportBody::Ended => "ended".into(),
        ReportBody::Progress(ProgressSpec::Started { at }) => {
            format!("started {}.{}", at.step, at.work)
        }
        ReportBody::Progress(ProgressSpec::Finished { at, outcome }) => match &outcome.end {
            EndSpec::Exit { code } => format!("finished {}.{} exit {code}", at.step, at.work),
            EndSpec::Answer { answer, .. } => format!("finished {}.{} {answer}", at.step, at.work),
            other => format!("finished {}.{} {other:?}", at.step, at.work),
        },
        ReportBody::Progress(ProgressSpec::Interrupted { at }) => {
            format!("interrupted {}.{}", at.step, at.work)
        }
        ReportBody::Progress(ProgressSpec::Held { step, .. }) => format!("held {step}"),
        ReportBody::Progress(ProgressSpec::Cancelled) => "cancelled".into(),
    }
}

#[test]
fn steps_run_in_order_and_a_failure_stops_only_its_dependants() {
    let bench = Bench::new();
    let (good, bad, test) = ("exit 0\n", "exit 5\n", "echo true\n");
    for script in [good, bad, test] {
        bench.keep(script);
    }
    let set = |script| work("set", shell(script, 60), ExpectSpec::Success);
    let mut needy = step("task/b", vec![set(good)]);
    needy.waits_for = vec!["task/a".into()];
    let steps = vec![
        step("task/a", vec![set(bad)]),
        needy,
        step("task/c", vec![set(good), work("test", shell(test, 60), ExpectSpec::True)]),
    ];
    let reports = bench.carry_out(&execute(1, steps));
    let words: Vec<String> = reports.iter().map(|report| word(&report.body)).collect();
    assert_eq!(
        words,
        [
            "accepted",
            "started 0.0",
            "finished 0.0 exit 5",
            "started 2.0",
            "finished 2.0 exit 0",
            "started 2.1",
            "finished 2.1 true",
            "ended"
        ]
    );
    let seqs: Vec<u64> = reports.iter().map(|report| report.seq).collect();
    assert_eq!(seqs, (1..=8).collect::<Vec<u64>>());
}

#[test]
fn a_script_that_the_controller_does_not_have_fails_its_step_alone() {
    let bench = Bench::new();
    bench.keep("exit 0\n");
    let missing = "echo this one never arrives\n";
    let set = |script| work("set", shell(script, 60), ExpectSpec::Success);
    bench.take(&execute(
        1,
        vec![step("task/a", vec![set(missing)]), step("task/b", vec![set("exit 0\n")])],
    ));
    bench.until(
        "the request",
        |reports| !reports.is_empty() && !bench.desk.blobs.wanted().is_empty(),
        1,
    );
    let none = ordain_wire::Blob { id: orders::id(missing), data: None };
    bench.desk.blobs.deliver(&none).unwrap();
    let reports = bench.until(
        "the end",
        |reports| reports.last().is_some_and(|last| last.body == ReportBody::Ended),
        1,
    );
    let ends = ends(&reports);
    assert!(
        matches!(&ends[0].0, EndSpec::Failed { message } if message.contains("was not delivered")),
        "{ends:?}"
    );
    assert_eq!(ends[1].0, EndSpec::Exit { code: 0 });
}

#[test]
fn what_another_operating_system_would_do_fails_clearly() {
    let bench = Bench::new();
    let installer = |installer| ordain_wire::RunSpec {
        what: ordain_wire::RunWhatSpec::Installer { installer },
        ..shell("", 60)
    };
    let artifact = || "setup".to_owned();
    let code = ordain_wire::ProbeSpec::ProductCode { code: "{A}".into() };
    let (properties, to) = (vec![("A".into(), "b c".into())], "/Applications".to_owned());
    for (number, (spec, message)) in (1..).zip([
        (
            InstallerSpec::Msi { artifact: artifact(), properties, transform: None, remove: false },
            "msi runs on Windows only",
        ),
        (
            InstallerSpec::Exe { artifact: artifact(), arguments: vec!["/S".into()] },
            "exe runs on Windows only",
        ),
        (
            InstallerSpec::Registered { by: Box::new(code), arguments: Vec::new() },
            "registered runs on Windows only",
        ),
        (InstallerSpec::Pkg { artifact: artifact() }, "pkg runs on macOS only"),
        (InstallerSpec::Dmg { artifact: artifact(), app: None, to }, "dmg runs on macOS only"),
    ]) {
        let (end, _) = bench.run_one(number, work("install", installer(spec), ExpectSpec::Success));
        assert_eq!(end, EndSpec::Failed { message: message.into() });
    }
}

/// Works that set, restart and test.
fn restarting(bench: &Bench, command: &str) -> ordain_wire::Order {
    let (set, test) = ("echo set\n", "echo true\n");
    bench.keep(set);
    bench.keep(test);
    let script = bench.folder.path().join("restart.sh");
    std::fs::write(&script, command).unwrap();
    let words = format!("/bin/sh\n{}\n", script.display());
    std::fs::write(bench.folder.path().join("reboot"), words).unwrap();
    let reboot = WorkSpec {
        phase: "post".into(),
        what: WhatSpec::Reboot(RebootSpec::default()),
        expect: ExpectSpec::Success,
    };
    let works = vec![
        work("set", shell(set, 60), ExpectSpec::Success),
        reboot,
        work("test", shell(test, 60), ExpectSpec::True),
    ];
    execute(1, vec![step("task/a", works)])
}

#[test]
fn a_step_goes_on_after_the_restart_that_it_asked_for() {
    let bench = Bench::new();
    let boot = bench.folder.path().join("boot").display().to_string();
    let order = restarting(&bench, &format!("printf next-boot > {boot}\n"));
    let words: Vec<_> = bench.carry_out(&order).iter().map(|one| word(&one.body)).collect();
    let expected = [
        "accepted",
        "started 0.0",
        "finished 0.0 exit 0",
        "started 0.1",
        "finished 0.1 exit 0",
        "started 0.2",
        "finished 0.2 true",
        "ended",
    ];
    assert_eq!(words, expected);
}

#[test]
fn a_program_that_starts_under_another_boot_knows_that_the_restart_happened() {
    for (next, then) in [
        ("next-boot", ["finished 0.1 exit 0", "started 0.2", "finished 0.2 true"]),
        // The power went before the restart did: it is looked, and restarted.
        ("this-boot", ["interrupted 0.1", "started 0.4294967295", "finished 0.4294967295 true"]),
    ] {
        let bench = Bench::new();
        // The first restart takes the computer away, and this program with it.
        let gone = bench.folder.path().join("gone");
        let order = restarting(&bench, &format!("touch {}; exec sleep 1000\n", gone.display()));
        bench.take(&order);
        let started = |reports: &[ordain_wire::Report]| {
            reports.iter().any(|one| word(&one.body) == "started 0.1")
        };
        bench.until("the restart", started, 1);
        let folder = tempfile::tempdir().unwrap();
        copy(bench.folder.path(), folder.path());
        std::fs::write(folder.path().join("boot"), next).unwrap();
        let boot = folder.path().join("boot");
        let command = format!("printf third-boot > {}\n", boot.display());
        std::fs::write(folder.path().join("again.sh"), command).unwrap();
        let words = format!("/bin/sh\n{}\n", folder.path().join("again.sh").display());
        std::fs::write(folder.path().join("reboot"), words).unwrap();
        bench.desk.stop.request("s-1");
        let again = Bench::within(folder, &[]);
        let ended = |reports: &[ordain_wire::Report]| {
            reports.iter().any(|one| one.body == ReportBody::Ended)
        };
        let words: Vec<_> =
            again.until("the end", ended, 1).iter().map(|one| word(&one.body)).collect();
        assert_eq!(words[4..7], then, "{next}: {words:?}");
        assert_eq!(words[words.len() - 2..], ["finished 0.2 true", "ended"], "{words:?}");
    }
}

/// Copies what stands in a folder.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
