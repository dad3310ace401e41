//! What a session was asked for: kept with its journal's first entry.

use ordain_core::policy::Policy;
use ordain_core::resolve::{Named, NoSuch, Request};
use ordain_core::session::Kind;
use ordain_schema::document::SessionKind;
use serde::{Deserialize, Serialize};

/// What a session is limited to, by names, so that it outlives the policy it was asked under.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Asked {
    /// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
    pub(crate) item: Option<String>,
    /// A deployment by path, or `path#name`.
    pub(crate) deployment: Option<String>,
}

impl Asked {
    /// Whether everything that counts on the computer is looked at.
    pub(crate) fn is_whole(&self) -> bool {
        self.item.is_none() && self.deployment.is_none()
    }

    /// What it means under a policy.
    pub(crate) fn under(&self, policy: &Policy, kind: Kind) -> Result<Request, NoSuch> {
        let named = Named {
            kind: Some(kind_of_plan(kind)),
            item: self.item.as_deref(),
            deployment: self.deployment.as_deref(),
            schedule: None,
        };
        Request::named(policy, &named)
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
