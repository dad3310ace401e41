//! How a session is over: carried out, cancelled, lost or failed.
//!
//! The status that results make is `view`'s judgement.

use crate::execute::Progress;
use crate::session::machine::{Session, State};
use crate::session::{Effect, Stage, StageStatus, Status};

/// Why it is not known what became of a cancelled session.
const CANCELLED_AWAY: &str = "cancelled while its computer was away: what was under way there is not known, and is stopped when it comes back";

impl Session {
    pub(super) fn executed(&mut self) -> Vec<Effect> {
        let failed = self.actions().any(|action| action.has_failed() || action.is_cancelled());
        let status =
            if failed || self.restart_failed() { StageStatus::Failed } else { StageStatus::Passed };
        self.stages.set(Stage::Execution, status);
        self.next_part().unwrap_or_else(|| self.finish())
    }

    pub(super) fn finish(&mut self) -> Vec<Effect> {
        self.stages.set(Stage::Report, StageStatus::Passed);
        let status = self.judge();
        self.end(status)
    }

    /// What has not started never will. What runs on the computer is told to
    /// stop; only an execution that the agent has accepted is waited for, and
    /// only while its line is up: of a computer that may never come back, what it
    /// was at is not known, and it is told to stop when it does.
    pub(super) fn cancel(&mut self) -> Vec<Effect> {
        let mut effects = match &mut self.state {
            State::Executing(dispatch) if dispatch.is_accepted() && self.connected => {
                return dispatch.cancel();
            }
            State::Executing(dispatch) if dispatch.is_accepted() => {
                self.message = Some(CANCELLED_AWAY.to_owned());
                dispatch.cancel()
            }
            State::Preflight(dispatch, _)
            | State::Detecting(dispatch)
            | State::Executing(dispatch) => dispatch.cancel(),
            _ => Vec::new(),
        };
        if let Some(execution) = &mut self.execution {
            execution.apply(&Progress::Cancelled).expect("a cancel always fits");
        }
        effects.extend(self.end(Status::Cancelled));
        effects
    }

    /// What the computer did not report is not known, so the session fails.
    pub(super) fn lost(&mut self, why: String) -> Vec<Effect> {
        let stage = match &self.state {
            State::Created
            | State::Offline
            | State::Resolving
            | State::Parked(_)
            | State::Postponed(_) => Stage::Resolution,
            State::Preflight(..) | State::Detecting(_) | State::Planning => Stage::Detection,
            State::Awaiting(_) | State::InLine | State::Executing(_) => Stage::Execution,
            State::Over(_) => return Vec::new(),
        };
        self.fail(stage, why)
    }

    pub(super) fn fail(&mut self, stage: Stage, why: String) -> Vec<Effect> {
        self.stages.set(stage, StageStatus::Failed);
        self.message = Some(why);
        self.end(Status::Failed)
    }

    pub(super) fn end(&mut self, status: Status) -> Vec<Effect> {
        self.stages.close();
        self.state = State::Over(status);
        vec![Effect::Ended(status)]
    }
}
