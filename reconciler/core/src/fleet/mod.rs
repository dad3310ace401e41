//! What is known of computers: an inventory, indexed, and merged with a policy.
//!
//! A [`Fleet`] is an inventory with its look-ups; a [`World`] is a fleet seen
//! through a policy at a moment; a [`Subject`] is one computer of a world,
//! with what git pins about it and its primary person.

mod attested;
mod facts;
mod rollout;
mod subject;
mod world;

use std::sync::Arc;

use ordain_schema::document::{Approval, ComputerFacts, Inventory, PersonFacts, TenantFacts};
use rustc_hash::{FxHashMap, FxHashSet};

pub use attested::Attested;
pub use rollout::RolloutFact;
pub use subject::{Kindred, Primary, Subject};
pub use world::{Domains, TenantView, World, zone};

use crate::item::Item;
use crate::policy::Listed;

/// An inventory with its look-ups. A clone shares the facts; what filter
/// scripts say is its own.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    computers: Arc<Vec<ComputerFacts>>,
    persons: Arc<FxHashMap<String, Vec<PersonFacts>>>,
    tenants: FxHashMap<String, TenantFacts>,
    available: FxHashMap<String, Vec<String>>,
    scripts: FxHashMap<String, Members>,
    approvals: FxHashSet<(Option<String>, String, String)>,
    rollouts: FxHashMap<String, Vec<RolloutFact>>,
}

/// The computers that a filter script has named.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Members {
    anywhere: FxHashSet<String>,
    of_tenants: FxHashMap<String, FxHashSet<String>>,
    unknown: FxHashSet<String>,
}

impl Members {
    fn new(listed: Vec<Listed>) -> Self {
        let mut members = Self::default();
        for Listed { tenant, name } in listed {
            match tenant {
                None => members.anywhere.insert(name),
                Some(tenant) => members.of_tenants.entry(tenant).or_default().insert(name),
            };
        }
        members
    }

    /// Whether a computer is among them; none where the script has no answer
    /// for its tenant.
    pub fn holds(&self, tenant: &str, name: &str) -> Option<bool> {
        let named = || self.of_tenants.get(tenant).is_some_and(|names| names.contains(name));
        (!self.unknown.contains(tenant)).then(|| self.anywhere.contains(name) || named())
    }
}

impl Fleet {
    /// Takes in an inventory. Computers stand by tenant and name, the rows of a
    /// person by what they say, so that the order in which they were listed
    /// makes no difference.
    pub fn new(inventory: Inventory) -> Self {
        let mut computers = inventory.computers;
        computers.sort_by(|a, b| (&a.tenant, &a.name).cmp(&(&b.tenant, &b.name)));
        let mut persons: FxHashMap<String, Vec<PersonFacts>> = FxHashMap::default();
        for person in inventory.persons {
            persons.entry(person.upn.to_lowercase()).or_default().push(person);
        }
        for rows in persons.values_mut() {
            rows.sort_by_cached_key(standing);
        }
        let mut fleet =
            Self { computers: Arc::new(computers), persons: Arc::new(persons), ..Self::default() };
        for tenant in inventory.tenants {
            let known = fleet.tenants.entry(tenant.id.clone()).or_default();
            known.id.clone_from(&tenant.id);
            known.tags.extend(tenant.tags);
            known.agreements.extend(tenant.agreements);
        }
        fleet.available.extend(inventory.available);
        for (script, names) in inventory.scripts {
            fleet.answer(&script, names.iter().map(|name| Listed::new(name)).collect());
        }
        for Approval { computer, deployment } in inventory.approvals {
            let listed = Listed::new(&computer);
            fleet.approvals.insert((listed.tenant, listed.name, deployment));
        }
        for rollout in inventory.rollouts {
            if let Some(fact) = RolloutFact::of(&rollout) {
                fleet.rollouts.entry(rollout.item).or_default().push(fact);
            }
        }
        fleet
    }

    /// Records the answer of a filter script by its path; an answer that is
    /// there already stands.
    pub fn answer(&mut self, script: &str, members: Vec<Listed>) {
        self.scripts.entry(script.to_owned()).or_insert_with(|| Members::new(members));
    }

    /// Records that a filter script, by its path, has no answer for a tenant;
    /// for others it says what it said.
    pub fn no_answer(&mut self, script: &str, tenant: String) {
        self.scripts.entry(script.to_owned()).or_default().unknown.insert(tenant);
    }

    /// Whether the answer of a filter script is known.
    pub fn answered(&self, script: &str) -> bool {
        self.scripts.contains_key(script)
    }

    /// The computers, by tenant and name.
    pub fn computers(&self) -> &[ComputerFacts] {
        &self.computers
    }

    /// Facts about a tenant.
    pub fn tenant(&self, id: &str) -> Option<&TenantFacts> {
        self.tenants.get(id)
    }

    /// The tenants that the inventory knows something of; in no particular order.
    pub fn tenants(&self) -> impl Iterator<Item = &TenantFacts> {
        self.tenants.values()
    }

    /// What is known of the persons of a UPN in lower case.
    pub fn persons(&self, upn: &str) -> &[PersonFacts] {
        self.persons.get(upn).map_or(&[], Vec::as_slice)
    }

    /// All persons; in no particular order.
    pub fn all_persons(&self) -> impl Iterator<Item = &PersonFacts> {
        self.persons.values().flatten()
    }

    /// The versions that are offered of a software.
    pub fn available(&self, software: &str) -> &[String] {
        self.available.get(software).map_or(&[], Vec::as_slice)
    }

    /// The answer of a filter script.
    pub fn script(&self, path: &str) -> Option<&Members> {
        self.scripts.get(path)
    }

    /// The rollout of an item by a deployment, to a version: of several the one
    /// that says most of both, then the latest.
    pub fn rollout(
        &self,
        item: &Item,
        deployment: &[String],
        version: Option<&str>,
    ) -> Option<&RolloutFact> {
        if self.rollouts.is_empty() {
            return None;
        }
        let all = self.rollouts.get(&item.to_string())?.iter();
        let fitting = all.filter(|fact| fact.fits(deployment, version));
        fitting.max_by_key(|fact| (fact.version.is_some(), fact.deployment.is_some(), fact.started))
    }

    /// Whether a deployment, by its name, was approved on a computer.
    pub fn approved(&self, tenant: &str, computer: &str, deployment: &str) -> bool {
        let key = |tenant: Option<&str>| {
            (tenant.map(str::to_owned), computer.to_owned(), deployment.to_owned())
        };
        !self.approvals.is_empty()
            && (self.approvals.contains(&key(None)) || self.approvals.contains(&key(Some(tenant))))
    }
}

/// Where a row stands among those of the same person: by tenant, then by all it says.
fn standing(row: &PersonFacts) -> (Option<String>, Vec<String>, Vec<String>, Option<String>) {
    let sorted = |words: &[String]| {
        let mut words = words.to_vec();
        words.sort();
        words
    };
    let facts = row.facts.clone().map(|facts| serde_json::Value::Object(facts).to_string());
    (row.tenant.clone(), sorted(&row.groups), sorted(&row.tags), facts)
}
