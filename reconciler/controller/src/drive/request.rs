//! What a session was asked for: kept with its journal's first entry.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_core::item::Item;
use ordain_core::policy::{Policy, TenantId};
use ordain_core::resolve::{Named, NoSuch, Request, TakingIn};
use ordain_core::schedule;
use ordain_core::session::Kind;
use ordain_schema::document::SessionKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a session is limited to, by names, so that it outlives the policy it was asked under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Asked {
    /// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
    pub(crate) item: Option<String>,
    /// A deployment by path, or `path#name`.
    pub(crate) deployment: Option<String>,
    /// Why it passes every window, where somebody said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) emergency: Option<String>,
    /// The schedule that started it, as `path#name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) schedule: Option<String>,
    /// The inventory tasks that are asked, and nothing else is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) inventory: Vec<String>,
    /// Whether it started by itself: an onboarding in which nobody answers anything.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) automatic: bool,
    /// Values of parameters that whoever onboards the computer gives, by item and name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) given: BTreeMap<String, BTreeMap<String, Value>>,
    /// The session that left something undone for which this one comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) again: Option<String>,
    /// The session that is done again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rerun_of: Option<String>,
}

impl Asked {
    /// Whether everything that counts on the computer is looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.item.is_none() && self.deployment.is_none() && self.inventory.is_empty()
    }

    /// The inventory tasks that are asked; none where the session is about more.
    pub(crate) fn gathers(&self) -> Option<Vec<Item>> {
        let items = self.inventory.iter().filter_map(|item| item.parse().ok());
        (!self.inventory.is_empty()).then(|| items.collect())
    }

    /// When what was found at a moment is carried out; none for at once, where
    /// the schedule that started the session is gone, and for what has waited. `zone` is the
    /// computer's own, as it reported it.
    pub(crate) fn execution(
        &self,
        policy: &Policy,
        tenant: Option<TenantId>,
        zone: Option<&str>,
        found: Timestamp,
    ) -> Option<Timestamp> {
        let schedule = self.schedule.as_deref().filter(|_| self.again.is_none())?;
        let schedule = policy.schedule_at(schedule)?;
        let zone = schedule::zone(policy, schedule, tenant, zone);
        schedule::execution(policy, schedule, tenant, &zone, found)
    }

    /// The same, as a session that goes by what its schedule says of reboots
    /// and preflight; who is reached was settled when it started.
    pub(crate) fn course(&self, policy: &Policy, request: &Request) -> Request {
        let schedule = self.schedule.as_deref().and_then(|name| policy.schedule_index(name));
        Request { schedule, ..request.clone() }
    }

    /// What it means under a policy.
    pub(crate) fn under(&self, policy: &Policy, kind: Kind) -> Result<Request, NoSuch> {
        let named = Named {
            kind: Some(kind_of_plan(kind)),
            item: self.item.as_deref(),
            deployment: self.deployment.as_deref(),
            schedule: None,
        };
        let taking = TakingIn { automatic: self.automatic, given: self.given.clone() };
        let emergency = self.emergency.is_some();
        Ok(Request { taking, emergency, ..Request::named(policy, &named)? })
    }
}

fn kind_of_plan(kind: Kind) -> SessionKind {
    match kind {
        Kind::Maintenance => SessionKind::Maintenance,
        Kind::Item => SessionKind::Item,
        Kind::Onboarding => SessionKind::Onboarding,
        Kind::DetectionOnly => SessionKind::DetectionOnly,
        Kind::ResolutionOnly => SessionKind::ResolutionOnly,
        Kind::InventoryOnly => SessionKind::InventoryOnly,
        Kind::DownloadOnly => SessionKind::DownloadOnly,
        Kind::Repair => SessionKind::Repair,
    }
}
