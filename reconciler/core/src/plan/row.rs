//! A plan as values: rows for people and machines alike.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

use crate::item::{Act, Item, Phase, Reason};
use crate::parameter::Recipient;
use crate::policy::{DeploymentId, ItemId};
use crate::resolve::{Missing, Rule};

/// What every computer would get if it were its turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The commit, where the policy came from one.
    pub revision: Option<String>,
    /// The moment it was made for.
    pub now: Timestamp,
    /// By tenant and name.
    pub computers: Vec<ComputerPlan>,
    /// Cloud items, by tenant.
    pub tenants: Vec<TenantPlan>,
}

/// What one computer would get.
#[derive(Debug, Clone, PartialEq)]
pub struct ComputerPlan {
    /// The computer's name.
    pub computer: String,
    /// Its tenant's id.
    pub tenant: String,
    /// In the order of execution; items with nothing to do included.
    pub actions: Vec<Action>,
    /// The candidates that lost, by item, file and line.
    pub shadowed: Vec<Shadowed>,
    /// The contradictions, by item.
    pub conflicts: Vec<Conflict>,
    /// What could not be known.
    pub unknown: Vec<Missing>,
}

/// What one tenant would get of cloud items.
#[derive(Debug, Clone, PartialEq)]
pub struct TenantPlan {
    /// The tenant's id.
    pub tenant: String,
    /// In the order of execution.
    pub actions: Vec<Action>,
    /// The candidates that lost.
    pub shadowed: Vec<Shadowed>,
    /// The contradictions.
    pub conflicts: Vec<Conflict>,
}

/// One action on one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    /// The item.
    pub item: Item,
    /// The item's id in the policy.
    pub id: ItemId,
    /// What is done.
    pub act: Act,
    /// Why.
    pub reason: Reason,
    /// The detected version.
    pub from: Option<Arc<str>>,
    /// The version as written in `versions`; none on none and uninstall.
    pub to: Option<Arc<str>>,
    /// The file that asks for it: the winner's, else that of the software that brought it in.
    pub by: Option<Place>,
    /// The winner.
    pub deployment: Option<DeploymentId>,
    /// Who takes values in it.
    pub recipient: Recipient,
    /// Why it stands where it stands.
    pub because: Option<Because>,
    /// Its direct prerequisites that stand in the plan, in the order of execution.
    pub waits_for: Vec<Item>,
    /// The part of the session.
    pub phase: Phase,
    /// Known to fail.
    pub failed: bool,
    /// More about a failure, for people.
    pub message: Option<String>,
}

/// A file and a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The path from the repository's root.
    pub path: Arc<str>,
    /// Line, from 1.
    pub line: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// Why an action stands where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Because {
    /// Before this item, which needs it.
    PrerequisiteOf(Item),
    /// After this item, which it configures.
    ConfigurationOf(Item),
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PrerequisiteOf(item) => write!(f, "prerequisite-of {item}"),
            Self::ConfigurationOf(item) => write!(f, "configuration-of {item}"),
        }
    }
}

/// A candidate that lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadowed {
    /// The item.
    pub item: Item,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Where it stands.
    pub by: Place,
    /// The rule that decided.
    pub rule: Rule,
}

/// A contradiction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The item.
    pub item: Item,
    /// The rule at which it arose.
    pub rule: Rule,
    /// Everything that takes part, as `file:line`, bytewise.
    pub by: Vec<String>,
}

/// Counts over a plan.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the words of the contract")]
pub struct Totals {
    pub computers: usize,
    pub install: usize,
    pub update: usize,
    pub uninstall: usize,
    pub downgrade: usize,
    pub repair: usize,
    pub set: usize,
    pub none: usize,
    pub failed: usize,
    pub conflicts: usize,
}

impl Totals {
    /// Counts one action.
    pub fn add(&mut self, action: &Action) {
        self.add_one(action.act, action.failed);
    }

    pub(super) fn add_one(&mut self, act: Act, failed: bool) {
        *match act {
            Act::None => &mut self.none,
            Act::Install => &mut self.install,
            Act::Update => &mut self.update,
            Act::Downgrade => &mut self.downgrade,
            Act::Uninstall => &mut self.uninstall,
            Act::Repair => &mut self.repair,
            Act::Set => &mut self.set,
        } += 1;
        self.failed += usize::from(failed);
    }

    /// Counts what one computer would get.
    pub fn add_computer(&mut self, plan: &ComputerPlan) {
        self.computers += 1;
        plan.actions.iter().for_each(|action| self.add(action));
        self.conflicts += plan.conflicts.len();
    }

    /// Counts what one tenant would get of cloud items.
    pub fn add_tenant(&mut self, plan: &TenantPlan) {
        plan.actions.iter().for_each(|action| self.add(action));
        self.conflicts += plan.conflicts.len();
    }

    /// Whether something conflicts or is known to fail.
    pub fn has_findings(&self) -> bool {
        self.conflicts > 0 || self.failed > 0
    }
}

impl Plan {
    /// Counts over the whole plan.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.computers.iter().for_each(|computer| totals.add_computer(computer));
        self.tenants.iter().for_each(|tenant| totals.add_tenant(tenant));
        totals
    }

    /// Whether some computer has a conflict or a failed item.
    pub fn has_findings(&self) -> bool {
        self.totals().has_findings()
    }
}
