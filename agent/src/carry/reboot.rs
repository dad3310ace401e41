//! Restarting the computer in the middle of a session, and going on afterwards.
//!
//! The journal knows of the restart before it begins. A program that starts
//! under another boot id than the one written down knows that it happened; one
//! that starts under the same is back too early, and the work counts as cut off.

use std::path::Path;
use std::time::{Duration, Instant};

use ordain_core::execute::{At, End, Execution, Outcome, Progress};
use ordain_core::order::What;
use ordain_wire::AtSpec;

use super::execution::note;
use super::{Carrier, now_ms};
use crate::command::chain;
use crate::journal::OrderId;
use crate::run::{Watch, Way};

/// How long the command that restarts may take.
const COMMAND: Duration = Duration::from_mins(2);
/// How long the restart may take to end this program.
const PATIENCE: Duration = Duration::from_mins(10);
/// How often it is looked at whether it happened.
const LOOK_EVERY: Duration = Duration::from_millis(500);

impl Carrier {
    /// Restarts the computer. Comes back only where that does not happen, or
    /// where it leaves this program alone.
    pub(super) fn reboot(
        &self,
        order: &OrderId,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> (End, String) {
        let before = self.platform.boot_id();
        let command = self.platform.reboot_command();
        let Some((program, args)) = command.split_first() else {
            let text = "nothing is known to restart this computer with";
            return (End::Failed(text.to_owned()), String::new());
        };
        tracing::info!(order = order.number, "the computer is restarted");
        let args = args.iter().map(Into::into).collect();
        let ended = match self.runner.program(Path::new(program), args, COMMAND, marker, watch) {
            Ok(ended) => ended,
            Err(error) => return (End::Failed(chain(&error)), String::new()),
        };
        match ended.way {
            Way::Exit(0) => {}
            Way::Exit(code) => {
                let text = format!("the restart ended with exit code {code}");
                return (End::Failed(text), ended.output);
            }
            Way::TimedOut => return (End::TimedOut, ended.output),
            Way::Stopped => return (End::Killed, ended.output),
        }
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if self.platform.boot_id() != before {
                return (End::Exit(0), ended.output);
            }
            std::thread::sleep(LOOK_EVERY);
        }
        (End::Failed("the computer did not restart".to_owned()), ended.output)
    }

    /// Whether what ran was a restart that has happened; then it has ended well.
    pub(super) fn is_back(&self, order: &OrderId, execution: &mut Execution, at: At) -> bool {
        let step = execution.steps().get(at.step as usize);
        let work = step.and_then(|step| step.works.get(at.work as usize));
        if work.is_none_or(|work| work.what != What::Reboot) {
            return false;
        }
        let spec = AtSpec::from(at);
        let starting = self.desk.journal().starting(order.number, spec).cloned();
        let Some(starting) = starting else { return false };
        let now = self.platform.boot_id();
        if now.is_empty() || starting.boot_id == now {
            return false;
        }
        tracing::info!(order = order.number, "the computer is back, and the session goes on");
        let now = now_ms();
        let outcome =
            Outcome { end: End::Exit(0), output: String::new(), started_ms: now, ended_ms: now };
        note(&self.desk, order, execution, Progress::Finished(at, outcome));
        true
    }
}
