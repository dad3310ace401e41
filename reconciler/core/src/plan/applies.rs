//! Whether an item is for a computer: its platforms and its conditions.
//!
//! Judged before the state table, on what is detected when the plan is made. A
//! definite no absorbs what is not known.

use super::platform::{Choice, choose, platform};
use super::wish::{Detected, detected};
use crate::expression::Verdict;
use crate::fleet::Subject;
use crate::policy::{AppliesIf, ItemId};
use crate::resolve::Missing;

/// Whether an item is for a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Applies {
    /// It is.
    Yes,
    /// It is not.
    No,
    /// That cannot be known.
    Unknown(Missing),
}

impl Applies {
    fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::No => Self::No,
            Self::Yes => other(),
            Self::Unknown(missing) => match other() {
                Self::No => Self::No,
                Self::Yes | Self::Unknown(_) => Self::Unknown(missing),
            },
        }
    }
}

/// Whether an item is for a computer.
pub(crate) fn applies(subject: &Subject<'_>, item: ItemId) -> Applies {
    on_platform(subject, item).and(|| conditions(subject, item))
}

/// Whether the computer is of one of an item's platforms, and software can be
/// looked for on it.
pub(crate) fn on_platform(subject: &Subject<'_>, item: ItemId) -> Applies {
    let policy = subject.world.policy;
    let software = policy.software(item);
    let platforms = match (software, policy.task(item)) {
        (Some(software), _) => software.platforms.as_deref(),
        (None, Some(task)) => task.platforms.as_deref(),
        (None, None) => None,
    };
    let unknown = |key: &str, fact: &str| {
        let what = format!("{key} of {}", policy.items().entry(item).item);
        Applies::Unknown(Missing { what, fact: fact.to_owned() })
    };
    let on_platform = match platform(platforms, subject) {
        Ok(true) => Applies::Yes,
        Ok(false) => Applies::No,
        Err(fact) => unknown("platforms", fact),
    };
    on_platform.and(|| {
        let os = subject.facts.os.as_ref();
        match software.map(|software| choose(&software.detect, os)) {
            None | Some(Choice::Fits(_)) => Applies::Yes,
            Some(Choice::Nothing) => Applies::No,
            Some(Choice::Unknown(fact)) => unknown("detect", fact),
        }
    })
}

/// Whether all of an item's conditions hold.
pub(super) fn conditions(subject: &Subject<'_>, item: ItemId) -> Applies {
    let policy = subject.world.policy;
    let entry = policy.items().entry(item);
    let unknown = |fact: String| {
        Applies::Unknown(Missing { what: format!("appliesIf of {}", entry.item), fact })
    };
    let found = |software: &ItemId, wanted: bool| {
        let name = policy.items().entry(*software).item.name();
        match detected(subject, name) {
            Detected::Unknown => unknown(format!("computer.software.{name}")),
            Detected::Version(_) if wanted => Applies::Yes,
            Detected::Missing if !wanted => Applies::Yes,
            Detected::Version(_) | Detected::Missing => Applies::No,
        }
    };
    let all = policy.applicability().of(entry.document).iter();
    all.fold(Applies::Yes, |so_far, condition| {
        so_far.and(|| match condition {
            AppliesIf::Present(software) => found(software, true),
            AppliesIf::Absent(software) => found(software, false),
            AppliesIf::Expression(expression) => match expression.evaluate(subject.values()) {
                Verdict::True => Applies::Yes,
                Verdict::False => Applies::No,
                Verdict::Unknown { fact } => unknown(fact),
            },
        })
    })
}
