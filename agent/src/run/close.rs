//! Programs that must not run meanwhile: found by name, asked to end, ended.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use ordain_core::order::{CloseFirst, OnBusy};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open};

use super::{CannotRun, Watch};
use crate::platform::processes::Process;

/// How long a program may take to end when it is asked to.
const POLITELY: Duration = Duration::from_secs(10);
/// How long one may take to be gone when it is ended.
const HARD: Duration = Duration::from_secs(5);
/// How often programs that were started anew meanwhile are ended too.
const ROUNDS: usize = 3;

/// Has none of the programs run, or says why that cannot be.
///
/// # Errors
/// [`CannotRun::Busy`] where the policy would rather wait, and
/// [`CannotRun::StillRuns`] where one does not end.
pub(super) fn make_way(
    close: &CloseFirst,
    somebody_is_there: bool,
    watch: &Watch<'_>,
) -> Result<(), CannotRun> {
    for _ in 0..ROUNDS {
        let running = running(&close.processes);
        let Some((name, _)) = running.first() else { return Ok(()) };
        let waits = match close.on_busy {
            OnBusy::Postpone => true,
            // Nobody can be asked by this version.
            OnBusy::Prompt => somebody_is_there,
            OnBusy::Kill => false,
        };
        if waits {
            return Err(CannotRun::Busy(name.clone()));
        }
        let all: Vec<Process> = running.iter().map(|(_, process)| *process).collect();
        for (signal, patience) in [(Signal::TERM, POLITELY), (Signal::KILL, HARD)] {
            for process in &all {
                process.signal(signal);
            }
            gone(&all, patience, watch);
        }
    }
    match running(&close.processes).first() {
        Some((name, _)) => Err(CannotRun::StillRuns(name.clone())),
        None => Ok(()),
    }
}

/// The running programs of these names, this one and its own parents aside.
fn running(names: &[String]) -> Vec<(String, Process)> {
    let all = Process::all();
    let mut mine = Vec::new();
    let mut next = Process::myself();
    while let Some(process) = next {
        mine.push(process.pid);
        next = all.iter().find(|each| each.pid == process.parent).copied();
    }
    let others = all.into_iter().filter(|each| !each.ended && !mine.contains(&each.pid));
    others
        .filter_map(|process| {
            let called = called(process.pid);
            let name = names.iter().find(|name| called.contains(name))?;
            Some((name.clone(), process))
        })
        .collect()
}

/// What a program is called: its file's name, that on its command line, and
/// that which it shows. A kernel's own thread is not called anything.
fn called(pid: i32) -> Vec<String> {
    let Ok(line) = fs::read(format!("/proc/{pid}/cmdline")) else { return Vec::new() };
    let leaf = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
    let first = line.split(|byte| *byte == 0).next().unwrap_or_default();
    if first.is_empty() {
        return Vec::new();
    }
    let written = String::from_utf8_lossy(first);
    let file = fs::read_link(format!("/proc/{pid}/exe")).ok();
    let shown = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    let names = [
        leaf(Path::new(&*written)),
        file.as_deref().and_then(leaf),
        Some(shown.trim_end().to_owned()),
    ];
    names.into_iter().flatten().collect()
}

/// Waits until all of them have ended, for a time.
fn gone(all: &[Process], patience: Duration, watch: &Watch<'_>) {
    let until = Instant::now() + patience;
    for process in all {
        let Some(handle) =
            Pid::from_raw(process.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok())
        else {
            continue;
        };
        while process.lives() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() || watch.stops() {
                return;
            }
            let glance = left.min(Duration::from_millis(250));
            let glance = Timespec { tv_sec: 0, tv_nsec: i64::from(glance.subsec_nanos()) };
            let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&glance));
        }
    }
}
