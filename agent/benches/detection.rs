//! What a steady-state session costs, as a ratio of CPU times within one run.
//!
//! `cargo bench -p ordain-agent` starts the real program against a controller
//! that this bench plays, and compares whole detection sessions (order, TLS,
//! journal, report) with the least that finds out the same: reading dpkg's
//! status once and comparing 100 files, and a C loop that posix_spawns the
//! same 200 scripts. Prints the idle memory as well.

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

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use nix::sys::resource::{UsageWho, getrusage};
use ordain_wire::{CheckHowSpec, ControllerMessage, FileVersionSpec, ProbeSpec};
use stage::{Conversation, Stage};

const NATIVE_SESSIONS: u64 = 200;
const SCRIPT_SESSIONS: u64 = 5;

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
    let checks = native_checks(&files);
    let mut number = 0;
    let before = cpu_of(pid);
    for _ in 0..NATIVE_SESSIONS {
        number += 1;
        session(&mut conversation, number, checks.clone(), &[]).await;
    }
    let ours = cpu_of(pid).saturating_sub(before) / u32::try_from(NATIVE_SESSIONS).unwrap();
    let plain = plainly(&files);
    report("100 packages, 100 files", ours, "reading status once, comparing 100 files", plain, 5.0);

    let scripts: Vec<String> = (0..200).map(|index| format!("echo 1.{index}\n")).collect();
    let sources: Vec<&str> = scripts.iter().map(String::as_str).collect();
    let checks: Vec<CheckHowSpec> = scripts
        .iter()
        .map(|script| orders::software(ProbeSpec::Script { run: orders::shell(script, 60) }))
        .collect();
    number += 1;
    session(&mut conversation, number, checks.clone(), &sources).await;
    let before = cpu_with_children(pid);
    for _ in 0..SCRIPT_SESSIONS {
        number += 1;
        session(&mut conversation, number, checks.clone(), &[]).await;
    }
    let ours =
        cpu_with_children(pid).saturating_sub(before) / u32::try_from(SCRIPT_SESSIONS).unwrap();
    let plain = spawn_loop(stage.folder.path(), &scripts);
    report("200 scripts", ours, "a C loop of posix_spawn over the same", plain, 1.5);
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

fn report(what: &str, ours: Duration, plainly: &str, plain: Duration, limit: f64) {
    let ratio = ours.as_secs_f64() / plain.as_secs_f64();
    println!(
        "{what}: {ours:.2?} CPU a session; {plainly}: {plain:.2?}; ratio {ratio:.2} (at most {limit})"
    );
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

fn native_checks(files: &[(PathBuf, String)]) -> Vec<CheckHowSpec> {
    let status = fs::read_to_string("/var/lib/dpkg/status").unwrap_or_default();
    let names = status
        .lines()
        .filter_map(|line| line.strip_prefix("Package: "))
        .chain(["nonesuch"; 100])
        .take(100);
    let packages =
        names.map(|name| ProbeSpec::Package { manager: "dpkg".into(), name: name.into() });
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

/// The least that finds out the same.
fn plainly(files: &[(PathBuf, String)]) -> Duration {
    let before = own_cpu();
    let mut same = 0;
    for _ in 0..NATIVE_SESSIONS {
        let status = fs::read("/var/lib/dpkg/status").unwrap_or_default();
        same += usize::from(status.is_empty());
        same +=
            files.iter().filter(|(path, text)| fs::read(path).unwrap() == text.as_bytes()).count();
    }
    assert!(same >= files.len());
    own_cpu().saturating_sub(before) / u32::try_from(NATIVE_SESSIONS).unwrap()
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

fn spawn_loop(folder: &Path, scripts: &[String]) -> Duration {
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
    let paths: Vec<PathBuf> = paths.collect();
    let before = children_cpu();
    for _ in 0..SCRIPT_SESSIONS {
        let ran = Command::new(&program)
            .args(&paths)
            .stdout(std::process::Stdio::null())
            .status()
            .unwrap();
        assert!(ran.success());
    }
    children_cpu().saturating_sub(before) / u32::try_from(SCRIPT_SESSIONS).unwrap()
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
    usage(UsageWho::RUSAGE_SELF)
}

fn children_cpu() -> Duration {
    usage(UsageWho::RUSAGE_CHILDREN)
}

/// CPU time of a process's threads, exactly.
fn cpu_of(pid: u32) -> Duration {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let nanoseconds = tasks.map(|task| {
        let line = fs::read_to_string(task.unwrap().path().join("schedstat")).unwrap();
        line.split(' ').next().unwrap().parse::<u64>().unwrap()
    });
    Duration::from_nanos(nanoseconds.sum())
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
