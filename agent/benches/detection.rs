//! What a steady-state session costs, as a ratio of CPU times within one run.
//!
//! `cargo bench -p ordain-agent` starts the real program against a controller
//! that this bench plays, and compares whole detection sessions (order, TLS,
//! journal, report, acknowledgement) with reading dpkg's status once and
//! comparing 100 files, and with a C loop that posix_spawns the same 200
//! scripts. Prints the idle memory as well.
//!
//! Both sides are measured by turns, round after round, in CPU time of whole
//! processes, so that what else the computer does meets both.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a bench stops at the first thing that is not as it should be, and prints its results"
)]

#[path = "../tests/agent/orders.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod orders;
#[path = "../tests/agent/stage.rs"]
#[expect(dead_code, reason = "shared with the tests")]
mod stage;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use nix::time::clock_getcpuclockid;
use nix::unistd::Pid;
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

    let files = files(stage.folder.path());
    let packages = packages();
    let checks = native_checks(&packages, &files);
    let mut number = 1;
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

/// Of the rounds, each with the agent's time and the other's: medians, and how far ratios lie apart.
fn report(what: &str, rounds: &[(Duration, Duration)], plainly: &str, limit: Option<f64>) {
    let ours = median(rounds.iter().map(|(ours, _)| ours.as_secs_f64() * 1000.0));
    let plain = median(rounds.iter().map(|(_, plain)| plain.as_secs_f64() * 1000.0));
    let ratios: Vec<f64> =
        rounds.iter().map(|(ours, plain)| ours.as_secs_f64() / plain.as_secs_f64()).collect();
    let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
    let most = ratios.iter().copied().fold(0.0, f64::max);
    let limit = limit.map(|limit| format!("; at most {limit}")).unwrap_or_default();
    println!(
        "{what}: {ours:.3} ms CPU a session; {plainly}: {plain:.3} ms; ratio {:.2} ({least:.2} to {most:.2}{limit})",
        median(ratios)
    );
}

fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
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

fn usage(who: UsageWho) -> Duration {
    let usage = getrusage(who).unwrap();
    let of = |time: nix::sys::time::TimeVal| {
        Duration::from_micros(
            u64::try_from(nix::sys::time::TimeValLike::num_microseconds(&time)).unwrap(),
        )
    };
    of(usage.user_time()) + of(usage.system_time())
}

fn own_cpu() -> Duration {
    cpu_of(std::process::id())
}

/// CPU time of a process, also of those of its threads that have ended, in nanoseconds.
fn cpu_of(pid: u32) -> Duration {
    let clock = clock_getcpuclockid(Pid::from_raw(i32::try_from(pid).unwrap())).unwrap();
    clock.now().unwrap().into()
}

/// The same with that of its children that have ended, in clock ticks of 10 ms.
fn cpu_with_children(pid: u32) -> Duration {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = line[line.rfind(')').unwrap() + 2..].split(' ').collect();
    let ticks: u64 = fields[13..15].iter().map(|field| field.parse::<u64>().unwrap()).sum();
    cpu_of(pid) + Duration::from_millis(10 * ticks)
}

fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
