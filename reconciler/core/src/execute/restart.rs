//! The restarts around the steps: before the first, and after the last.
//!
//! Owns whether one is due, and where it stands. A restart that fails, or does
//! not happen, stops nothing. What a step does for itself is the step's work.

use crate::execute::{
    At, End, Execution, Inconsistent, MAX_INTERRUPTIONS, Outcome, Progress, StepResult,
};
use crate::order::{Expect, Reboot, What, Work, WorkPhase};

/// A restart around the steps, where one is wanted.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Restart {
    work: Work,
    step: u32,
    attempt: u32,
    state: RestartState,
}

/// Where a restart stands.
#[derive(Debug, Clone, PartialEq)]
pub enum RestartState {
    /// Its turn has not come.
    Waiting,
    /// It is under way.
    Running,
    /// It has happened, or did not, for a reason.
    Ended(Outcome),
    /// It was cut off too often.
    GivenUp,
    /// Somebody cancelled before its turn came, or nothing was carried out.
    Skipped,
}

impl RestartState {
    /// Whether nothing more will happen.
    pub fn is_over(&self) -> bool {
        match self {
            Self::Waiting | Self::Running => false,
            Self::Ended(_) | Self::GivenUp | Self::Skipped => true,
        }
    }

    /// Whether it was tried in vain.
    pub fn has_failed(&self) -> bool {
        match self {
            Self::Ended(outcome) => matches!(outcome.end, End::Failed(_) | End::TimedOut),
            Self::GivenUp => true,
            Self::Waiting | Self::Running | Self::Skipped => false,
        }
    }
}

impl Restart {
    pub(super) fn new(step: u32, reboot: Reboot) -> Self {
        let work =
            Work { phase: WorkPhase::Post, what: What::Reboot(reboot), expect: Expect::Success };
        Self { work, step, attempt: 1, state: RestartState::Waiting }
    }

    pub(super) fn state(&self) -> &RestartState {
        &self.state
    }

    pub(super) fn is_over(&self) -> bool {
        self.state.is_over()
    }

    pub(super) fn is_running(&self) -> bool {
        self.state == RestartState::Running
    }

    pub(super) fn next(&self) -> (At, &Work) {
        (At { step: self.step, attempt: self.attempt, work: 0 }, &self.work)
    }

    /// Something asked for it: what the system says does not matter any more.
    pub(super) fn demand(&mut self) {
        if let What::Reboot(reboot) = &mut self.work.what {
            reboot.only_pending = false;
        }
    }

    pub(super) fn skip(&mut self) {
        if self.state == RestartState::Waiting {
            self.state = RestartState::Skipped;
        }
    }

    pub(super) fn start(&mut self, at: At) -> Result<(), Inconsistent> {
        if self.state != RestartState::Waiting || self.next().0 != at {
            return Err(Inconsistent::NotNext(at));
        }
        self.state = RestartState::Running;
        Ok(())
    }

    pub(super) fn finish(&mut self, at: At, outcome: &Outcome) -> Result<(), Inconsistent> {
        if !self.is_running() || self.next().0 != at {
            return Err(Inconsistent::NotRunning(at));
        }
        self.state = RestartState::Ended(outcome.clone());
        Ok(())
    }

    pub(super) fn interrupt(&mut self, at: At, cancelled: bool) -> Result<(), Inconsistent> {
        if !self.is_running() || self.next().0 != at {
            return Err(Inconsistent::NotRunning(at));
        }
        self.state = if cancelled {
            RestartState::Skipped
        } else if self.attempt > MAX_INTERRUPTIONS {
            RestartState::GivenUp
        } else {
            self.attempt += 1;
            RestartState::Waiting
        };
        Ok(())
    }
}

impl Execution {
    /// The restart whose turn it is.
    pub(super) fn restart(&self) -> Option<&Restart> {
        let start = self.start.as_ref().filter(|restart| !restart.is_over());
        let end = || self.end.as_ref().filter(|restart| self.is_through() && !restart.is_over());
        start.or_else(end)
    }

    fn restart_mut(&mut self) -> Option<&mut Restart> {
        let through = self.is_through();
        let start = self.start.as_mut().filter(|restart| !restart.is_over());
        start.or_else(|| self.end.as_mut().filter(|restart| through && !restart.is_over()))
    }

    pub(super) fn apply_to_restart(&mut self, progress: &Progress) -> Result<(), Inconsistent> {
        let cancelled = self.is_cancelled();
        let Some(restart) = self.restart_mut() else { return Ok(()) };
        match progress {
            Progress::Started(at) => restart.start(*at),
            Progress::Finished(at, outcome) => restart.finish(*at, outcome),
            Progress::Interrupted(at) => restart.interrupt(*at, cancelled),
            Progress::Held { step, .. } => Err(Inconsistent::NotHeld(*step)),
            Progress::Cancelled => Ok(()),
        }
    }

    /// What has not begun never will.
    pub(super) fn skip_restarts(&mut self) {
        self.start.iter_mut().chain(&mut self.end).for_each(Restart::skip);
    }

    /// The steps are through: something may have asked for the restart behind
    /// them, and where nothing was carried out nothing does.
    pub(super) fn settle_end(&mut self) {
        let demanded = self.results().any(|result| demands(&result));
        let idle = self.results().all(|result| result.log.is_empty());
        let Some(end) = self.end.as_mut().filter(|end| !end.is_over() && !end.is_running()) else {
            return;
        };
        if demanded {
            end.demand();
        } else if idle {
            end.skip();
        }
    }

    /// The restarts around the steps with where each stands: before the first, after the last.
    pub fn restarts(&self) -> [Option<&RestartState>; 2] {
        [&self.start, &self.end].map(|restart| restart.as_ref().map(Restart::state))
    }
}

/// Whether an exit code of a step's action asks for a restart that the step did not make itself.
fn demands(result: &StepResult<'_>) -> bool {
    let asks = result.log.iter().rposition(|entry| {
        let work = result.step.works.get(entry.at.work as usize);
        let Some(Work { what: What::Run(run), .. }) = work else { return false };
        entry.exit_code().is_some_and(|code| run.reboot_codes.contains(&code))
    });
    let Some(asks) = asks else { return false };
    !result.log[asks..].iter().any(|entry| {
        let work = result.step.works.get(entry.at.work as usize);
        let restarts = work.is_some_and(|work| matches!(work.what, What::Reboot(_)));
        restarts && entry.exit_code() == Some(0)
    })
}
