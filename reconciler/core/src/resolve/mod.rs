//! Which deployment wins, for each computer and item: section 4 of the language.
//!
//! [`resolve`] answers for one computer, [`winners`] for all of a tenant at
//! once, over [`Sets`]. Losers are kept with the rule that decided, conflicts
//! are never settled, and what could not be known is said.

mod candidates;
mod decide;
mod exclude;
mod reach;
mod request;
mod sets;
mod winners;

use std::sync::Arc;

use ordain_schema::document::{ControllerFact, Enforcement, RunsOn};

use crate::fleet::{Subject, World};
use crate::item::words;
use crate::policy::{DeploymentEntry, DeploymentId, ItemId, Policy};

pub use candidates::Candidates;
pub use decide::{Contender, Decision, Settled, decide, decide_among};
pub use exclude::{is_excluded, unknown_exclusion};
pub use reach::{
    Missing, Reach, reaches, reaches_tenant, selects, selects_believing, selects_tenant,
};
pub use request::{Limit, Named, NoSuch, Request, TakingIn};
pub use sets::{Reached, Sets};
pub use winners::{ItemWinners, Winners, winners};

words! {
    /// The rule that decided between two candidates, or at which they conflict.
    Rule {
        /// One of them is mandatory.
        Mandatory = "mandatory",
        /// Scope: computer, person, own tenant, ancestors, cross-tenant.
        Scope = "scope",
        /// Priority.
        Priority = "priority",
        /// The selector.
        Selector = "selector",
        /// The kind of computer.
        Only = "only",
        /// The wished state.
        State = "state",
        /// Nothing else differs: the path.
        Path = "path",
        /// Prerequisites contradict a winner or each other.
        Prerequisite = "prerequisite",
    }
}

/// What was decided for every item of one computer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resolution {
    /// By item, in the order of actions.
    pub items: Vec<(ItemId, Arc<Decision>)>,
    /// What could not be known, by item, without repetition.
    pub unknown: Vec<(ItemId, Missing)>,
}

/// Resolves every item for one computer.
pub fn resolve(
    subject: &Subject<'_>,
    candidates: &Candidates<'_>,
    request: &Request,
) -> Resolution {
    let world = subject.world;
    let admits = |id: DeploymentId, deployment: &DeploymentEntry| {
        is_candidate(world, deployment, request, id, || is_approved(subject, id))
    };
    collect(world, candidates.of(&subject.facts.tenant), admits, |deployment| {
        reaches(subject, deployment)
    })
}

/// Resolves every cloud item for one tenant.
pub fn resolve_tenant(
    world: &World<'_>,
    tenant: &str,
    candidates: &Candidates<'_>,
    request: &Request,
) -> Resolution {
    let admits = |id: DeploymentId, deployment: &DeploymentEntry| {
        is_candidate(world, deployment, request, id, || false)
    };
    collect(world, candidates.cloud(tenant), admits, |deployment| {
        reaches_tenant(world, tenant, deployment)
    })
}

fn collect(
    world: &World<'_>,
    ids: &[DeploymentId],
    admits: impl Fn(DeploymentId, &DeploymentEntry) -> bool,
    reach: impl Fn(&DeploymentEntry) -> Reach,
) -> Resolution {
    let mut resolution = Resolution::default();
    let mut run = Run::default();
    let mut run_item = None;
    for id in ids.iter().copied() {
        let deployment = world.policy.deployment(id);
        if !admits(id, deployment) {
            continue;
        }
        let doubt = match reach(deployment) {
            Reach::No => continue,
            Reach::Unknown(missing) => {
                resolution.unknown.extend(deployment.item.map(|item| (item, missing)));
                continue;
            }
            Reach::Unattested(missing) => Some(missing),
            Reach::Yes => None,
        };
        if run_item != deployment.item {
            flush(world, &mut resolution, run_item, &mut run);
            run_item = deployment.item;
        }
        run.contenders.push(Contender { id, certain: doubt.is_none() });
        run.doubts.extend(doubt.map(|missing| (id, missing)));
    }
    flush(world, &mut resolution, run_item, &mut run);
    resolution.unknown.sort();
    resolution.unknown.dedup();
    resolution
}

/// The contenders of one item, and what is not certain of them.
#[derive(Default)]
struct Run {
    contenders: Vec<Contender>,
    doubts: Vec<(DeploymentId, Missing)>,
}

fn flush(world: &World<'_>, resolution: &mut Resolution, item: Option<ItemId>, run: &mut Run) {
    let Run { contenders, doubts } = std::mem::take(run);
    if let Some(item) = item.filter(|_| !contenders.is_empty()) {
        let decision = decide_among(world.policy, &contenders);
        if let Settled::Unattested(ids) = &decision.settled {
            let deciding = doubts.into_iter().filter(|(id, _)| ids.contains(id));
            resolution.unknown.extend(deciding.map(|(_, missing)| (item, missing)));
        }
        resolution.items.push((item, Arc::new(decision)));
    }
}

/// Whether an optional deployment was approved on a computer, as far as that counts.
fn is_approved(subject: &Subject<'_>, id: DeploymentId) -> bool {
    let (world, facts) = (subject.world, subject.facts);
    let names = world.policy.deployment_names(id);
    subject.attested.counts(ControllerFact::Approval)
        && names.iter().any(|name| world.fleet.approved(&facts.tenant, &facts.name, name))
}

/// Whether a deployment's item runs on persons, and so on computers that have one.
fn runs_on_persons(policy: &Policy, deployment: &DeploymentEntry) -> bool {
    let task = deployment.item.and_then(|item| policy.task(item));
    task.is_some_and(|task| task.runs_on == RunsOn::Person)
}

fn is_candidate(
    world: &World<'_>,
    deployment: &DeploymentEntry,
    request: &Request,
    id: DeploymentId,
    approved: impl FnOnce() -> bool,
) -> bool {
    let Some(item) = deployment.item else {
        return false;
    };
    if deployment.onboarding_only && !request.is_onboarding() {
        return false;
    }
    if deployment.left_out_when_automatic && request.is_onboarding() && request.taking.automatic {
        return false;
    }
    match deployment.enforcement {
        Enforcement::Required => true,
        Enforcement::Onboarding => request.is_onboarding(),
        Enforcement::AdHoc => request.names(id, &world.policy.items().entry(item).item),
        Enforcement::Optional => approved(),
    }
}
