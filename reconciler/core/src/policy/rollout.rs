//! Rollouts with the selectors of their rings resolved.

use std::sync::Arc;

use ordain_schema::document::{self, Document, Seconds, Which};

use super::{Names, Target, TenantId, Tenants};

/// The rings of a rollout, first to last.
#[derive(Debug, Clone, PartialEq)]
pub struct RolloutEntry {
    /// The rings.
    pub rings: Vec<RingEntry>,
    /// The share of a ring's computers whose failure halts it, in hundredths of a percent.
    pub halt_at: Option<u64>,
}

/// One ring.
#[derive(Debug, Clone, PartialEq)]
pub struct RingEntry {
    /// Whom it takes, of those that no ring before it takes.
    pub members: RingMembers,
    /// How long it soaks before the next one opens.
    pub soak: Seconds,
}

/// Whom a ring takes.
#[derive(Debug, Clone, PartialEq)]
pub enum RingMembers {
    /// Those whose number is below this one, in hundredths of a percent.
    Below(u64),
    /// Those that a target selects.
    Selected(Target),
}

impl RolloutEntry {
    pub(super) fn compile(
        rollout: &document::Rollout,
        path: &str,
        scope: Option<TenantId>,
        tenants: &Tenants,
        names: &Names,
        documents: &[Arc<Document>],
    ) -> Self {
        let rings = rollout.rings.iter().map(|ring| {
            let members = match &ring.which {
                Which::Percent { percent } => RingMembers::Below(hundredths(percent.0)),
                Which::Selected(selector) => RingMembers::Selected(Target::compile(
                    &selector.0,
                    path,
                    scope,
                    tenants,
                    names,
                    documents,
                )),
            };
            RingEntry { members, soak: ring.soak.unwrap_or(Seconds(0)) }
        });
        let halt_at = rollout.halt_at.map(|share| hundredths(share.0));
        Self { rings: rings.collect(), halt_at }
    }

    /// The targets by which its rings choose their computers.
    pub fn targets(&self) -> impl Iterator<Item = &Target> {
        self.rings.iter().filter_map(|ring| match &ring.members {
            RingMembers::Selected(target) => Some(target),
            RingMembers::Below(_) => None,
        })
    }
}

/// A share in hundredths of a percent.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "shares lie between 0 and 100"
)]
fn hundredths(percent: f64) -> u64 {
    (percent * 100.0).round().clamp(0.0, 10_000.0) as u64
}
