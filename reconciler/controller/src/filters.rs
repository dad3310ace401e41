//! What the filter scripts of the commit in force say about a tenant.
//!
//! Owns the scripts of a commit and over which facts they are asked: all that
//! is recorded of the tenant's computers, and nothing of another tenant. How a
//! script runs and what bounds it is `ordain-filter`, the same as for the
//! command line, so that a session follows what the preview has shown. Where
//! the facts come from is `recorded.rs`, who asks is `drive/planning.rs`.

use ordain_core::fleet::Fleet;
use ordain_core::policy::Policy;
use ordain_schema::Snapshot;
use ordain_schema::document::{ComputerFacts, Inventory};

/// The filter scripts of a commit.
#[derive(Debug, Clone)]
pub(crate) struct FilterScripts {
    sources: Snapshot,
}

impl FilterScripts {
    /// Takes from a commit what its policy names.
    pub(crate) fn of(policy: &Policy, snapshot: &Snapshot) -> Self {
        Self { sources: ordain_filter::sources(policy, snapshot) }
    }

    /// Whether anything is asked about a tenant: its facts are wanted only then.
    pub(crate) fn ask_about(&self, policy: &Policy, tenant: &str) -> bool {
        !self.sources.entries.is_empty() && ordain_filter::asks(policy, tenant)
    }

    /// Gives `fleet` what the scripts say of a tenant's computers, all of which are in
    /// `tenant`. What a script that fails selects stays unknown. May take its
    /// time, within the bounds of a script.
    pub(crate) fn answer(&self, policy: &Policy, tenant: Vec<ComputerFacts>, fleet: &mut Fleet) {
        if tenant.is_empty() || self.sources.entries.is_empty() {
            return;
        }
        let whole = Fleet::new(Inventory { computers: tenant, ..Inventory::default() });
        let answers = ordain_filter::answers(policy, &self.sources, &whole);
        for error in &answers.errors {
            tracing::warn!(%error, "a filter script has no answer; what it selects is unknown");
        }
        answers.give(fleet);
    }
}
