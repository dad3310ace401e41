//! What follows a crash: where an attempt begins once the look has answered.
//!
//! After an interruption nobody knows whether the interrupted work took
//! effect. The look (the step's own verifying work) tells, and from its answer
//! follows which works are left out, so that an interrupted step ends as an
//! undisturbed one does: what has taken effect is not done again, what was
//! left half done is.

use crate::item::Act;
use crate::order::{Expect, Step, What, WorkPhase};

/// The work whose answer tells whether the step as a whole took effect: the
/// last probe, else the last test.
pub(super) fn look(step: &Step) -> Option<usize> {
    let last = |wanted: fn(&What, &Expect) -> bool| {
        let mut works = step.works.iter();
        works.rposition(|work| wanted(&work.what, &work.expect))
    };
    last(|what, _| matches!(what, What::Probe(_)))
        .or_else(|| last(|_, expect| matches!(expect, Expect::True | Expect::False)))
}

/// Where an attempt begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Start {
    /// Works before this index are left out, apart from downloads that later works need.
    pub(super) floor: usize,
    /// The work that the look has answered already.
    pub(super) known: Option<usize>,
}

impl Start {
    /// The first work at or behind `index` that this attempt runs.
    pub(super) fn at_or_behind(self, step: &Step, index: usize) -> Option<usize> {
        (index..step.works.len()).find(|&index| self.runs(step, index))
    }

    fn runs(self, step: &Step, index: usize) -> bool {
        if self.known == Some(index) {
            return false;
        }
        let download = step.works[index].phase == WorkPhase::Download;
        index >= self.floor || (download && changes_from(step, self.floor))
    }
}

fn changes_from(step: &Step, floor: usize) -> bool {
    let mut rest = step.works.iter().skip(floor);
    rest.any(|work| match work.phase {
        WorkPhase::Install | WorkPhase::Uninstall | WorkPhase::Post | WorkPhase::Set => true,
        WorkPhase::Detect | WorkPhase::Download | WorkPhase::Test | WorkPhase::Get => false,
    })
}

/// Where to begin after work `interrupted` was cut off: `met` says whether the
/// look's expectation holds, `gone` whether it found nothing at all.
pub(super) fn after_interruption(step: &Step, interrupted: usize, met: bool, gone: bool) -> Start {
    let look = look(step);
    if !met {
        return if gone { after_removal(step, Some(interrupted)) } else { Start::default() };
    }
    if look == Some(interrupted) || took_effect(step, interrupted) {
        let floor = interrupted + 1;
        let unchanged = look.filter(|&look| !changes_between(step, floor, look));
        return Start { floor, known: unchanged };
    }
    Start { floor: interrupted, known: None }
}

/// Where to begin another attempt after a failure: what has been removed on
/// the way to a new install is not removed again.
pub(super) fn after_failure(step: &Step, gone: bool) -> Start {
    if gone { after_removal(step, None) } else { Start::default() }
}

/// Whether a step removes before it installs, so that trying it again needs a look first.
pub(super) fn removes_first(step: &Step) -> bool {
    removal(step).is_some()
}

/// The indexes of a removal and of the install behind it.
fn removal(step: &Step) -> Option<(usize, usize)> {
    let phase = |wanted| step.works.iter().position(|work| work.phase == wanted);
    let (remove, install) = (phase(WorkPhase::Uninstall)?, phase(WorkPhase::Install)?);
    (remove < install).then_some((remove, install))
}

/// Nothing is there: the removal has happened; what stands between it and the
/// install is done from the interrupted work on, or not at all.
fn after_removal(step: &Step, interrupted: Option<usize>) -> Start {
    let floor = match removal(step) {
        None => 0,
        Some((remove, install)) => match interrupted {
            None => install,
            Some(interrupted) => interrupted.clamp(remove + 1, install),
        },
    };
    Start { floor, known: None }
}

/// Whether a look that is met proves that this work took effect. It does not
/// where the same would have been found before: present software under repair.
fn took_effect(step: &Step, index: usize) -> bool {
    match step.works[index].phase {
        WorkPhase::Install => {
            step.act != Act::Repair || removal(step).is_some_and(|(remove, _)| remove < index)
        }
        WorkPhase::Uninstall => step.act == Act::Uninstall,
        WorkPhase::Set => true,
        WorkPhase::Post
        | WorkPhase::Detect
        | WorkPhase::Download
        | WorkPhase::Test
        | WorkPhase::Get => false,
    }
}

fn changes_between(step: &Step, from: usize, to: usize) -> bool {
    let between = step.works.get(from..to).unwrap_or_default();
    between.iter().any(|work| match work.phase {
        WorkPhase::Install | WorkPhase::Uninstall | WorkPhase::Post | WorkPhase::Set => true,
        WorkPhase::Detect | WorkPhase::Download | WorkPhase::Test | WorkPhase::Get => false,
    })
}
