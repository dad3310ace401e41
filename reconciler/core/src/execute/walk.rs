//! The machine: steps in order, attempts within a step, works within an attempt.
//!
//! Owns which work comes next and what an entry changes. Does not judge
//! outcomes (`judge`) nor choose where an attempt begins (`resume`).

use crate::execute::judge::{Change, Verdict, judge};
use crate::execute::resume::{self, Start};
use crate::execute::{
    At, End, Entry, EntryState, MAX_INTERRUPTIONS, Next, Outcome, Progress, StepResult, StepState,
};
use crate::item::{Item, Reason};
use crate::order::{Pending, Step, Work, WorkPhase};

/// The execution of an order's steps: a function of the steps and the entries
/// applied so far.
///
/// Guarantees: see the module. Assumptions: entries are applied in the order
/// of the agent's journal; prerequisites stand before their dependants.
#[derive(Debug, Clone, PartialEq)]
pub struct Execution {
    steps: Vec<Step>,
    tracks: Vec<Track>,
    /// Every step before this one is over.
    cursor: usize,
    cancelled: bool,
}

/// An entry that does not fit the state; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Inconsistent {
    /// Something else comes next, or the same runs already.
    #[error("{0:?} does not come next")]
    NotNext(At),
    /// It does not run.
    #[error("{0:?} does not run")]
    NotRunning(At),
}

/// What is known of one step.
#[derive(Debug, Clone, PartialEq)]
struct Track {
    state: StepState,
    log: Vec<Entry>,
    attempt: Attempt,
    /// Attempts that failed; interrupted ones do not count.
    failures: u32,
    interruptions: u32,
}

/// The attempt that is, or will be, under way.
#[derive(Debug, Clone, PartialEq)]
struct Attempt {
    number: u32,
    position: Position,
    start: Start,
    running: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Position {
    /// Looks first, after this work was interrupted or, without one, because another attempt failed.
    Look(Option<usize>),
    /// Runs this work.
    Work(usize),
}

impl Execution {
    /// An execution of which nothing has started. A step without works is
    /// known to fail, and has failed from the start.
    pub fn new(steps: Vec<Step>) -> Self {
        let track = |step: &Step| Track {
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
        };
        let mut execution =
            Self { tracks: steps.iter().map(track).collect(), steps, cursor: 0, cancelled: false };
        execution.settle();
        execution
    }

    /// What comes next.
    pub fn next(&self) -> Next<'_> {
        match self.current() {
            Some((at, work)) => Next::Work(at, work),
            None => Next::Done,
        }
    }

    /// What runs now: after a replay, what was cut off and needs a
    /// [`Progress::Interrupted`] before anything else.
    pub fn running(&self) -> Option<At> {
        let track = self.tracks.get(self.cursor)?;
        let (at, _) = self.current()?;
        track.attempt.running.then_some(at)
    }

    /// Whether everything has ended.
    pub fn is_over(&self) -> bool {
        self.cursor >= self.steps.len()
    }

    /// Whether somebody cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled
    }

    /// The steps, in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The steps that are not over, in order.
    pub fn remaining_steps(&self) -> impl Iterator<Item = &Step> {
        let each = self.steps.iter().zip(&self.tracks);
        each.filter(|(_, track)| !track.state.is_over()).map(|(step, _)| step)
    }

    /// Every step with its state and log, in order.
    pub fn results(&self) -> impl Iterator<Item = StepResult<'_>> {
        let each = self.steps.iter().zip(&self.tracks);
        each.map(|(step, track)| StepResult { step, state: &track.state, log: &track.log })
    }

    /// Takes in an entry. On an error nothing has changed.
    pub fn apply(&mut self, progress: &Progress) -> Result<(), Inconsistent> {
        match progress {
            Progress::Started(at) => self.start(*at)?,
            Progress::Finished(at, outcome) => self.finish(*at, outcome)?,
            Progress::Interrupted(at) => self.interrupt(*at)?,
            Progress::Cancelled => self.cancel(),
        }
        self.settle();
        Ok(())
    }

    fn current(&self) -> Option<(At, &Work)> {
        let step = self.steps.get(self.cursor)?;
        let attempt = &self.tracks[self.cursor].attempt;
        let (work, index) = match attempt.position {
            Position::Look(_) => (At::LOOK, resume::look(step)?),
            Position::Work(index) => (index as u32, index),
        };
        let at = At { step: self.cursor as u32, attempt: attempt.number, work };
        Some((at, step.works.get(index)?))
    }

    fn start(&mut self, at: At) -> Result<(), Inconsistent> {
        let Some((next, work)) = self.current().filter(|_| self.running().is_none()) else {
            return Err(Inconsistent::NotNext(at));
        };
        if next != at {
            return Err(Inconsistent::NotNext(at));
        }
        let phase = work.phase;
        let track = &mut self.tracks[self.cursor];
        track.state = StepState::Running;
        track.attempt.running = true;
        track.log.push(Entry { at, phase, state: EntryState::Running });
        Ok(())
    }

    fn finish(&mut self, at: At, outcome: &Outcome) -> Result<(), Inconsistent> {
        let verdict = match self.current() {
            Some((_, work)) if self.running() == Some(at) => {
                let change = last_change(&self.tracks[self.cursor].log, at.attempt);
                judge(work, outcome, change.as_ref())
            }
            _ => return Err(Inconsistent::NotRunning(at)),
        };
        let cancelled = self.cancelled;
        let step = &self.steps[self.cursor];
        let track = &mut self.tracks[self.cursor];
        let remark = match &verdict {
            Verdict::Missed(_, why) => Some(why.clone()),
            Verdict::Met | Verdict::EndsStep | Verdict::Pending(_) | Verdict::Killed => None,
        };
        track.close(EntryState::Finished(outcome.clone(), remark));
        match track.attempt.position {
            _ if verdict == Verdict::Killed => track.state = StepState::Cancelled,
            Position::Look(interrupted) => {
                if let Verdict::Pending(what) = verdict {
                    track.state = StepState::Pending(what);
                    return Ok(());
                }
                let met = verdict == Verdict::Met;
                let gone = matches!(outcome.end, End::Detected(None));
                track.looked(step, interrupted, met, gone, cancelled);
            }
            Position::Work(index) => track.judged(step, index, verdict, cancelled),
        }
        Ok(())
    }

    fn interrupt(&mut self, at: At) -> Result<(), Inconsistent> {
        if self.running() != Some(at) {
            return Err(Inconsistent::NotRunning(at));
        }
        let cancelled = self.cancelled;
        let step = &self.steps[self.cursor];
        let track = &mut self.tracks[self.cursor];
        track.close(EntryState::Interrupted);
        track.interruptions += 1;
        if cancelled {
            track.state = StepState::Cancelled;
        } else if track.interruptions > MAX_INTERRUPTIONS {
            let text = format!("interrupted {} times", track.interruptions);
            track.state = StepState::Failed(None, text);
        } else {
            let position = match track.attempt.position {
                // A download that ran again for a later work stands for that work.
                Position::Work(index) => Position::Look(Some(index.max(track.attempt.start.floor))),
                look @ Position::Look(_) => look,
            };
            track.again(step, position);
        }
        Ok(())
    }

    fn cancel(&mut self) {
        self.cancelled = true;
        for track in &mut self.tracks {
            if !track.state.is_over() && !track.attempt.running {
                track.state = StepState::Cancelled;
            }
        }
    }

    /// Moves on to the first step that has something to do.
    fn settle(&mut self) {
        while let Some(track) = self.tracks.get(self.cursor) {
            if track.state == StepState::Waiting
                && let Some(what) = self.pending_prerequisite()
            {
                self.tracks[self.cursor].state = StepState::Pending(what);
            }
            if self.tracks[self.cursor].state == StepState::Waiting
                && let Some(item) = self.failed_prerequisite()
            {
                let text = format!("{item} failed, which it needs");
                self.tracks[self.cursor].state =
                    StepState::Failed(Some(Reason::PrerequisiteFailed), text);
            }
            if !self.tracks[self.cursor].state.is_over() {
                break;
            }
            self.cursor += 1;
        }
    }

    /// The prerequisites of the current step, with where they stand. An earlier
    /// step on the same item, the base of a patch, is one too.
    fn prerequisites(&self) -> impl Iterator<Item = (&Item, &StepState)> {
        let step = &self.steps[self.cursor];
        let earlier = self.steps[..self.cursor].iter().zip(&self.tracks);
        earlier
            .filter(|(other, _)| other.item == step.item || step.waits_for.contains(&other.item))
            .map(|(other, track)| (&other.item, &track.state))
    }

    /// The first prerequisite that did not end well.
    fn failed_prerequisite(&self) -> Option<&Item> {
        let mut bad = self.prerequisites().filter(|(_, state)| match state {
            StepState::Failed(..) | StepState::Cancelled => true,
            StepState::Waiting | StepState::Running | StepState::Passed | StepState::Pending(_) => {
                false
            }
        });
        bad.next().map(|(item, _)| item)
    }

    /// What the first prerequisite waits for that waits for something.
    fn pending_prerequisite(&self) -> Option<Pending> {
        self.prerequisites().find_map(|(_, state)| match state {
            StepState::Pending(what) => Some(*what),
            _ => None,
        })
    }
}

impl Track {
    fn close(&mut self, state: EntryState) {
        self.attempt.running = false;
        if let Some(entry) = self.log.last_mut() {
            entry.state = state;
        }
    }

    fn judged(&mut self, step: &Step, index: usize, verdict: Verdict, cancelled: bool) {
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

    fn looked(&mut self, step: &Step, cut: Option<usize>, met: bool, gone: bool, cancelled: bool) {
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
    fn again(&mut self, step: &Step, position: Position) {
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
fn last_change(log: &[Entry], attempt: u32) -> Option<Change> {
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
