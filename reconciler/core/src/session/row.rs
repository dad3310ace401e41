//! One action of a plan as a session keeps it: without ids of a policy, so
//! that a journal outlives the policy that it came from.

use crate::execute::{ActionResult, ActionStatus};
use crate::item::{Act, Item, Phase, Reason};
use crate::order::Pending;
use crate::plan;

/// One action of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRow {
    /// The item.
    pub item: Item,
    /// What is done.
    pub action: Act,
    /// Why.
    pub reason: Reason,
    /// The detected version.
    pub from: Option<String>,
    /// The version it is brought to.
    pub to: Option<String>,
    /// The file that asks for it.
    pub by: Option<String>,
    /// The line in that file.
    pub line: Option<u32>,
    /// `prerequisite-of ITEM` or `configuration-of ITEM`.
    pub because: Option<String>,
    /// Direct prerequisites that stand in the plan.
    pub waits_for: Vec<Item>,
    /// The part of the session.
    pub phase: Phase,
    /// What it waits for on the computer, so that nothing is known of it.
    pub pending: Option<Pending>,
    /// The deployment, as `path#name`, that takes it away again once it does not
    /// reach the computer any more.
    pub unmatch: Option<String>,
    /// Known to fail.
    pub failed: bool,
    /// For people: more about a failure, or what would change.
    pub message: Option<String>,
}

impl From<&plan::Action> for PlannedRow {
    fn from(action: &plan::Action) -> Self {
        Self {
            item: action.item.clone(),
            action: action.act,
            reason: action.reason,
            from: action.from.as_deref().map(str::to_owned),
            to: action.to.as_deref().map(str::to_owned),
            by: action.by.as_ref().map(|place| place.path.to_string()),
            line: action.by.as_ref().map(|place| place.line),
            because: action.because.as_ref().map(ToString::to_string),
            waits_for: action.waits_for.clone(),
            phase: action.phase,
            pending: None,
            unmatch: None,
            failed: action.failed,
            message: action.message.clone(),
        }
    }
}

impl PlannedRow {
    /// What is shown of a row of which nothing is carried out.
    pub(super) fn at_rest(&self) -> (ActionStatus, Option<ActionResult>) {
        use {ActionResult as R, ActionStatus as S};
        if self.pending.is_some() {
            return (S::Held, None);
        }
        if self.failed {
            return (S::Skipped, Some(R::Failed));
        }
        if self.action != Act::None {
            return (S::Skipped, None);
        }
        match self.reason {
            Reason::Ignored | Reason::NotApplicable => (S::Skipped, None),
            Reason::Unknown | Reason::Unattested => (S::Skipped, Some(R::Unknown)),
            _ => (S::Done, Some(R::Passed)),
        }
    }
}
