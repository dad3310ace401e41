//! Which session a plan is for.

use ordain_schema::document::SessionKind;

use crate::item::Item;
use crate::policy::{DeploymentId, ItemId, Policy};

/// Which session a plan is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The session's kind.
    pub kind: SessionKind,
    /// What it is limited to.
    pub limit: Option<Limit>,
    /// The schedule that starts it, as an index of the policy's: it reaches that schedule's target only.
    pub schedule: Option<usize>,
}

/// What a session is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// One item.
    Item(Item),
    /// One deployment, and so its item.
    Deployment(DeploymentId),
}

impl Default for Request {
    fn default() -> Self {
        Self {
            kind: SessionKind::Maintenance,
            limit: None,
            schedule: None,
        }
    }
}

impl Request {
    /// Whether onboarding deployments count.
    pub fn is_onboarding(&self) -> bool {
        self.kind == SessionKind::Onboarding
    }

    /// Whether the session names this deployment or its item.
    pub fn names(&self, id: DeploymentId, item: &Item) -> bool {
        match &self.limit {
            None => false,
            Some(Limit::Item(named)) => named == item,
            Some(Limit::Deployment(named)) => *named == id,
        }
    }

    /// Whether an item may stand in the plan for its own sake.
    pub fn covers(&self, policy: &Policy, item: ItemId) -> bool {
        match &self.limit {
            None => true,
            Some(Limit::Item(named)) => *named == policy.items().entry(item).item,
            Some(Limit::Deployment(named)) => policy.deployment(*named).item == Some(item),
        }
    }
}
