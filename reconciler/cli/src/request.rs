//! From the names on the command line to a session: what the policy does not
//! have is wrong usage, with "did you mean".

use ordain_core::item::Item;
use ordain_core::policy::{DeploymentId, Policy};
use ordain_core::resolve::{Named, NoSuch, Request};
use ordain_schema::document::{Scope, SessionKind};

use crate::args::SessionArgs;
use crate::error::CommandError;
use crate::suggest;

/// The session that the arguments ask for.
pub(crate) fn request(args: &SessionArgs, policy: &Policy) -> Result<Request, CommandError> {
    let named = Named {
        kind: args.session,
        item: args.item.as_deref(),
        deployment: args.deployment.as_deref(),
        schedule: args.schedule.as_deref(),
    };
    let request = Request::named(policy, &named).map_err(|error| no_such(error, policy))?;
    if request.kind == SessionKind::Item && request.limit.is_none() {
        let error = anyhow::anyhow!("an item session needs an item");
        return Err(CommandError::usage(error).hint("name it with `--item software/NAME`"));
    }
    Ok(request)
}

/// The word of a plan for its session.
pub(crate) fn session_word(args: &SessionArgs) -> &'static str {
    if args.item.is_some() || args.deployment.is_some() {
        "item"
    } else if args.schedule.is_some() {
        "maintenance"
    } else {
        args.session.map_or("maintenance", crate::args::kind_word)
    }
}

/// The item of that name.
pub(crate) fn item(text: &str, policy: &Policy) -> Result<Item, CommandError> {
    let item: Item = text.parse().map_err(|error| no_such(NoSuch::Item(error), policy))?;
    if policy.items().iter().any(|(_, entry)| entry.item == item) {
        return Ok(item);
    }
    Err(no_such(NoSuch::UnknownItem(text.to_owned()), policy))
}

/// A name that the policy does not have, with what may be meant.
fn no_such(error: NoSuch, policy: &Policy) -> CommandError {
    let hint = match &error {
        NoSuch::Item(bare) => {
            let all = items(policy);
            let is_it =
                |full: &&String| full.split_once('/').is_some_and(|(_, name)| name == bare.0);
            all.iter().find(is_it).map(|full| format!("did you mean `{full}`?"))
        }
        NoSuch::UnknownItem(name) => near(name, &items(policy)),
        NoSuch::Deployment(name) => near(name, &deployments(policy)),
        NoSuch::SeveralDeployments(path) => {
            let all = deployments(policy);
            let within = all.iter().filter(|full| full.split('#').next() == Some(path));
            Some(format!("it holds {}", quoted(within)))
        }
        NoSuch::Schedule(name) => near(name, &schedules(policy)),
        NoSuch::SeveralSchedules(name) => {
            let all = schedules(policy);
            let alike = all.iter().filter(|full| full.rsplit('/').next() == Some(name));
            Some(format!("there is {}", quoted(alike)))
        }
    };
    CommandError::usage(error).hint_if(hint)
}

fn near(name: &str, all: &[String]) -> Option<String> {
    suggest::hint(name, all.iter().map(String::as_str))
}

fn quoted<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn items(policy: &Policy) -> Vec<String> {
    policy.items().iter().map(|(_, entry)| entry.item.to_string()).collect()
}

fn deployments(policy: &Policy) -> Vec<String> {
    let ids = (0..policy.deployments().len()).map(|index| DeploymentId(index as u32));
    let mut names: Vec<String> = ids.map(|id| policy.deployment_name(id)).collect();
    names.dedup();
    names
}

fn schedules(policy: &Policy) -> Vec<String> {
    let documents = policy.schedules().iter().map(|entry| policy.document(entry.document));
    let names = documents.map(|document| match &document.scope {
        Scope::CrossTenant => document.name.value.clone(),
        Scope::Tenant(tenant) => format!("{tenant}/{}", document.name.value),
    });
    names.collect()
}

/// Whether a computer is the one that is named, NAME or TENANT/NAME.
pub(crate) fn is_named(named: &str, tenant: &str, computer: &str) -> bool {
    match named.split_once('/') {
        Some((of, name)) => of == tenant && name == computer,
        None => named == computer,
    }
}

/// Checks that every named computer is one of the fleet, given as tenant and name.
pub(crate) fn computers_exist<'a>(
    named: &[String],
    fleet: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<(), CommandError> {
    let known = |wanted: &str| fleet.clone().any(|(tenant, name)| is_named(wanted, tenant, name));
    let Some(wanted) = named.iter().find(|wanted| !known(wanted)) else {
        return Ok(());
    };
    let full = |(tenant, name): (&str, &str)| {
        if wanted.contains('/') { format!("{tenant}/{name}") } else { name.to_owned() }
    };
    let all: Vec<String> = fleet.clone().map(full).collect();
    let error = anyhow::anyhow!("the inventory has no computer `{wanted}`");
    Err(CommandError::usage(error).hint_if(near(wanted, &all)))
}
