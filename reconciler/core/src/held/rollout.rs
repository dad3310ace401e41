//! Which rollouts a policy declares, and what exactly each rolls out.
//!
//! A rollout is of one item by one deployment. Its content is what the
//! deployment says and what the item is, scripts included: another content is
//! another rollout, from ring one. Rings, notes and tickets are no content.

use std::fmt::Write;

use ordain_schema::document::{Body, Deployment};
use sha2::{Digest, Sha256};

use crate::fleet::World;
use crate::item::Act;
use crate::plan::{Action, ComputerPlan};
use crate::policy::{DeploymentId, Policy, Wish, libraries};
use crate::version;

/// A rollout that a policy declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its name as `path#name`.
    pub name: String,
    /// The tenant in whose folder it stands; none for cross-tenant ones.
    pub tenant: Option<String>,
    /// The item.
    pub item: String,
    /// What is rolled out, as SHA-256 in hexadecimal.
    pub content: String,
}

/// The rollouts that a policy declares, in the order of its deployments.
pub fn declared(policy: &Policy) -> Vec<Declared> {
    let ids = (0..).map(DeploymentId).zip(policy.deployments());
    ids.filter_map(|(id, _)| one(policy, id)).collect()
}

/// The rollout of a deployment, where it has one.
fn one(policy: &Policy, id: DeploymentId) -> Option<Declared> {
    let entry = policy.deployment(id);
    policy.rollout(Some(id))?;
    if entry.disabled || entry.wish == Wish::Ignored {
        return None;
    }
    let name = policy.deployment_names(id).pop()?;
    let tenant = entry.scope.map(|tenant| policy.tenants().node(tenant).id.to_string());
    let item = policy.items().entry(entry.item?).item.to_string();
    Some(Declared { deployment: id, name, tenant, item, content: content(policy, id) })
}

/// The rollouts that begin with a plan: of versions that came without a commit,
/// stand in no list, and that nobody has seen before.
pub fn unstarted<'a>(world: &World<'a>, plan: &'a ComputerPlan) -> Vec<(Declared, &'a str)> {
    let policy = world.policy;
    let begins = |action: &'a Action| {
        let declared = one(policy, action.deployment?)?;
        let version = offered(policy, action)?;
        let names = policy.deployment_names(declared.deployment);
        let known = world.fleet.rollout(&action.item, &names, Some(version));
        known.is_none_or(|fact| fact.version.is_none()).then_some((declared, version))
    };
    let acting = plan.actions.iter().filter(|action| action.act != Act::None);
    acting.filter_map(begins).collect()
}

/// The version that an action brings, where no document lists it.
fn offered<'a>(policy: &Policy, action: &'a Action) -> Option<&'a str> {
    let software = policy.software(action.id)?;
    let to = action.to.as_deref()?;
    let scheme = version::resolve(software.version_scheme, &software.detect);
    let mut listed = software.versions.iter();
    let is_listed = listed.any(|one| version::compare(scheme, &one.version, to).is_eq());
    (!is_listed).then_some(to)
}

fn content(policy: &Policy, id: DeploymentId) -> String {
    let entry = policy.deployment(id);
    let says =
        Deployment { rollout: None, notes: None, ticket: None, ..policy.says(entry).clone() };
    let mut digest = Sha256::new();
    let mut add = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    };
    add(&serde_json::to_string(&says).unwrap_or_default());
    if let Some(item) = entry.item {
        let document = policy.document(policy.items().entry(item).document);
        add(&written(&document.body));
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let beside = policy.files().iter().filter(|(path, _)| {
            path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
                && **path != *document.path
        });
        for (path, blob) in beside {
            add(path);
            add(blob);
        }
        for library in libraries(&document.body) {
            add(library);
            add(policy.blob(library).unwrap_or_default());
        }
    }
    digest.finalize().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn written(body: &Body) -> String {
    let written = match body {
        Body::Software(software) => serde_json::to_string(software),
        Body::Task(task) => serde_json::to_string(task),
        _ => Ok(String::new()),
    };
    written.unwrap_or_default()
}
