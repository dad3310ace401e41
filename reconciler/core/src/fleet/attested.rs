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

const KINDS: [ControllerFact; 7] = [
    ControllerFact::Product,
    ControllerFact::Agreement,
    ControllerFact::DirectoryGroup,
    ControllerFact::DeviceGroup,
    ControllerFact::FilterScript,
    ControllerFact::InventoryTag,
    ControllerFact::Approval,
];

/// Where all that the controller knows counts: for when something is done, and
/// for that nothing is, which it may decide alone.
pub(super) static EVERYTHING: Attested = Attested { doubted: Vec::new() };

impl Attested {
    /// Those that count under a policy: all where no agent verifies anything.
    pub fn under(policy: &Policy) -> Self {
        let Some(trust) = policy.trust() else { return Self::default() };
        let doubted = KINDS.into_iter().filter(|kind| !trust.controller_facts.contains(kind));
        Self { doubted: doubted.collect() }
    }

    /// Whether facts of a kind count.
    pub fn counts(&self, kind: ControllerFact) -> bool {
        !self.doubted.contains(&kind)
    }

    /// Whether all facts count.
    pub fn is_everything(&self) -> bool {
        self.doubted.is_empty()
    }

    /// Whether an expression that reads a path is told nothing about it, because it does not count.
    pub fn hides(&self, path: &str) -> bool {
        self.hidden().any(|name| {
            path.strip_prefix(name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// The names under which expressions are told nothing.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &'static str> {
        self.doubted.iter().flat_map(|kind| names(*kind)).copied()
    }
}

/// The names by which expressions ask for facts of a kind.
fn names(kind: ControllerFact) -> &'static [&'static str] {
    match kind {
        ControllerFact::InventoryTag => &["computer.tags", "person.tags", "tenant.tags"],
        ControllerFact::DirectoryGroup => &["person.groups", "person.facts"],
        ControllerFact::DeviceGroup => &["computer.deviceGroups"],
        ControllerFact::Product
        | ControllerFact::Agreement
        | ControllerFact::FilterScript
        | ControllerFact::Approval => &[],
    }
}
