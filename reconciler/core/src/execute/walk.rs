//! The machine: steps in order, attempts within a step, works within an attempt.
//!
//! Owns which work comes next and what an entry changes. Does not judge
//! outcomes (`judge`), move one step (`track`) nor choose where an attempt
//! begins (`resume`).

use jiff::Timestamp;

use crate::execute::judge::{Verdict, judge};
use crate::execute::restart::Restart;
use crate::execute::resume;
use crate::execute::track::{Position, Track, last_change};
use crate::execute::{
    At, End, Entry, EntryState, MAX_INTERRUPTIONS, Next, Outcome, Progress, StepResult, StepState,
};
use crate::item::{Item, Reason};
use crate::order::{Holding, Restarts, Step, Work};

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
    /// The restart before the first step, where one is wanted.
    pub(super) start: Option<Restart>,
    /// The restart after the last step, where one is wanted.
    pub(super) end: Option<Restart>,
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
    /// Nothing holds it back.
    #[error("nothing holds step {0} back then")]
    NotHeld(u32),
}

impl Execution {
    /// An execution of which nothing has started. A step without works is
    /// known to fail, and has failed from the start.
    pub fn new(steps: Vec<Step>) -> Self {
        let mut execution = Self {
            tracks: steps.iter().map(Track::new).collect(),
            steps,
            cursor: 0,
            cancelled: false,
            start: None,
            end: None,
        };
        execution.settle();
        execution
    }

    /// The same with restarts around the steps; with none where nothing is to
    /// be carried out.
    pub fn with_restarts(steps: Vec<Step>, restarts: Restarts) -> Self {
        let mut execution = Self::new(steps);
        if !execution.is_over() {
            execution.start = restarts.start.map(|one| Restart::new(At::RESTART_START, one));
            execution.end = restarts.end.map(|one| Restart::new(At::RESTART_END, one));
        }
        execution
    }

    /// What comes next at a moment of the agent's clock: a step that has not
    /// begun starts only while its gate is open.
    pub fn next(&self, now: Timestamp) -> Next<'_> {
        if let Some((at, work)) = self.restart().map(Restart::next) {
            return Next::Work(at, work);
        }
        match self.current() {
            Some((at, _)) if self.holding(now).is_some() => Next::Held(at.step),
            Some((at, work)) => Next::Work(at, work),
            None => Next::Done,
        }
    }

    /// Holds every step back that is left, where nothing would start at that
    /// moment; else nothing changes.
    pub fn hold_all(&mut self, now: Timestamp) -> bool {
        let mut left = self.clone();
        // Where nothing starts, nothing is restarted for it.
        left.skip_restarts();
        while let Next::Held(step) = left.next(now) {
            if left.apply(&Progress::Held { step, at: now }).is_err() {
                return false;
            }
        }
        let all = left.is_over();
        if all {
            *self = left;
        }
        all
    }

    /// When what runs now is stopped, whatever it does; none where nothing stops it.
    pub fn stops_at(&self, now: Timestamp) -> Option<Timestamp> {
        if self.restart().is_some() {
            return None;
        }
        self.steps.get(self.cursor)?.gate.as_ref()?.stops_at(now)
    }

    /// What holds the current step back.
    fn holding(&self, now: Timestamp) -> Option<Holding> {
        let gate = self.steps.get(self.cursor)?.gate.as_ref()?;
        let track = &self.tracks[self.cursor];
        match track.state {
            StepState::Waiting => gate.holding(now),
            // What ends now is told how it ended.
            StepState::Running if track.stopped.is_none() => gate.stopping(now),
            _ => None,
        }
    }

    /// What runs now: after a replay, what was cut off and needs a
    /// [`Progress::Interrupted`] before anything else.
    pub fn running(&self) -> Option<At> {
        if let Some(restart) = self.restart() {
            return restart.is_running().then(|| restart.next().0);
        }
        let track = self.tracks.get(self.cursor)?;
        let (at, _) = self.current()?;
        track.attempt.running.then_some(at)
    }

    /// Whether everything has ended.
    pub fn is_over(&self) -> bool {
        self.is_through() && self.restart().is_none()
    }

    /// Whether every step is over.
    pub(super) fn is_through(&self) -> bool {
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
            Progress::Cancelled => self.cancel(),
            _ if self.restart().is_some() => self.apply_to_restart(progress)?,
            Progress::Started(at) => self.start(*at)?,
            Progress::Finished(at, outcome) => self.finish(*at, outcome)?,
            Progress::Interrupted(at) => self.interrupt(*at)?,
            Progress::Held { step, at } => self.hold(*step, *at)?,
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
            _ if verdict == Verdict::Killed => {
                let held = track.stopped.take().filter(|_| !cancelled);
                track.state = held.map_or(StepState::Cancelled, StepState::Held);
            }
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
        // It ended before it could be stopped; what would follow is held back.
        if let Some(holding) = track.stopped.take()
            && !track.state.is_over()
        {
            track.state = StepState::Held(holding);
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
        } else if let Some(holding) = track.stopped.take() {
            track.state = StepState::Held(holding);
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

    fn hold(&mut self, step: u32, at: Timestamp) -> Result<(), Inconsistent> {
        let holding = self.holding(at).filter(|_| self.cursor == step as usize);
        let holding = holding.ok_or(Inconsistent::NotHeld(step))?;
        let track = &mut self.tracks[self.cursor];
        if track.attempt.running {
            track.stopped = Some(holding);
        } else {
            track.state = StepState::Held(holding);
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
        self.skip_restarts();
    }

    /// Moves on to the first step that has something to do.
    fn settle(&mut self) {
        while let Some(track) = self.tracks.get(self.cursor) {
            if track.state == StepState::Waiting
                && let Some(state) = self.waiting_prerequisite()
            {
                self.tracks[self.cursor].state = state;
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
        if self.is_through() {
            self.settle_end();
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
            StepState::Waiting
            | StepState::Running
            | StepState::Passed
            | StepState::Pending(_)
            | StepState::Held(_) => false,
        });
        bad.next().map(|(item, _)| item)
    }

    /// Where the first prerequisite stands that waits for something.
    fn waiting_prerequisite(&self) -> Option<StepState> {
        self.prerequisites().find_map(|(_, state)| match state {
            StepState::Pending(_) | StepState::Held(_) => Some(state.clone()),
            _ => None,
        })
    }
}
