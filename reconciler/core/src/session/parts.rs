//! An onboarding in two parts: what belongs to the onboarding first, and then
//! everything else, resolved and planned anew, so that its targets see what
//! the first part brought to light: whose computer it is, and facts.

use std::collections::BTreeSet;

use crate::execute::{ActionResult, Execution};
use crate::item::{Act, Item, Phase, Reason};
use crate::order::{Restarts, Step};
use crate::session::machine::Session;
use crate::session::{Effect, Kind, PlannedRow, Stage, StageStatus};

/// Which part of its plan a session is at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    /// The plan has one part.
    Whole,
    /// The onboarding part is carried out.
    Onboarding,
    /// That is over, and the rest is looked for.
    Between,
    /// The rest; behind what was planned and carried out before.
    Rest(Vec<PlannedRow>, Option<Box<Execution>>),
}

impl Part {
    /// What was planned and carried out before this part.
    pub(super) fn done(&self) -> (&[PlannedRow], Option<&Execution>) {
        match self {
            Self::Rest(rows, execution) => (rows, execution.as_deref()),
            Self::Whole | Self::Onboarding | Self::Between => (&[], None),
        }
    }

    /// Of the restarts that the plan wants, those around this part: the one at
    /// the end of the first part is the one at the start of the rest.
    pub(super) fn restarts(&self, wanted: Restarts) -> Restarts {
        match self {
            Self::Rest(_, Some(_)) => Restarts { start: None, ..wanted },
            Self::Rest(_, None) | Self::Whole | Self::Onboarding | Self::Between => wanted,
        }
    }
}

impl Session {
    /// Takes a plan in; gives the steps of it that are carried out now.
    pub(super) fn take_plan(
        &mut self,
        mut rows: Vec<PlannedRow>,
        mut steps: Vec<Step>,
        observe: bool,
    ) -> Vec<Step> {
        match self.part {
            Part::Whole if self.created.kind == Kind::Onboarding && !observe => {
                let first = |step: &Step| step.phase == Phase::Onboarding;
                if steps.iter().any(first) {
                    steps.retain(first);
                    let items: BTreeSet<&Item> = steps.iter().map(|step| &step.item).collect();
                    rows.retain(|row| row.phase == Phase::Onboarding && items.contains(&row.item));
                    self.part = Part::Onboarding;
                    self.stages.set(Stage::Onboarding, StageStatus::Running);
                }
            }
            Part::Between => {
                self.leave_out_what_was_done(&mut rows, &mut steps);
                let done = std::mem::take(&mut self.rows);
                self.part = Part::Rest(done, self.execution.take().map(Box::new));
            }
            Part::Whole | Part::Onboarding | Part::Rest(..) => {}
        }
        self.rows = rows;
        steps
    }

    /// What the first part has tried is not tried again, and what waits for
    /// something that failed there fails as well.
    fn leave_out_what_was_done(&self, rows: &mut Vec<PlannedRow>, steps: &mut Vec<Step>) {
        let tried: BTreeSet<Item> = self.rows.iter().map(|row| row.item.clone()).collect();
        let failed = self.actions().filter(|one| one.result == Some(ActionResult::Failed));
        let mut failed: BTreeSet<Item> = failed.map(|one| one.row.item.clone()).collect();
        rows.retain(|row| !tried.contains(&row.item));
        for row in rows.iter_mut().filter(|row| row.action != Act::None) {
            if row.waits_for.iter().any(|other| failed.contains(other)) {
                (row.action, row.reason, row.failed) =
                    (Act::None, Reason::PrerequisiteFailed, true);
                failed.insert(row.item.clone());
            }
        }
        steps.retain(|step| !tried.contains(&step.item) && !failed.contains(&step.item));
    }

    /// Forgets the plan, not what an earlier part has carried out.
    pub(super) fn forget_plan(&mut self) {
        let (part, rows, execution) = match std::mem::replace(&mut self.part, Part::Whole) {
            Part::Rest(rows, execution) => (Part::Between, rows, execution.map(|all| *all)),
            Part::Between => (Part::Between, std::mem::take(&mut self.rows), self.execution.take()),
            Part::Whole | Part::Onboarding => (Part::Whole, Vec::new(), None),
        };
        (self.part, self.rows, self.execution) = (part, rows, execution);
    }

    /// Goes on with the rest where the onboarding part has just been carried
    /// out; none where there is no rest.
    pub(super) fn next_part(&mut self) -> Option<Vec<Effect>> {
        if self.part != Part::Onboarding || self.actions().any(|action| action.is_cancelled()) {
            return None;
        }
        let failed = self.actions().any(|action| action.has_failed());
        let status = if failed { StageStatus::Failed } else { StageStatus::Passed };
        self.stages.set(Stage::Onboarding, status);
        for stage in [Stage::Detection, Stage::Notify, Stage::Execution] {
            self.stages.set(stage, StageStatus::Waiting);
        }
        self.part = Part::Between;
        // Whoever keeps one turn and waits for another one may wait for ever.
        self.serial.clear();
        Some(self.resolve())
    }
}
