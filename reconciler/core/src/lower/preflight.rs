//! Tests that must hold before anything runs on a computer.
//!
//! Owns which they are, by name in a schedule and in a tenant, and how they
//! are asked. What follows where one does not hold is the session's business.

use ordain_schema::Spanned;

use crate::fleet::Subject;
use crate::lower::catalogue::{Catalogue, Lookup};
use crate::lower::{NotExecutable, TaskMode};
use crate::order::Check;
use crate::parameter::Recipient;
use crate::plan::{Applies, on_platform};
use crate::policy::{ItemId, Kind, TenantId};
use crate::resolve::Request;

/// The preflight of a session on a computer: the schedule's tasks, then its
/// tenant's, each once. What is not for this computer's platform holds nothing up.
///
/// # Errors
/// A test that cannot be asked: it is not known to hold, so nothing may run.
pub fn preflight(
    subject: &Subject<'_>,
    request: &Request,
) -> Result<Vec<Check>, (String, NotExecutable)> {
    let policy = subject.world.policy;
    let lookup = Lookup::new(subject);
    let catalogue = Catalogue::new(subject, request, &lookup);
    let mut checks = Vec::new();
    for item in tasks(subject, request) {
        if on_platform(subject, item) == Applies::No {
            continue;
        }
        let check = catalogue.check(Recipient::new(item, None), TaskMode::Test);
        let name = || policy.items().entry(item).item.to_string();
        checks.push(check.map_err(|error| (name(), error))?);
    }
    Ok(checks)
}

fn tasks(subject: &Subject<'_>, request: &Request) -> Vec<ItemId> {
    let policy = subject.world.policy;
    let named = |scope: Option<TenantId>, names: &[Spanned<String>]| -> Vec<ItemId> {
        let find = |name: &Spanned<String>| {
            let found = policy.names().lookup(policy.tenants(), Kind::Task, scope, &name.value);
            policy.items().of(found.found()?)
        };
        names.iter().filter_map(find).collect()
    };
    let mut tasks = Vec::new();
    if let Some(entry) = request.schedule.map(|index| &policy.schedules()[index]) {
        tasks.extend(named(entry.scope, &policy.schedule(entry).preflight));
    }
    if let Some(tenant) = subject.tenant.id
        && let Some(document) = policy.tenant(tenant)
    {
        tasks.extend(named(Some(tenant), &document.preflight));
    }
    let mut seen = Vec::new();
    tasks.retain(|item| {
        !seen.contains(item) && {
            seen.push(*item);
            true
        }
    });
    tasks
}
