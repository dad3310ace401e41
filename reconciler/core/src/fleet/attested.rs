//! Which facts of the controller's count where agents verify for themselves.
//!
//! An agent finds in signed files, or on its own computer, what most targets
//! ask for. The rest only the controller knows, and it counts where the trust
//! policy lists its kind; elsewhere such a fact is *unattested*: neither true
//! nor false.

use ordain_schema::document::ControllerFact;

use crate::policy::Policy;

/// The facts of the controller's that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attested {
    /// Those that do not; none at all without a trust policy.
    doubted: Vec<ControllerFact>,
}

/// Every kind, with the name by which expressions ask for it, where there is one.
const KINDS: [(ControllerFact, &str); 7] = [
    (ControllerFact::Product, "tenant.products"),
    (ControllerFact::Agreement, "tenant.agreements"),
    (ControllerFact::DirectoryGroup, "person.groups"),
    (ControllerFact::DeviceGroup, "computer.deviceGroups"),
    (ControllerFact::FilterScript, "script"),
    (ControllerFact::InventoryTag, "computer.tags"),
    (ControllerFact::Approval, "approval"),
];

/// The name of what a kind is about.
pub fn fact(kind: ControllerFact) -> &'static str {
    KINDS.iter().find(|(own, _)| *own == kind).map_or("", |(_, name)| name)
}

impl Attested {
    /// Those that count under a policy: all where no agent verifies anything.
    pub fn under(policy: &Policy) -> Self {
        let listed = policy.trust().map(|trust| &trust.controller_facts);
        let kinds = KINDS.iter().map(|(kind, _)| *kind);
        let doubted = kinds.filter(|kind| listed.is_some_and(|listed| !listed.contains(kind)));
        Self { doubted: doubted.collect() }
    }

    /// Whether facts of a kind count.
    pub fn counts(&self, kind: ControllerFact) -> bool {
        !self.doubted.contains(&kind)
    }

    /// Whether an expression is told nothing about a fact because it does not count.
    pub fn hides(&self, fact: &str) -> bool {
        let hidden = self.hidden();
        hidden.iter().any(|name| {
            fact.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// The names under which expressions are told nothing.
    pub(super) fn hidden(&self) -> Vec<&'static str> {
        let mut hidden = Vec::new();
        for kind in &self.doubted {
            hidden.extend_from_slice(match kind {
                ControllerFact::InventoryTag => &["computer.tags", "person.tags", "tenant.tags"],
                ControllerFact::DirectoryGroup => &["person.groups", "person.facts"],
                ControllerFact::DeviceGroup => &["computer.deviceGroups"],
                ControllerFact::Product
                | ControllerFact::Agreement
                | ControllerFact::FilterScript
                | ControllerFact::Approval => &[],
            });
        }
        hidden
    }
}
