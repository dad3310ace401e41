//! One step on its way: where it stands, its attempt, and what moves both.

use crate::execute::judge::{Change, Verdict};
use crate::execute::resume::{self, Start};
use crate::execute::{Entry, EntryState, StepState};
use crate::order::{Holding, Step, WorkPhase};

/// What is known of one step.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Track {
    pub(super) state: StepState,
    pub(super) log: Vec<Entry>,
    pub(super) attempt: Attempt,
    /// Attempts that failed; interrupted ones do not count.
    pub(super) failures: u32,
    pub(super) interruptions: u32,
    /// What stops it, while it is under way.
    pub(super) stopped: Option<Holding>,
}

/// The attempt that is, or will be, under way.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Attempt {
    pub(super) number: u32,
    pub(super) position: Position,
    pub(super) start: Start,
    pub(super) running: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Position {
    /// Looks first, after this work was interrupted or, without one, because another attempt failed.
    Look(Option<usize>),
    /// Runs this work.
    Work(usize),
}

impl Track {
    /// A step of which nothing has started. One without works is known to
    /// fail, and has failed from the start.
    pub(super) fn new(step: &Step) -> Self {
        Self {
            state: if step.works.is_empty() {
                let text = format!("known before the start: {}", step.reason);
                StepState::Failed(Some(step.reason), text)
            } else {
                StepState::Waiting
            },
            log: Vec::new(),
            attempt: Attempt {
                number: 1,
                position: Position::Work(0),
                start: Start::default(),
                running: false,
            },
            failures: 0,
            interruptions: 0,
            stopped: None,
        }
    }

    pub(super) fn close(&mut self, state: EntryState) {
        self.attempt.running = false;
        if let Some(entry) = self.log.last_mut() {
            entry.state = state;
        }
    }

    pub(super) fn judged(&mut self, step: &Step, index: usize, verdict: Verdict, cancelled: bool) {
        match verdict {
            Verdict::Met => self.go_on(step, index + 1, cancelled),
            Verdict::EndsStep => self.state = StepState::Passed,
            Verdict::Killed => self.state = StepState::Cancelled,
            Verdict::Pending(what) => self.state = StepState::Pending(what),
            Verdict::Missed(reason, why) => {
                self.failures += 1;
                if cancelled || self.failures >= step.attempts {
                    self.state = StepState::Failed(reason, why);
                } else if resume::removes_first(step) {
                    self.again(step, Position::Look(None));
                } else {
                    self.again(step, Position::Work(0));
                }
            }
        }
    }

    pub(super) fn looked(
        &mut self,
        step: &Step,
        cut: Option<usize>,
        met: bool,
        gone: bool,
        cancelled: bool,
    ) {
        self.attempt.start = match cut {
            Some(index) => resume::after_interruption(step, index, met, gone),
            None => resume::after_failure(step, gone),
        };
        self.go_on(step, 0, cancelled);
    }

    /// Goes on at or behind a work of the same attempt.
    fn go_on(&mut self, step: &Step, index: usize, cancelled: bool) {
        match self.attempt.start.at_or_behind(step, index) {
            None => self.state = StepState::Passed,
            Some(_) if cancelled => self.state = StepState::Cancelled,
            Some(index) => self.attempt.position = Position::Work(index),
        }
    }

    /// Opens another attempt; one that cannot look begins at the beginning.
    pub(super) fn again(&mut self, step: &Step, position: Position) {
        self.attempt = Attempt {
            number: self.attempt.number + 1,
            position: match position {
                Position::Look(_) if resume::look(step).is_none() => Position::Work(0),
                other => other,
            },
            start: Start::default(),
            running: false,
        };
    }
}

/// The last change that was finished within an attempt.
pub(super) fn last_change(log: &[Entry], attempt: u32) -> Option<Change> {
    let of_attempt = log.iter().rev().take_while(|entry| entry.at.attempt == attempt);
    let mut changes = of_attempt.filter(|entry| match entry.phase {
        WorkPhase::Install | WorkPhase::Uninstall | WorkPhase::Set => entry.outcome().is_some(),
        WorkPhase::Detect
        | WorkPhase::Download
        | WorkPhase::Post
        | WorkPhase::Test
        | WorkPhase::Get => false,
    });
    changes.next().map(|entry| Change { phase: entry.phase, code: entry.exit_code() })
}
