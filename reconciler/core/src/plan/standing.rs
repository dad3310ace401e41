//! Where an item stands on one computer.

use std::rc::Rc;
use std::sync::Arc;

use super::memo::Answer;
use super::wish::{Change, Outcome};
use crate::item::Reason;
use crate::parameter::Recipient;
use crate::resolve::{Missing, Settled};

/// Where an item stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    /// Left alone, not even detected.
    Ignored,
    /// Deployments or prerequisites contradict.
    Conflict,
    /// Only the controller knows what decides, and it is not believed.
    Unattested,
    /// Not for this computer.
    NotApplicable,
    /// Something is not known.
    Unknown,
    /// Nothing is to be done.
    Settled(Reason),
    /// These changes.
    Change(Rc<[Change]>),
    /// It is known to fail; more about it for people.
    Fails(Reason, Option<String>),
}

impl Standing {
    /// Where an item without a winner stands.
    pub(super) fn of_none(settled: &Settled) -> Self {
        match settled {
            Settled::Unattested(_) => Self::Unattested,
            Settled::Conflict(..) | Settled::Winner(_) => Self::Conflict,
        }
    }

    /// The same; where a value is missing, with the words for it.
    pub(super) fn with_message(self, missing: impl FnOnce() -> Option<Arc<str>>) -> Self {
        match self {
            Self::Fails(Reason::MissingValue, None) => {
                Self::Fails(Reason::MissingValue, missing().map(|text| text.to_string()))
            }
            other => other,
        }
    }
}

/// One item that stands in the plan.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed {
    /// Where it stands.
    pub(super) standing: Standing,
    /// Who takes values in it, its winner included.
    pub(super) recipient: Recipient,
    /// What is detected of it.
    pub(super) from: Option<Arc<str>>,
}

/// Where the state table alone puts a software, and what could not be known.
pub(super) fn of_answer(known: &Answer, name: &str) -> (Standing, Option<Missing>) {
    let missing = match (&known.outcome, known.unheard) {
        (Outcome::Undecided(missing), _) => Some(missing.clone()),
        (_, true) => Some(Missing {
            what: format!("versions of software/{name}"),
            fact: format!("available.{name}"),
        }),
        _ => None,
    };
    let standing = match &known.outcome {
        Outcome::NotApplicable => Standing::NotApplicable,
        Outcome::Unknown | Outcome::Undecided(_) => Standing::Unknown,
        Outcome::Fails(reason) => Standing::Fails(*reason, None),
        Outcome::Settled(reason) => Standing::Settled(*reason),
        Outcome::Change(changes) => Standing::Change(changes.clone()),
    };
    (standing, missing)
}
