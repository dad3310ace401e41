//! Values that are computed for each computer: `{cel: TEXT}`.
//!
//! An expression over the facts of a computer, its primary person and its
//! tenant. What it gives must fit the parameter's declaration; a fact that is
//! not known, and a value that does not fit, leave the item undone.

use std::collections::BTreeMap;

use ordain_schema::document::Parameter;
use serde_json::Value;

use super::settle::{Given, Recipient, declaring, settle};
use super::{computed, fault};
use crate::expression::{Expression, Facts};
use crate::item::Item;
use crate::policy::{Policy, TenantId};
use crate::resolve::Missing;

/// A parameter whose value each computer computes.
#[derive(Debug)]
pub struct Computed<'p> {
    item: &'p Item,
    name: &'p str,
    expression: Expression,
    declarations: Vec<&'p Parameter>,
}

impl<'p> Computed<'p> {
    fn new(policy: &'p Policy, recipient: Recipient, name: &'p str, source: &str) -> Option<Self> {
        let item = &policy.items().entry(recipient.item).item;
        let declarations = declaring(policy, recipient, name).collect();
        // What is no expression is reported where it stands.
        let expression = Expression::parse(source).ok()?;
        Some(Self { item, name, expression, declarations })
    }

    /// Its value on a computer.
    ///
    /// # Errors
    /// The fact that is not known, or that gives no value which fits.
    pub fn value(&self, facts: &Facts) -> Result<Value, Missing> {
        let first = || self.expression.paths().next().unwrap_or("").to_owned();
        let what = format!("parameter `{}` of {}", self.name, self.item);
        let value = match self.expression.compute(facts) {
            Ok(value) => value,
            Err(fact) => return Err(Missing { what, fact }),
        };
        match self.declarations.iter().find_map(|parameter| fault(parameter, &value)) {
            None => Ok(value),
            Some(why) => Err(Missing { what: format!("{what}: {why}"), fact: first() }),
        }
    }

    /// The dotted paths of the facts that it reads.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.expression.paths()
    }
}

/// The computed ones among the values that hold for an item in a tenant.
pub fn computed_values(
    policy: &Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
) -> Vec<Computed<'_>> {
    let given = settle(policy, tenant, recipient).into_iter();
    let computed = given
        .filter_map(|(name, given)| Computed::new(policy, recipient, name, computed(given.value)?));
    computed.collect()
}

/// A value that holds on one computer, with its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct OnComputer<'p> {
    /// The value; that of a computed one is worked out, or what is missing for it.
    pub value: Result<Value, Missing>,
    /// As written, with its origin.
    pub given: Given<'p>,
}

/// The values that hold on one computer, by name.
pub fn settle_on<'p>(
    policy: &'p Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
    facts: &Facts,
) -> BTreeMap<&'p str, OnComputer<'p>> {
    let each = settle(policy, tenant, recipient).into_iter().map(|(name, given)| {
        let source = computed(given.value);
        let computed = source.and_then(|text| Computed::new(policy, recipient, name, text));
        let value = computed.map_or_else(|| Ok(given.value.clone()), |one| one.value(facts));
        (name, OnComputer { value, given })
    });
    each.collect()
}

/// The first thing that is not known of some computed values on a computer.
pub fn undecided(values: &[Computed<'_>], facts: &Facts) -> Option<Missing> {
    values.iter().find_map(|one| one.value(facts).err())
}
