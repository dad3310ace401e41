//! What an agent says about the order under way, and what follows from it.
//!
//! Owns taking reports in whatever their order; `dispatch` makes repeated
//! ones harmless.

use jiff::Timestamp;

use crate::execute::{Execution, Progress};
use crate::session::dispatch::Refusal;
use crate::session::machine::{Session, State};
use crate::session::{Effect, Report, Stage};

impl Session {
    /// Numbers rise within a session; one that was given before is no news.
    pub(super) fn numbered(&mut self, number: u64) -> Vec<Effect> {
        let news = self.number.is_none_or(|last| last < number);
        match self.state.dispatch_mut().filter(|_| news) {
            Some(dispatch) => {
                self.number = Some(number);
                dispatch.numbered(number)
            }
            None => Vec::new(),
        }
    }

    pub(super) fn reported(
        &mut self,
        order: u64,
        seq: u64,
        report: Report,
        now: Timestamp,
    ) -> Vec<Effect> {
        let Some(dispatch) = self.state.dispatch_mut() else { return Vec::new() };
        if !dispatch.is_news(order, seq) {
            return Vec::new();
        }
        match report {
            Report::Accepted => dispatch.accepted(seq),
            Report::Detected(findings) => match &mut self.state {
                State::Preflight(_, checks) => {
                    let checks = std::mem::take(checks);
                    return self.preflight(&findings, checks, now);
                }
                State::Detecting(_) => {
                    self.findings = findings;
                    self.state = State::Planning;
                    return vec![Effect::MakePlan];
                }
                _ => {}
            },
            Report::Progress(progress) => self.progress(seq, progress),
            Report::Ended => dispatch.ended(seq),
        }
        self.settle()
    }

    /// Takes in progress, with whatever came too early and fits now.
    pub(super) fn progress(&mut self, seq: u64, progress: Progress) {
        let (State::Executing(dispatch), Some(execution)) = (&mut self.state, &mut self.execution)
        else {
            return;
        };
        dispatch.keep(seq, progress);
        loop {
            let kept = dispatch.kept();
            let before = kept.len();
            for (seq, progress) in kept {
                if execution.apply(&progress).is_err() {
                    dispatch.keep(seq, progress);
                }
            }
            let after = dispatch.kept();
            let done = after.is_empty() || after.len() == before;
            for (seq, progress) in after {
                dispatch.keep(seq, progress);
            }
            if done {
                return;
            }
        }
    }

    /// Ends what has nothing more to wait for.
    pub(super) fn settle(&mut self) -> Vec<Effect> {
        match &self.state {
            State::Executing(dispatch) => {
                if self.execution.as_ref().is_none_or(Execution::is_over) {
                    return self.executed();
                }
                if dispatch.is_complete() {
                    let why = "the agent ended the order before its last step";
                    return self.fail(Stage::Execution, why.to_owned());
                }
            }
            State::Preflight(dispatch, _) | State::Detecting(dispatch)
                if dispatch.is_complete() =>
            {
                let why = "the agent ended the order without an answer";
                return self.fail(Stage::Detection, why.to_owned());
            }
            _ => {}
        }
        Vec::new()
    }

    pub(super) fn refused(&mut self, order: u64, code: &str, message: &str) -> Vec<Effect> {
        let (stage, refusal) = match &mut self.state {
            State::Preflight(dispatch, _) | State::Detecting(dispatch) => {
                (Stage::Detection, dispatch.refused(order, code, message))
            }
            State::Executing(dispatch) => {
                (Stage::Execution, dispatch.refused(order, code, message))
            }
            _ => return Vec::new(),
        };
        match refusal {
            None => Vec::new(),
            Some(Refusal::Again(effect)) => vec![effect],
            Some(Refusal::Final(why)) => self.fail(stage, why),
        }
    }
}
