//! Restarting the computer in the middle of a session, and going on afterwards.
//!
//! The journal knows of the restart before it begins. A program that starts
//! under another boot id than the one written down knows that it happened; one
//! that starts under the same is back too early, and the work counts as cut off.

use std::path::Path;
use std::time::{Duration, Instant};

use ordain_core::execute::{At, End, Execution, Outcome, Progress};
use ordain_core::order::{Ask, OnTimeout, Reboot, Stay, What};
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

/// What became of a question.
enum Consent {
    /// It may be restarted.
    Given,
    /// It may not.
    Refused(Stay),
    /// Nobody answered, and that counts as a failure.
    Missing,
    /// Somebody cancelled.
    Stopped,
}

impl Carrier {
    /// Restarts the computer, where it may and where that is wanted.
    pub(super) fn restart(
        &self,
        order: &OrderId,
        reboot: &Reboot,
        marker: &str,
        watch: &mut Watch<'_>,
    ) -> (End, String) {
        let stays = |why| (End::Stayed(why), String::new());
        if reboot.only_pending && !self.platform.is_restart_pending() {
            return stays(Stay::NotNeeded);
        }
        let at_work = || reboot.barred.iter().any(|stretch| stretch.contains(now_ms()));
        if at_work() {
            return stays(Stay::BusinessHours);
        }
        if let Some(ask) = reboot.ask {
            match self.may_restart(ask, marker, watch) {
                Consent::Given => {}
                Consent::Refused(why) => return stays(why),
                Consent::Missing => {
                    let text = "nobody answered whether the computer may be restarted";
                    return (End::Failed(text.to_owned()), String::new());
                }
                Consent::Stopped => return (End::Killed, String::new()),
            }
            // An answer takes its time.
            if at_work() {
                return stays(Stay::BusinessHours);
            }
        }
        self.reboot(order, marker, watch)
    }

    /// Asks who is logged on, by the program that this computer has for it.
    /// Where there is none it is as if nobody had answered.
    fn may_restart(&self, ask: Ask, marker: &str, watch: &mut Watch<'_>) -> Consent {
        let Some(person) = self.platform.logged_on().into_iter().next() else {
            return Consent::Refused(Stay::NobodyLoggedOn);
        };
        let answer = self.platform.ask_program().map(|program| {
            let patience = Duration::from_secs(ask.seconds);
            let args = vec![person.into(), ask.seconds.to_string().into()];
            self.runner.program(&program, args, patience, marker, watch)
        });
        match answer.map(|answer| answer.map(|ended| ended.way)) {
            Some(Ok(Way::Exit(0))) => return Consent::Given,
            Some(Ok(Way::Exit(1))) => return Consent::Refused(Stay::Declined),
            Some(Ok(Way::Stopped)) => return Consent::Stopped,
            Some(Ok(Way::Exit(_) | Way::TimedOut)) | None => {}
            Some(Err(error)) => {
                tracing::warn!(error = %chain(&error), "nobody could be asked");
            }
        }
        match ask.on_timeout {
            OnTimeout::Reboot => Consent::Given,
            OnTimeout::Suppress => Consent::Refused(Stay::NoAnswer),
            OnTimeout::Fail => Consent::Missing,
        }
    }

    /// Restarts the computer. Comes back only where that does not happen, or
    /// where it leaves this program alone.
    fn reboot(&self, order: &OrderId, marker: &str, watch: &mut Watch<'_>) -> (End, String) {
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
        let within = work.is_some_and(|work| matches!(work.what, What::Reboot(_)));
        if !within && at.step < At::RESTART_START {
            return false;
        }
        let spec = AtSpec::from(at);
        let starting = self.desk.journal().starting(order.number, spec).cloned();
        let Some(starting) = starting else { return false };
        let boot = self.platform.boot_id();
        if boot.is_empty() || starting.boot_id == boot {
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
