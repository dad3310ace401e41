//! Inventory tasks: where they run, how often, and what is made of what they say.
//!
//! A task with `inventory` has its `get` run on a rhythm; what that prints is
//! `computer.facts.<fact>` from then on. It runs on the computers where a
//! deployment of it wins; where no deployment names it, on every computer of
//! the tenants that its place in the repository is for.

use std::collections::BTreeSet;
use std::num::NonZeroU64;

use ordain_schema::document::Keep;
use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::fleet::Subject;
use crate::item::Item;
use crate::lower::gather;
use crate::order::Check;
use crate::parameter::Recipient;
use crate::plan::{Applies, applies};
use crate::policy::{ItemId, Policy, Wish};
use crate::resolve::{Candidates, Request, Settled, resolve};

/// The inventory tasks of a policy.
#[derive(Debug)]
pub struct Inventories<'p> {
    policy: &'p Policy,
    all: Vec<Entry>,
    /// Those that deployments name.
    deployed: FxHashSet<ItemId>,
}

#[derive(Debug)]
struct Entry {
    item: ItemId,
    every: NonZeroU64,
}

/// A fact as its task declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// Its name under `computer.facts`.
    pub fact: String,
    /// Whether each change is kept.
    pub history: bool,
}

impl<'p> Inventories<'p> {
    /// Those of a policy.
    pub fn of(policy: &'p Policy) -> Self {
        let entry = |item| {
            let every = policy.task(item)?.inventory.as_ref()?.every;
            Some(Entry { item, every: NonZeroU64::new(every.0)? })
        };
        let all = policy.items().iter().filter_map(|(item, _)| entry(item)).collect();
        let standing = policy.deployments().iter().filter(|deployment| !deployment.disabled);
        let deployed = standing.filter_map(|deployment| deployment.item).collect();
        Self { policy, all, deployed }
    }

    /// The rhythms that there are, in seconds.
    pub fn rhythms(&self) -> BTreeSet<NonZeroU64> {
        self.all.iter().map(|entry| entry.every).collect()
    }

    /// The items that run on a computer on one of some rhythms.
    pub fn on(
        &self,
        subject: &Subject<'_>,
        candidates: &Candidates<'_>,
        rhythms: &BTreeSet<NonZeroU64>,
    ) -> Vec<Item> {
        let mut items: Vec<Item> = self
            .recipients(subject, candidates, |entry| rhythms.contains(&entry.every))
            .into_iter()
            .map(|recipient| self.policy.items().entry(recipient.item).item.clone())
            .collect();
        items.sort();
        items
    }

    /// How to ask them on a computer: those of some items, or all that run there.
    pub fn checks(
        &self,
        subject: &Subject<'_>,
        candidates: &Candidates<'_>,
        items: Option<&[Item]>,
    ) -> Vec<Check> {
        let item = |entry: &Entry| &self.policy.items().entry(entry.item).item;
        let wanted = |entry: &Entry| items.is_none_or(|items| items.contains(item(entry)));
        let recipients = self.recipients(subject, candidates, wanted);
        recipients.into_iter().filter_map(|one| gather(subject, one).ok()).collect()
    }

    fn recipients(
        &self,
        subject: &Subject<'_>,
        candidates: &Candidates<'_>,
        wanted: impl Fn(&Entry) -> bool,
    ) -> Vec<Recipient> {
        let wanted: Vec<&Entry> = self.all.iter().filter(|entry| wanted(entry)).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        let resolution = resolve(subject, candidates, &Request::default());
        let settled = |item| {
            let found = resolution.items.iter().find(|(own, _)| *own == item);
            found.map(|(_, decision)| &decision.settled)
        };
        let recipient = |entry: &&Entry| {
            let winner = match settled(entry.item) {
                Some(Settled::Winner(id)) => match self.policy.deployment(*id).wish {
                    Wish::Ignored | Wish::Absent => return None,
                    _ => Some(*id),
                },
                Some(Settled::Conflict(..) | Settled::Unattested(_)) => return None,
                None if self.runs_undeployed(subject, entry.item) => None,
                None => return None,
            };
            let fits = applies(subject, entry.item) == Applies::Yes;
            fits.then(|| Recipient::new(entry.item, winner))
        };
        wanted.iter().filter_map(recipient).collect()
    }

    /// Whether it runs without a deployment: nobody deploys it, and the
    /// computer is of a tenant that its place is for.
    fn runs_undeployed(&self, subject: &Subject<'_>, item: ItemId) -> bool {
        let entry = self.policy.items().entry(item);
        let named = self.all.iter().any(|other| {
            self.policy.items().entry(other.item).document == entry.document
                && self.deployed.contains(&other.item)
        });
        let scope = self.policy.tenants().of_scope(&self.policy.document(entry.document).scope);
        let mut line =
            subject.tenant.id.into_iter().flat_map(|own| self.policy.tenants().line(own));
        !named && scope.is_none_or(|scope| line.any(|tenant| tenant == scope))
    }
}

/// The fact that a task's output is, where it is an inventory task.
pub fn declared(policy: &Policy, item: &Item) -> Option<Declared> {
    let mut all = policy.items().iter();
    let (id, _) = all.find(|(_, entry)| entry.item == *item)?;
    let inventory = policy.task(id)?.inventory.as_ref()?;
    let name = inventory.fact.clone().unwrap_or_else(|| item.name().to_owned());
    let fact = match item {
        Item::Task { instance: Some(instance), .. } => format!("{name}#{instance}"),
        _ => name,
    };
    Some(Declared { fact, history: inventory.keep == Keep::History })
}

/// What an output says: JSON where it can be read as such, else the text. None
/// where it says nothing, which never takes the place of what is known.
pub fn value(output: &str) -> Option<Value> {
    let text = output.trim();
    if text.is_empty() {
        return None;
    }
    match serde_json::from_str(text) {
        Ok(Value::Null) => None,
        Ok(value) => Some(value),
        Err(_) => Some(Value::String(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_output_says() {
        for (output, said) in [
            ("", None),
            (" \n\t\n", None),
            ("null\n", None),
            ("17\n", Some(json!(17))),
            ("true", Some(json!(true))),
            ("{\"free\": 3}\n", Some(json!({"free": 3}))),
            ("[1, 2]", Some(json!([1, 2]))),
            ("\"24.10\"", Some(json!("24.10"))),
            ("Ubuntu 24.10\n", Some(json!("Ubuntu 24.10"))),
            ("one\ntwo\n", Some(json!("one\ntwo"))),
        ] {
            assert_eq!(value(output), said, "{output:?}");
        }
    }
}
