//! What an earlier run of the program left behind: a process that may still live.
//!
//! An orphan is waited for, within its own time; then an interrupted package
//! manager is mended. How the orphan ended nobody can know: the executor looks.

use std::time::{Duration, Instant};

use ordain_core::execute::At;
use ordain_core::order::Run;
use ordain_wire::AtSpec;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

use super::{Carrier, now_ms};
use crate::command::chain;
use crate::journal::{OrderId, Starting};
use crate::platform::processes::Process;
use crate::run::packages::{Shift, dpkg_was_cut_off};
use crate::run::{Watch, kill_tree};

/// How long mending a package manager may take.
const MENDING: Duration = Duration::from_mins(30);
/// How often the list of orphans is looked at again.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Carrier {
    /// Waits for the orphan of a piece of work, and mends what it may have left half done.
    pub(super) fn settle_orphan(&self, order: &OrderId, at: At, run: Option<&Run>) {
        let spec = AtSpec::from(at);
        let (starting, running) = {
            let journal = self.desk.journal();
            let starting = journal.starting(order.number, spec).cloned();
            (starting, journal.known(order.number).and_then(|known| known.running))
        };
        let Some(starting) = starting else { return };
        if starting.boot_id == self.platform.boot_id() {
            let first = running.and_then(|running| {
                Process::of(running.pid).filter(|now| now.started == running.started)
            });
            self.wait_for_orphans(order, &starting, first);
        }
        let place = self.roots.runs.join(&starting.marker);
        self.take_left(order, run, &place);
        let _ = std::fs::remove_dir_all(place);
        if starting.package || dpkg_was_cut_off(&self.roots.system) {
            self.mend(order, &starting.marker);
        }
    }

    fn wait_for_orphans(&self, order: &OrderId, starting: &Starting, first: Option<Process>) {
        let mut told = false;
        loop {
            let Some(orphan) = orphan(starting, first) else { return };
            let overdue = now_ms() > starting.deadline_ms;
            if overdue && first.is_none() {
                // Perhaps a service that the script started: not ours to kill.
                return;
            }
            if !told {
                tracing::info!(
                    order = order.number,
                    pid = orphan.pid,
                    "a process of an earlier run still lives and is waited for"
                );
                told = true;
            }
            let stopped = self.desk.stop.is_requested(&order.session);
            if stopped || overdue {
                tracing::warn!(
                    order = order.number,
                    pid = orphan.pid,
                    stopped,
                    "it is killed with its tree"
                );
                kill_tree(Some(orphan), &starting.marker, || false);
                return;
            }
            wait_for_end(orphan);
        }
    }

    /// Lets the package manager finish what it was cut off from.
    fn mend(&self, order: &OrderId, marker: &str) {
        let marker = format!("{marker}.mend");
        let mut nobody = |_: &[u8]| {};
        let mut watch = Watch::over(&self.desk.stop, &order.session, &mut nobody);
        let folder = self.roots.runs.join(&marker);
        let mended = crate::disk::private_folder(&folder).map_err(Into::into).and_then(|()| {
            let environment = vec![
                ("PATH".to_owned(), crate::run::PATH.to_owned()),
                ("HOME".to_owned(), "/root".to_owned()),
            ];
            let deadline = Instant::now() + MENDING;
            let mut shift = Shift {
                folder: &folder,
                environment,
                marker: &marker,
                deadline,
                watch: &mut watch,
                done: Vec::new(),
            };
            shift.mend_dpkg()
        });
        match mended {
            Ok(ended) => {
                tracing::info!(way = ?ended.way, output = ended.output, "the package manager was mended");
            }
            Err(error) => {
                tracing::warn!(error = %chain(&error), "the package manager could not be mended");
            }
        }
        let _ = std::fs::remove_dir_all(&folder);
    }
}

/// The live process of that run, if any. Where its pid was not written down in
/// time it is the one that bears the marker and did not leave the agent's
/// session, as a daemon would.
fn orphan(starting: &Starting, first: Option<Process>) -> Option<Process> {
    if let Some(first) = first {
        return first.lives().then_some(first);
    }
    let all =
        Process::all().into_iter().filter(|each| !each.ended && each.session == starting.session);
    all.filter(|each| each.bears(&starting.marker)).min_by_key(|each| each.started)
}

/// Returns when the process has ended, or after a while.
fn wait_for_end(process: Process) {
    let handle =
        Pid::from_raw(process.pid).and_then(|pid| pidfd_open(pid, PidfdFlags::empty()).ok());
    let Some(handle) = handle.filter(|_| process.lives()) else { return };
    let patience = Timespec { tv_sec: 0, tv_nsec: LOOK_EVERY.subsec_nanos().into() };
    let _ = poll(&mut [PollFd::new(&handle, PollFlags::IN)], Some(&patience));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::processes;

    fn starting(marker: &str, session: i32) -> Starting {
        let at = AtSpec { step: 0, attempt: 1, work: 0 };
        Starting {
            order: 1,
            at,
            marker: marker.into(),
            boot_id: String::new(),
            session,
            package: false,
            deadline_ms: i64::MAX,
        }
    }

    #[test]
    fn an_orphan_is_found_by_its_marker_unless_it_left_the_session() {
        let mut child = std::process::Command::new("/bin/cat")
            .stdin(std::process::Stdio::piped())
            .env(processes::MARKER, "lost.1")
            .spawn()
            .expect("starts");
        let session = Process::myself().expect("procfs").session;
        let pid = i32::try_from(child.id()).expect("fits");
        assert_eq!(orphan(&starting("lost.1", session), None).map(|found| found.pid), Some(pid));
        assert_eq!(orphan(&starting("lost.1", session + 1), None), None);
        assert_eq!(orphan(&starting("other", session), None), None);
        let known = Process::of(pid).expect("lives");
        assert_eq!(orphan(&starting("whatever", 0), Some(known)), Some(known));
        child.kill().expect("ours");
        child.wait().expect("ours");
        assert_eq!(orphan(&starting("whatever", 0), Some(known)), None);
    }
}
