//! Everything that a request may need, put together by [`crate::serve()`].

use std::sync::Arc;
use std::time::Duration;

use ordain_source::{Location, Secret, Waker};
use ordain_store::{Store, TenantId};
use tokio::sync::{Notify, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::authority::Authority;
use crate::clock::Clock;
use crate::drive::Drive;
use crate::follow::PolicyState;
use crate::hub::Hub;
use crate::ledger::Ledger;
use crate::tokens::AdminToken;

/// A running controller.
pub(crate) struct Controller {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) authority: Authority,
    pub(crate) admin: AdminToken,
    pub(crate) ledger: Ledger,
    pub(crate) hub: Arc<Hub>,
    pub(crate) drive: Drive,
    pub(crate) policy: watch::Receiver<PolicyState>,
    /// Wakes the reader of the branch.
    pub(crate) waker: Waker,
    pub(crate) location: Location,
    /// What agents and people are told to connect to.
    pub(crate) url: String,
    pub(crate) webhook_secret: Option<Secret>,
    /// How long an agent's certificate holds.
    pub(crate) agent_certificates: Duration,
    /// What schedules go by.
    pub(crate) clock: Clock,
    /// Told when a computer that is to be onboarded has said what it is.
    pub(crate) arrivals: Notify,
    /// Agents' connections, to be waited for at the end.
    pub(crate) sockets: TaskTracker,
    /// Set when the controller stops.
    pub(crate) closing: CancellationToken,
}

impl Controller {
    /// Whether a tenant onboards new computers.
    pub(crate) fn onboards(&self, tenant: &TenantId) -> bool {
        let state = self.policy.borrow();
        let policy = state.in_force.as_ref().map(|in_force| &in_force.policy);
        let document =
            policy.and_then(|policy| policy.tenant(policy.tenants().find(tenant.as_str())?));
        document.is_none_or(|tenant| tenant.onboarding.enabled)
    }

    /// The policy as it stands now.
    pub(crate) fn policy(&self) -> PolicyState {
        self.policy.borrow().clone()
    }
}
