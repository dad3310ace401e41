//! Parameters that hold before and after a change, compared for one row.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::item::Reason;
use crate::parameter::{Recipient, declared, settle};
use crate::plan::Action;
use crate::policy::{ItemId, Policy, Wish};

/// Compares what two policies give to the same rows; each question is worked
/// out once for all computers of a tenant.
#[derive(Debug)]
pub(crate) struct Values<'a> {
    before: &'a Policy,
    after: &'a Policy,
    known: RefCell<FxHashMap<Question, Rc<[String]>>>,
}

/// The tenant, and who takes values in it before and after.
type Question = (String, Recipient, Recipient);

impl<'a> Values<'a> {
    /// Of two policies.
    pub(crate) fn new(before: &'a Policy, after: &'a Policy) -> Self {
        Self { before, after, known: RefCell::default() }
    }

    /// The names of the parameters whose values differ; none where one of the
    /// rows uses no values.
    pub(crate) fn differing(&self, tenant: &str, old: &Action, new: &Action) -> Rc<[String]> {
        if !uses_values(self.before, old) || !uses_values(self.after, new) {
            return Rc::default();
        }
        let question = (tenant.to_owned(), old.recipient, new.recipient);
        if let Some(known) = self.known.borrow().get(&question) {
            return known.clone();
        }
        let names: Rc<[String]> = self.compare(tenant, old.recipient, new.recipient).into();
        self.known.borrow_mut().insert(question, names.clone());
        names
    }

    fn compare(&self, tenant: &str, old: Recipient, new: Recipient) -> Vec<String> {
        let of = |policy: &'a Policy, recipient| {
            settle(policy, policy.tenants().find(tenant), recipient)
        };
        let (old, new) = (of(self.before, old), of(self.after, new));
        let value = |given: Option<&crate::parameter::Given<'a>>| given.map(|given| given.value);
        let mut names: Vec<&str> = old.keys().chain(new.keys()).copied().collect();
        names.sort_unstable();
        names.dedup();
        names.retain(|name| value(old.get(name)) != value(new.get(name)));
        names.into_iter().map(str::to_owned).collect()
    }
}

/// Whether a row may run something that receives values.
fn uses_values(policy: &Policy, action: &Action) -> bool {
    if !takes_any(policy, action.id) {
        return false;
    }
    let idle = matches!(action.reason, Reason::Ignored | Reason::Conflict | Reason::NotApplicable);
    let absent = |id| policy.deployment(id).wish == Wish::Absent;
    !idle && !action.deployment.is_some_and(absent)
}

/// Whether anything is declared that an item could be given.
fn takes_any(policy: &Policy, item: ItemId) -> bool {
    let task = policy.rules().configuration(item);
    let documents = [Some(item), task].into_iter().flatten();
    let of = |item| declared(policy.document(policy.items().entry(item).document));
    documents.map(of).any(|declared| !declared.is_empty())
}
