//! Which session a plan is for.

use std::collections::BTreeMap;

use ordain_schema::document::{Body, SessionKind};
use serde_json::Value;

use crate::item::{Item, NoItem};
use crate::policy::{DeploymentId, ItemId, Policy};

/// Which session a plan is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The session's kind.
    pub kind: SessionKind,
    /// What it is limited to.
    pub limit: Option<Limit>,
    /// The schedule that starts it, as an index of the policy's: it reaches that schedule's target only.
    pub schedule: Option<usize>,
    /// How a computer is onboarded; means nothing in other sessions.
    pub taking: TakingIn,
    /// Whether it passes windows.
    pub emergency: bool,
}

/// How a computer is onboarded.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TakingIn {
    /// Whether the session started by itself, so that nobody answers anything.
    pub automatic: bool,
    /// Values of parameters that whoever onboards it gives, by item and name.
    pub given: BTreeMap<String, BTreeMap<String, Value>>,
}

impl TakingIn {
    /// The value that is given for a parameter of an item.
    pub fn value(&self, item: &Item, name: &str) -> Option<&Value> {
        if self.given.is_empty() {
            return None;
        }
        self.given.get(&item.to_string())?.get(name)
    }
}

/// What a session is limited to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Limit {
    /// One item.
    Item(Item),
    /// The deployments of one document, and so their items.
    Deployments(Vec<DeploymentId>),
}

impl Default for Request {
    fn default() -> Self {
        Self {
            kind: SessionKind::Maintenance,
            limit: None,
            schedule: None,
            taking: TakingIn::default(),
            emergency: false,
        }
    }
}

impl Request {
    /// Whether onboarding deployments count.
    pub fn is_onboarding(&self) -> bool {
        self.kind == SessionKind::Onboarding
    }

    /// Whether the session names this deployment or its item.
    pub fn names(&self, id: DeploymentId, item: &Item) -> bool {
        match &self.limit {
            None => false,
            Some(Limit::Item(named)) => named == item,
            Some(Limit::Deployments(named)) => named.contains(&id),
        }
    }

    /// Whether an item may stand in the plan for its own sake.
    pub fn covers(&self, policy: &Policy, item: ItemId) -> bool {
        match &self.limit {
            None => true,
            Some(Limit::Item(named)) => *named == policy.items().entry(item).item,
            Some(Limit::Deployments(named)) => {
                named.iter().any(|id| policy.deployment(*id).item == Some(item))
            }
        }
    }
}

/// A session as people name it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named<'a> {
    /// Its kind; follows from the rest where nothing is given.
    pub kind: Option<SessionKind>,
    /// `software/NAME`, `task/NAME` or `task/NAME#INSTANCE`.
    pub item: Option<&'a str>,
    /// A deployment's path, `path#name` where the file holds several.
    pub deployment: Option<&'a str>,
    /// A schedule: its name, `TENANT/NAME`, or its path.
    pub schedule: Option<&'a str>,
}

/// A name that means nothing in the policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSuch {
    /// No item.
    #[error(transparent)]
    Item(#[from] NoItem),
    /// No such item in the policy.
    #[error("no software or task of the policy is called `{0}`")]
    UnknownItem(String),
    /// No such deployment.
    #[error("no deployment stands at `{0}`")]
    Deployment(String),
    /// The file holds several deployments.
    #[error("`{0}` holds several deployments: write `{0}#NAME`")]
    SeveralDeployments(String),
    /// No such schedule.
    #[error("no schedule is called `{0}`")]
    Schedule(String),
    /// Several tenants have such a schedule.
    #[error("several schedules are called `{0}`: write TENANT/NAME or the path")]
    SeveralSchedules(String),
}

impl Request {
    /// The session that people name.
    pub fn named(policy: &Policy, named: &Named<'_>) -> Result<Self, NoSuch> {
        let schedule = named.schedule.map(|name| schedule(policy, name)).transpose()?;
        let mut limit = schedule.map(|index| schedule_item(policy, index)).transpose()?.flatten();
        if let Some(text) = named.item {
            limit = Some(Limit::Item(item(policy, text)?));
        }
        if let Some(name) = named.deployment {
            limit = Some(Limit::Deployments(deployments(policy, name)?));
        }
        let names_one = named.item.is_some() || named.deployment.is_some();
        let implied = if names_one { SessionKind::Item } else { SessionKind::Maintenance };
        let kind = named.kind.unwrap_or(implied);
        Ok(Self { kind, limit, schedule, ..Self::default() })
    }
}

fn item(policy: &Policy, text: &str) -> Result<Item, NoSuch> {
    let item: Item = text.parse()?;
    let known = policy.items().iter().any(|(_, entry)| entry.item == item);
    if known { Ok(item) } else { Err(NoSuch::UnknownItem(text.to_owned())) }
}

fn deployments(policy: &Policy, name: &str) -> Result<Vec<DeploymentId>, NoSuch> {
    policy.deployments_named(name).ok_or_else(|| {
        if policy.deployments_in(name).next().is_some() {
            NoSuch::SeveralDeployments(name.to_owned())
        } else {
            NoSuch::Deployment(name.to_owned())
        }
    })
}

fn schedule(policy: &Policy, name: &str) -> Result<usize, NoSuch> {
    let matches = policy.schedules().iter().enumerate().filter(|(_, entry)| {
        let document = policy.document(entry.document);
        let tenant = entry.scope.map(|id| &*policy.tenants().node(id).id);
        let qualified = name
            .split_once('/')
            .is_some_and(|(owner, rest)| tenant == Some(owner) && document.name.value == rest);
        document.name.value == name || &*document.path == name || qualified
    });
    let found: Vec<usize> = matches.map(|(index, _)| index).collect();
    match found[..] {
        [one] => Ok(one),
        [] => Err(NoSuch::Schedule(name.to_owned())),
        _ => Err(NoSuch::SeveralSchedules(name.to_owned())),
    }
}

/// The item that a schedule is limited to.
fn schedule_item(policy: &Policy, index: usize) -> Result<Option<Limit>, NoSuch> {
    let Body::Schedule(schedule) = &policy.document(policy.schedules()[index].document).body else {
        return Ok(None);
    };
    Ok(schedule.item.as_ref().map(|text| text.parse().map(Limit::Item)).transpose()?)
}
