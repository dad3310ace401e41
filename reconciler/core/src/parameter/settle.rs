//! Which value a parameter has: section 11 of the language, key by key.
//!
//! Nearest scope first, and within one scope the deployment before the
//! tenant's values; what a parameter declares as its default comes last. Values
//! never decide who wins: winners go in, values come out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ordain_schema::document::{Body, Document, GivenParameter, Parameter};
use ordain_schema::{Span, Spanned};
use serde_json::Value;

use super::secrets;
use crate::item::Item;
use crate::policy::{DeploymentEntry, DeploymentId, DocumentId, ItemId, Policy, TenantId};

/// An item that takes values on the computers of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Recipient {
    /// The item.
    pub item: ItemId,
    /// Its winner.
    pub winner: Option<DeploymentId>,
    /// For a configuration task, the software that it stands behind, with that one's winner.
    pub configures: Option<(ItemId, Option<DeploymentId>)>,
}

impl Recipient {
    /// An item that configures nothing.
    pub const fn new(item: ItemId, winner: Option<DeploymentId>) -> Self {
        Self { item, winner, configures: None }
    }
}

/// Who gives a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Giver {
    /// A deployment, which won.
    Deployment(DeploymentId),
    /// The values of a tenant.
    Tenant(TenantId),
    /// The declaration in this document, by its default.
    Default(DocumentId),
}

/// A value with its origin.
#[derive(Debug, Clone, PartialEq)]
pub struct Given<'p> {
    /// The value as written; a secret as `{secret: NAME}`.
    pub value: &'p Value,
    /// Who gives it.
    pub giver: Giver,
    /// The file in which it stands.
    pub path: Arc<str>,
    /// Where it stands there.
    pub span: Span,
}

type Declared = BTreeMap<String, Parameter>;
type Written = BTreeMap<String, GivenParameter>;

/// The values of an item's parameters, by name; those that nobody gives are left out.
pub fn settle<'p>(
    policy: &'p Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
) -> BTreeMap<&'p str, Given<'p>> {
    let sources = sources(policy, tenant, recipient);
    let names: BTreeSet<&str> = declarations(policy, recipient)
        .filter(|(_, whose, _)| *whose == Whose::Taken)
        .flat_map(|(_, _, declared)| declared.keys().map(String::as_str))
        .collect();
    let of = |name: &'p str| Some((name, value(policy, recipient, &sources, name)?));
    names.into_iter().filter_map(of).collect()
}

/// What of an item's own parameters has no value for a tenant, in words: a
/// required one that nobody gives, or a secret that is not there for it.
pub fn missing(
    policy: &Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
) -> Option<MissingValue> {
    let own = declared(policy.document(policy.items().entry(recipient.item).document));
    own.iter().find_map(|(name, parameter)| {
        missing_one(policy, tenant, recipient, name, parameter.required)
    })
}

/// The same for one parameter.
pub fn missing_one(
    policy: &Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
    name: &str,
    required: bool,
) -> Option<MissingValue> {
    let parameter: Arc<str> = name.into();
    let sources = sources(policy, tenant, recipient);
    let Some(given) = value(policy, recipient, &sources, name) else {
        return required.then_some(MissingValue { parameter, secret: None });
    };
    let mut needed = secrets(given.value).into_iter();
    let gone = needed.find(|secret| !policy.has_secret(tenant, secret))?;
    Some(MissingValue { parameter, secret: Some((gone.into(), given.giver)) })
}

/// A parameter without a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingValue {
    /// Its name.
    pub parameter: Arc<str>,
    /// The secret that it is given and that is not there, with who gives it;
    /// none where it is given nothing.
    pub secret: Option<(Arc<str>, Giver)>,
}

impl std::fmt::Display for MissingValue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.secret {
            None => {
                write!(f, "the parameter `{}` is required, and nobody gives it", self.parameter)
            }
            Some((secret, _)) => write!(
                f,
                "the parameter `{}` is the secret `{secret}`, which this tenant does not have",
                self.parameter
            ),
        }
    }
}

fn value<'p>(
    policy: &'p Policy,
    recipient: Recipient,
    sources: &[(Giver, Arc<str>, &'p Written)],
    name: &str,
) -> Option<Given<'p>> {
    let written = sources.iter().find_map(|(giver, path, written)| {
        let given = written.get(name).filter(|given| !given.value.value.is_null())?;
        let (path, span) = (path.clone(), given.key.span);
        Some(Given { value: &given.value.value, giver: *giver, path, span })
    });
    let default = || {
        declarations(policy, recipient).find_map(|(id, _, declared)| {
            let default: &Spanned<Value> = declared.get(name)?.default.as_ref()?;
            let path = policy.document(id).path.clone();
            let given = Given {
                value: &default.value,
                giver: Giver::Default(id),
                path,
                span: default.span,
            };
            Some(given).filter(|given| !given.value.is_null())
        })
    };
    written.or_else(default)
}

/// What a declaration is to a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    /// It takes these parameters.
    Taken,
    /// Those of the same name may have a default here.
    Defaults,
}

/// The declarations that count for a recipient, its own first: software takes
/// the parameters of its configuration task too, and a configuration task
/// those of its own names from the software.
fn declarations(
    policy: &Policy,
    recipient: Recipient,
) -> impl Iterator<Item = (DocumentId, Whose, &Declared)> {
    let document = |item: ItemId| policy.items().entry(item).document;
    let own = (document(recipient.item), Whose::Taken);
    let task = policy.rules().configuration(recipient.item);
    let task = task.map(|task| (document(task), Whose::Taken));
    let software = recipient.configures.map(|(software, _)| (document(software), Whose::Defaults));
    [Some(own), task, software]
        .into_iter()
        .flatten()
        .map(|(id, whose)| (id, whose, declared(policy.document(id))))
}

/// The declarations of a parameter that a recipient takes, its own first.
pub(super) fn declaring<'p>(
    policy: &'p Policy,
    recipient: Recipient,
    name: &str,
) -> impl Iterator<Item = &'p Parameter> {
    let taken = declarations(policy, recipient).filter(|(_, whose, _)| *whose == Whose::Taken);
    taken.filter_map(move |(_, _, declared)| declared.get(name))
}

/// Whether a winner's parameters count before those of any scope.
fn counts_first(winner: &DeploymentEntry) -> bool {
    winner.precedence.mandatory || winner.precedence.class > 0
}

/// What gives values to a recipient, the first one first.
fn sources(
    policy: &Policy,
    tenant: Option<TenantId>,
    recipient: Recipient,
) -> Vec<(Giver, Arc<str>, &Written)> {
    let inherited = recipient.configures.and_then(|(_, winner)| winner);
    let winner = recipient.winner.or(inherited);
    let deployment = winner.map(|id| {
        let entry = policy.deployment(id);
        let written = policy.written_parameters(id);
        (entry, (Giver::Deployment(id), entry.path.clone(), written))
    });
    let mut sources = Vec::new();
    let add_deployment = |sources: &mut Vec<_>, counts: &dyn Fn(&DeploymentEntry) -> bool| {
        sources.extend(
            deployment.iter().filter(|(entry, _)| counts(entry)).map(|(_, own)| own.clone()),
        );
    };
    add_deployment(&mut sources, &counts_first);
    let keys = keys(policy, recipient);
    let line = tenant.into_iter().flat_map(|own| policy.tenants().line(own));
    for scope in line {
        add_deployment(&mut sources, &|entry| !counts_first(entry) && entry.scope == Some(scope));
        sources.extend(keys.iter().filter_map(|key| {
            let values = policy.tenant(scope)?.values.get(key)?;
            let path = policy.document(policy.tenants().node(scope).document?).path.clone();
            Some((Giver::Tenant(scope), path, &values.parameters))
        }));
    }
    add_deployment(&mut sources, &|entry| !counts_first(entry) && entry.scope.is_none());
    sources
}

/// Under which keys a tenant's values are meant for a recipient, the nearest first.
fn keys(policy: &Policy, recipient: Recipient) -> Vec<String> {
    let item = &policy.items().entry(recipient.item).item;
    let mut keys = vec![item.to_string()];
    if let Item::Task { name, instance: Some(_) } = item {
        keys.push(Item::task(name).to_string());
    }
    let software = recipient.configures.map(|(software, _)| policy.items().entry(software));
    keys.extend(software.map(|entry| entry.item.to_string()));
    keys
}

/// The parameters that a software or task document declares; none for another.
pub fn declared(document: &Document) -> &Declared {
    static NONE: Declared = Declared::new();
    match &document.body {
        Body::Software(software) => &software.parameters,
        Body::Task(task) => &task.parameters,
        _ => &NONE,
    }
}

impl Policy {
    /// The parameters of a deployment, as written.
    pub fn written_parameters(&self, id: DeploymentId) -> &Written {
        &self.says(self.deployment(id)).parameters
    }
}
