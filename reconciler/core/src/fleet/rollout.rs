//! A rollout that is under way, as an inventory has it.

use jiff::Timestamp;
use ordain_schema::document::RolloutFacts;

/// A rollout that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutFact {
    /// When a ring opened: the first one, or `ring`.
    pub started: Timestamp,
    /// The ring that opened then, from 1.
    pub ring: u32,
    /// The deployment, as people name it; any where none.
    pub deployment: Option<String>,
    /// The version, where it came without a commit; any where none.
    pub version: Option<String>,
    /// The ring that has halted.
    pub halted: Option<u32>,
}

impl RolloutFact {
    /// What an inventory says; none where its moment is none.
    pub(super) fn of(facts: &RolloutFacts) -> Option<Self> {
        Some(Self {
            started: facts.started.parse().ok()?,
            ring: facts.ring.unwrap_or(1),
            deployment: facts.deployment.clone(),
            version: facts.version.clone(),
            halted: facts.halted,
        })
    }

    /// Whether it is about a deployment, by any of its names, and a version.
    pub(super) fn fits(&self, deployment: &[String], version: Option<&str>) -> bool {
        let own = self.deployment.as_ref().is_none_or(|name| deployment.contains(name));
        own && self.version.as_deref().is_none_or(|wanted| version == Some(wanted))
    }
}
