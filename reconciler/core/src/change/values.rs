//! Parameters that hold before and after a change, and files of `lib/` that are
//! used, compared for one row.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use serde_json::Value;

use crate::fleet::World;
use crate::parameter::{Recipient, declared, settle, settle_on};
use crate::plan::Action;
use crate::policy::{ItemId, Policy, Wish, libraries};

/// Compares what two policies give to the same rows; each question is worked
/// out once for all computers of a tenant, but for values that are computed.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    before: &'a World<'a>,
    after: &'a World<'a>,
    known: RefCell<FxHashMap<Question, Rc<[String]>>>,
    files: RefCell<Files>,
}

/// The files that differ, by the item before and after.
type Files = FxHashMap<(ItemId, ItemId), Rc<[String]>>;

/// The tenant, and who takes values in it before and after.
type Question = (String, Recipient, Recipient);

impl<'a> Values<'a> {
    /// Of two policies, seen with the facts of the same computers.
    pub(crate) fn new(before: &'a World<'a>, after: &'a World<'a>) -> Self {
        let (known, files) = (RefCell::default(), RefCell::default());
        Self { before, after, known, files }
    }

    /// The names of the parameters whose values differ on a computer; none
    /// where one of the rows uses no values.
    pub(crate) fn differing(
        &self,
        (tenant, computer): (&str, &str),
        old: &Action,
        new: &Action,
    ) -> Rc<[String]> {
        if !uses_values(self.before.policy, old) || !uses_values(self.after.policy, new) {
            return Rc::default();
        }
        if self.before.policy.computes() || self.after.policy.computes() {
            let of = |world, action: &Action| on_computer(world, tenant, computer, action);
            return names_of_others(&of(self.before, old), &of(self.after, new)).into();
        }
        let question = (tenant.to_owned(), old.recipient, new.recipient);
        if let Some(known) = self.known.borrow().get(&question) {
            return known.clone();
        }
        let of = |policy: &'a Policy, recipient| {
            let all = settle(policy, policy.tenants().find(tenant), recipient).into_iter();
            all.map(|(name, given)| (name, given.value)).collect::<BTreeMap<_, _>>()
        };
        let old = of(self.before.policy, old.recipient);
        let names: Rc<[String]> =
            names_of_others(&old, &of(self.after.policy, new.recipient)).into();
        self.known.borrow_mut().insert(question, names.clone());
        names
    }

    /// The files of `lib/` that the item of a row uses and that hold something
    /// else, or are used on one side only; none for rows that run nothing.
    pub(crate) fn other_files(&self, old: &Action, new: &Action) -> Rc<[String]> {
        if old.reason.leaves_alone() || new.reason.leaves_alone() {
            return Rc::default();
        }
        let question = (old.id, new.id);
        if let Some(known) = self.files.borrow().get(&question) {
            return known.clone();
        }
        let (before, after) = (self.before.policy, self.after.policy);
        let files = names_of_others(&used(before, old.id), &used(after, new.id));
        let files: Rc<[String]> = files.into();
        self.files.borrow_mut().insert(question, files.clone());
        files
    }
}

/// The files of `lib/` that an item uses, with their object ids.
fn used(policy: &Policy, item: ItemId) -> BTreeMap<&str, Option<&str>> {
    let document = policy.document(policy.items().entry(item).document);
    let files = libraries(&document.body).into_iter();
    files.map(|file| (file.as_str(), policy.blob(file))).collect()
}

/// The values that hold on a computer; what is not known of a computed one differs from nothing.
fn on_computer<'a>(
    world: &'a World<'a>,
    tenant: &str,
    computer: &str,
    action: &Action,
) -> BTreeMap<&'a str, Option<Value>> {
    let Some(subject) = world.subject_of(tenant, computer) else { return BTreeMap::new() };
    let all = settle_on(world.policy, subject.tenant.id, action.recipient, subject.values());
    all.into_iter().map(|(name, one)| (name, one.value.ok())).collect()
}

/// The keys under which two maps hold different values.
fn names_of_others<V: PartialEq>(old: &BTreeMap<&str, V>, new: &BTreeMap<&str, V>) -> Vec<String> {
    let names: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let others = names.into_iter().filter(|name| old.get(name) != new.get(name));
    others.map(str::to_owned).collect()
}

/// Whether a row may run something that receives values.
fn uses_values(policy: &Policy, action: &Action) -> bool {
    if !takes_any(policy, action.id) {
        return false;
    }
    let is_software = action.item.is_software();
    let absent = |id| is_software && policy.deployment(id).wish == Wish::Absent;
    !action.reason.leaves_alone() && !action.deployment.is_some_and(absent)
}

/// Whether anything is declared that an item could be given.
fn takes_any(policy: &Policy, item: ItemId) -> bool {
    let task = policy.rules().configuration(item);
    let documents = [Some(item), task].into_iter().flatten();
    let of = |item| declared(policy.document(policy.items().entry(item).document));
    documents.map(of).any(|declared| !declared.is_empty())
}
