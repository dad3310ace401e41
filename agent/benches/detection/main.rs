//! What a steady-state session costs, as a ratio of CPU times within one run.
//!
//! `cargo bench -p ordain-agent` starts the real program against a controller
//! that this bench plays, and compares whole detection sessions (order, TLS,
//! journal, report, acknowledgement) with reading dpkg's status once and
//! comparing 100 files, and with a C loop that posix_spawns the same 200
//! scripts. `settings.rs` does the same with 200 settings without scripts,
//! `figures.rs` measures; `-- settings` runs that part alone. Prints the idle memory
//! as well.
//!
//! Both sides are measured by turns, round after round, in CPU time of whole
//! processes, so that what else the computer does meets both.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first thing that is not as it should be, and prints its results"
)]

mod figures;
#[path = "../../tests/agent/orders.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod orders;
mod settings;
#[path = "../../tests/agent/stage.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod stage;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use figures::{cpu_of, cpu_with_children, own_cpu, report, resident_kib, usage};
use nix::sys::resource::UsageWho;
use ordain_wire::{CheckHowSpec, ControllerMessage, FileVersionSpec, ProbeSpec};
use stage::{Conversation, Stage};

/// How often both sides take turns.
const ROUNDS: u32 = 9;
/// Sessions of one turn.
const NATIVE_SESSIONS: u32 = 50;
const SCRIPT_SESSIONS: u32 = 1;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let stage = Stage::new().await;
    stage.enrol().await;
    let agent = stage.run_logging("info");
    let mut conversation = stage.connected().await;
    conversation.facts().await;
    let pid = agent.0.id();
    println!("idle after connecting: {} KiB resident", resident_kib(pid));

    let mut number = 1;
    if std::env::args().any(|word| word == "settings") {
        return settings::run(&stage, &mut conversation, pid, &mut number).await;
    }
    let files = files(stage.folder.path());
    let packages = packages();
    let checks = native_checks(&packages, &files);
    session(&mut conversation, number, checks.clone(), &[]).await;
    let (mut same, mut finding, mut changing) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = cpu_of(pid);
        for _ in 0..NATIVE_SESSIONS {
            number += 1;
            session(&mut conversation, number, checks.clone(), &[]).await;
        }
        let ours = cpu_of(pid).saturating_sub(before) / NATIVE_SESSIONS;
        same.push((ours, reading(&files, |_| 0)));
        finding.push((ours, reading(&files, |text| found(text, &packages))));
        let before = cpu_of(pid);
        for turn in 0..NATIVE_SESSIONS {
            number += 1;
            let mut checks = checks.clone();
            checks.rotate_left(turn as usize % 2);
            session(&mut conversation, number, checks, &[]).await;
        }
        let ours = cpu_of(pid).saturating_sub(before) / NATIVE_SESSIONS;
        changing.push((ours, reading(&files, |_| 0)));
    }
    let what = "100 packages, 100 files";
    let plainly = "reading status once, comparing 100 files";
    report(what, &same, plainly, Some(5.0));
    report(what, &finding, "the same, and finding the 100 versions in it", None);
    report("the same, other checks each time", &changing, plainly, None);

    let scripts: Vec<String> = (0..200).map(|index| format!("echo 1.{index}\n")).collect();
    let sources: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let checks: Vec<CheckHowSpec> = scripts
        .iter()
        .map(|script| orders::software(ProbeSpec::Script { run: orders::shell(script, 60) }))
        .collect();
    number += 1;
    session(&mut conversation, number, checks.clone(), &sources).await;
    let spawns = SpawnLoop::make(stage.folder.path(), &scripts);
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let before = cpu_with_children(pid);
        for _ in 0..SCRIPT_SESSIONS {
            number += 1;
            session(&mut conversation, number, checks.clone(), &[]).await;
        }
        let ours = cpu_with_children(pid).saturating_sub(before) / SCRIPT_SESSIONS;
        rounds.push((ours, spawns.run()));
    }
    report("200 scripts", &rounds, "a C loop of posix_spawn over the same", Some(1.5));
    settings::run(&stage, &mut conversation, pid, &mut number).await;
    println!("after {number} sessions: {} KiB resident", resident_kib(pid));
}

async fn session(
    conversation: &mut Conversation,
    number: u64,
    checks: Vec<CheckHowSpec>,
    scripts: &[&str],
) {
    conversation.order(&orders::detect(number, checks)).await;
    let reports = conversation.until_ended(number, scripts).await;
    let seq = reports.last().unwrap().seq;
    conversation.say(&ControllerMessage::Ack { seq }).await;
}

/// A hundred files that tell a version each.
fn files(folder: &Path) -> Vec<(PathBuf, String)> {
    let make = |index| {
        let path = folder.join(format!("app-{index}.conf"));
        let text =
            format!("name = app-{index}\nversion = 24.{index}\n{}", "# a comment\n".repeat(40));
        fs::write(&path, &text).unwrap();
        (path, text)
    };
    (0..100).map(make).collect()
}

/// The names of a hundred packages.
fn packages() -> Vec<String> {
    let status = fs::read_to_string(STATUS).unwrap_or_default();
    let names = status.lines().filter_map(|line| line.strip_prefix("Package: "));
    names.chain(["nonesuch"; 100]).take(100).map(str::to_owned).collect()
}

fn native_checks(packages: &[String], files: &[(PathBuf, String)]) -> Vec<CheckHowSpec> {
    let packages = packages
        .iter()
        .map(|name| ProbeSpec::Package { manager: "dpkg".into(), name: name.clone() });
    let files = files.iter().enumerate().map(|(index, (path, _))| ProbeSpec::File {
        path: path.display().to_string(),
        version: if index % 2 == 0 {
            FileVersionSpec::None
        } else {
            FileVersionSpec::Regex { regex: r"version = (?P<version>\S+)".into() }
        },
    });
    packages.chain(files).map(orders::software).collect()
}

const STATUS: &str = "/var/lib/dpkg/status";

/// Reading the status and comparing the files; `find` looks into what was read.
fn reading(files: &[(PathBuf, String)], find: impl Fn(&[u8]) -> usize) -> Duration {
    let before = own_cpu();
    for _ in 0..NATIVE_SESSIONS {
        let status = fs::read(STATUS).unwrap_or_default();
        std::hint::black_box(find(&status));
        let same =
            files.iter().filter(|(path, text)| fs::read(path).unwrap() == text.as_bytes()).count();
        assert_eq!(same, files.len());
    }
    own_cpu().saturating_sub(before) / NATIVE_SESSIONS
}

/// How many of the packages have a version: every stanza is read, then each name looked up.
fn found(status: &[u8], packages: &[String]) -> usize {
    let status = std::str::from_utf8(status).unwrap();
    let mut versions = HashMap::new();
    let mut package = "";
    for line in status.lines() {
        if let Some(name) = line.strip_prefix("Package: ") {
            package = name;
        } else if let Some(version) = line.strip_prefix("Version: ") {
            versions.insert(package, version);
        }
    }
    packages.iter().filter(|name| versions.contains_key(name.as_str())).count()
}

const LOOP: &str = r#"
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
extern char **environ;
int main(int count, char **scripts) {
    for (int i = 1; i < count; i++) {
        char *args[] = {"/bin/sh", scripts[i], 0};
        pid_t pid;
        int status;
        if (posix_spawn(&pid, "/bin/sh", 0, 0, args, environ) || waitpid(pid, &status, 0) < 0 || status) return 1;
    }
    return 0;
}
"#;

/// The loop in C, and the scripts as files.
struct SpawnLoop {
    program: PathBuf,
    scripts: Vec<PathBuf>,
}

impl SpawnLoop {
    fn make(folder: &Path, scripts: &[String]) -> Self {
        let (source, program) = (folder.join("loop.c"), folder.join("loop"));
        fs::write(&source, LOOP).unwrap();
        let built =
            Command::new("cc").arg("-O2").arg("-o").arg(&program).arg(&source).status().unwrap();
        assert!(built.success());
        let paths = (0..).zip(scripts).map(|(index, script)| {
            let path = folder.join(format!("script-{index}.sh"));
            fs::write(&path, script).unwrap();
            path
        });
        Self { program, scripts: paths.collect() }
    }

    /// The CPU time of a turn.
    fn run(&self) -> Duration {
        let before = usage(UsageWho::RUSAGE_CHILDREN);
        for _ in 0..SCRIPT_SESSIONS {
            let mut command = Command::new(&self.program);
            command.args(&self.scripts).stdout(std::process::Stdio::null());
            assert!(command.status().unwrap().success());
        }
        usage(UsageWho::RUSAGE_CHILDREN).saturating_sub(before) / SCRIPT_SESSIONS
    }
}
