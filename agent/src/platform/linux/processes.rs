//! Processes of others, as procfs shows them: whose they are, since when, and ending them.
//!
//! A process is named by pid *and* start time, since pids are used again.
//! Every run's processes carry `ORDAIN_RUN=MARKER` in their environment, which
//! a double fork or a new session does not shed.

use std::collections::BTreeSet;
use std::fs;

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

use super::spawn::adopts;

/// The variable that marks every process of a run.
pub const MARKER: &str = "ORDAIN_RUN";

/// A process as `/proc/PID/stat` describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: i32,
    /// Its parent.
    pub parent: i32,
    /// Its process group.
    pub group: i32,
    /// Its session.
    pub session: i32,
    /// When it started, in clock ticks since the boot.
    pub started: u64,
    /// Whether it has ended and waits to be reaped.
    pub ended: bool,
}

impl Process {
    /// The process of that number, now.
    pub fn of(pid: i32) -> Option<Self> {
        Self::parse(pid, &fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// The program's own process.
    pub fn myself() -> Option<Self> {
        Self::of(i32::try_from(std::process::id()).ok()?)
    }

    /// Every process of the computer that can be seen.
    pub fn all() -> Vec<Self> {
        let Ok(entries) = fs::read_dir("/proc") else { return Vec::new() };
        entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter_map(Self::of)
            .collect()
    }

    fn parse(pid: i32, stat: &str) -> Option<Self> {
        // The name in parentheses may itself hold blanks and parentheses.
        let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
        let state = fields.next()?;
        let mut number = || fields.next()?.parse::<i64>().ok();
        let (parent, group, session) = (number()?, number()?, number()?);
        // Fields 7 to 21 lie between the session and the start time.
        let started = fields.nth(15)?.parse().ok()?;
        Some(Self {
            pid,
            parent: parent.try_into().ok()?,
            group: group.try_into().ok()?,
            session: session.try_into().ok()?,
            started,
            ended: matches!(state, "Z" | "X" | "x"),
        })
    }

    /// Whether this very process, no later one of its number, still runs.
    pub fn lives(&self) -> bool {
        Self::of(self.pid).is_some_and(|now| now.started == self.started && !now.ended)
    }

    /// Whether it belongs to the run of that marker.
    pub fn bears(&self, marker: &str) -> bool {
        let Ok(environment) = fs::read(format!("/proc/{}/environ", self.pid)) else { return false };
        let wanted = format!("{MARKER}={marker}");
        environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
    }

    /// Sends a signal to this very process; one that is gone is passed over.
    pub fn signal(&self, signal: Signal) {
        let Some(pid) = Pid::from_raw(self.pid) else { return };
        let Ok(handle) = pidfd_open(pid, PidfdFlags::empty()) else { return };
        if Self::of(self.pid).is_some_and(|now| now.started == self.started) {
            let _ = pidfd_send_signal(handle, signal);
        }
    }
}

/// The live processes of a run: its first process, that one's group, whoever
/// bears the marker, what this program adopted since, and all descendants.
///
/// `first` is the run's own child, with its start time; none where only the
/// marker is known.
pub fn tree(first: Option<Process>, marker: &str) -> Vec<Process> {
    let me = Process::myself().map_or(0, |me| me.pid);
    let all: Vec<Process> = Process::all()
        .into_iter()
        .filter(|each| !each.ended && each.pid > 1 && each.pid != me)
        .collect();
    let belongs = |each: &Process| {
        let by_birth = first.is_some_and(|first| {
            let adopted = adopts() && each.parent == me && each.started >= first.started;
            (each.pid == first.pid && each.started == first.started)
                || each.group == first.pid
                || adopted
        });
        by_birth || each.bears(marker)
    };
    let mut members: BTreeSet<i32> =
        all.iter().filter(|each| belongs(each)).map(|each| each.pid).collect();
    loop {
        let before = members.len();
        members.extend(
            all.iter()
                .filter(|each| members.contains(&each.parent))
                .map(|each| each.pid)
                .collect::<Vec<_>>(),
        );
        if members.len() == before {
            break;
        }
    }
    all.into_iter().filter(|each| members.contains(&each.pid)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stat_line_is_read_past_a_malicious_name() {
        let line = "42 (a) R 1 (b) S 7 42 42 0 -1 4194560 1 0 0 0 1 2 3 4 20 0 1 0 98765 1000 10 18446744073709551615";
        let expected =
            Process { pid: 42, parent: 7, group: 42, session: 42, started: 98765, ended: false };
        assert_eq!(Process::parse(42, line), Some(expected));
        for torn in ["", "42 (a", "42 (a) S", "42 (a) S 7 42 42 0"] {
            assert_eq!(Process::parse(42, torn), None, "{torn}");
        }
    }

    #[test]
    fn this_process_lives_and_a_former_one_of_its_number_does_not() {
        let me = Process::myself().expect("procfs is there");
        assert!(me.lives());
        assert!(!Process { started: me.started + 1, ..me }.lives());
    }
}
