//! How many computers a licence is given to, against how many it is for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_schema::document::Body;

use super::ComputerPlan;
use crate::item::Reason;
use crate::policy::{DocumentId, Policy, Wish};

/// Counts computers by the licences that their winners name.
#[derive(Debug)]
pub struct Seats<'p> {
    policy: &'p Policy,
    /// The licences that say for how many computers they are.
    limited: BTreeMap<DocumentId, u32>,
    used: BTreeMap<DocumentId, u64>,
}

/// A licence that more computers are given than it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exceeded {
    /// Its file.
    pub path: Arc<str>,
    /// Its name.
    pub name: String,
    /// For how many computers it is.
    pub seats: u32,
    /// How many are given it.
    pub used: u64,
}

impl<'p> Seats<'p> {
    /// Nobody yet.
    pub fn new(policy: &'p Policy) -> Self {
        let documents = (0..).map(DocumentId).zip(policy.documents());
        let limited = documents.filter_map(|(id, document)| match &document.body {
            Body::Licence(licence) => Some((id, licence.seats?)),
            _ => None,
        });
        Self { policy, limited: limited.collect(), used: BTreeMap::new() }
    }

    /// Counts a computer, once for each licence.
    pub fn add(&mut self, plan: &ComputerPlan) {
        if self.limited.is_empty() {
            return;
        }
        let given = plan.actions.iter().filter_map(|action| {
            let winner = self.policy.deployment(action.deployment?);
            let installs = matches!(winner.wish, Wish::Installed(_));
            winner.licence_document.filter(|_| installs && action.reason != Reason::NotApplicable)
        });
        let given: BTreeSet<DocumentId> =
            given.filter(|licence| self.limited.contains_key(licence)).collect();
        for licence in given {
            *self.used.entry(licence).or_default() += 1;
        }
    }

    /// The licences that do not suffice, by file.
    pub fn exceeded(&self) -> Vec<Exceeded> {
        let each = self.limited.iter().filter_map(|(id, seats)| {
            let used = self.used.get(id).copied().filter(|used| *used > u64::from(*seats))?;
            let document = self.policy.document(*id);
            let (path, name) = (document.path.clone(), document.name.value.clone());
            Some(Exceeded { path, name, seats: *seats, used })
        });
        each.collect()
    }
}
