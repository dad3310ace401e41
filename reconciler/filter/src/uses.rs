//! Which filter scripts a policy uses, and about which tenants each is asked.

use std::collections::{BTreeMap, BTreeSet};

use ordain_core::policy::{Policy, Selector, Target, TenantId};

/// About whom a script is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Every tenant, each by itself.
    All,
    /// These tenants, each by itself.
    Some(BTreeSet<TenantId>),
}

impl Reach {
    /// Whether a tenant is among them; one that the policy does not know is
    /// reached by cross-tenant files only.
    pub(crate) fn covers(&self, tenant: Option<TenantId>) -> bool {
        match self {
            Self::All => true,
            Self::Some(tenants) => tenant.is_some_and(|tenant| tenants.contains(&tenant)),
        }
    }

    fn join(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) => (),
            (_, Self::All) => *self = Self::All,
            (Self::Some(own), Self::Some(more)) => own.extend(more),
        }
    }
}

/// Every filter script that a deployment, schedule, window or ring asks, by
/// path, directly or through a group, and those of groups whose members are excluded; with
/// the tenants that those reach.
pub(crate) fn scripts(policy: &Policy) -> BTreeMap<String, Reach> {
    let deployments = policy.deployments().iter().filter(|one| !one.disabled);
    let deployed = deployments.map(|one| (&one.target, one.scope, one.propagate));
    let scheduled = policy.schedules().iter().map(|one| (&one.target, one.scope, false));
    let mut all: BTreeMap<String, Reach> = BTreeMap::new();
    let mut ask = |path: &str, scope, propagate| {
        let reach = reach(policy, scope, propagate);
        match all.get_mut(path) {
            Some(known) => known.join(reach),
            None => drop(all.insert(path.to_owned(), reach)),
        }
    };
    let rings = policy.ring_targets();
    let windows = policy.windows().iter();
    let limited = windows.filter_map(|one| Some((one.target.as_ref()?, one.scope, false)));
    for (target, scope, propagate) in deployed.chain(scheduled).chain(rings).chain(limited) {
        asked(policy, target).for_each(|path| ask(path, scope, propagate));
    }
    for (scope, group) in policy.excluding() {
        let script = policy.group(*group).and_then(|group| group.script.as_deref());
        script
            .filter(|path| is_starlark(path))
            .into_iter()
            .for_each(|path| ask(path, *scope, false));
    }
    all
}

/// The filter scripts that the policy names anywhere, asked or not, by path.
pub(crate) fn named(policy: &Policy) -> BTreeSet<String> {
    let targets = policy.deployments().iter().flat_map(|one| asked(policy, &one.target));
    let windows = policy.windows().iter().filter_map(|one| one.target.as_ref());
    let targets = targets.chain(windows.flat_map(|target| asked(policy, target)));
    let groups = (0..policy.documents().len()).filter_map(|index| {
        let id = ordain_core::policy::DocumentId(u32::try_from(index).ok()?);
        policy.group(id)?.script.as_deref().filter(|path| is_starlark(path))
    });
    targets.chain(groups).map(str::to_owned).collect()
}

fn asked<'a>(policy: &'a Policy, target: &'a Target) -> impl Iterator<Item = &'a str> {
    let paths = target.selectors().filter_map(|selector| match selector {
        Selector::Script(path) => Some(path.as_str()),
        Selector::Group(Some(group)) => policy.group(*group)?.script.as_deref(),
        _ => None,
    });
    paths.filter(|path| is_starlark(path))
}

fn is_starlark(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, ending)| ending == "star")
}

fn reach(policy: &Policy, scope: Option<TenantId>, propagate: bool) -> Reach {
    let Some(owner) = scope else {
        return Reach::All;
    };
    if !propagate {
        return Reach::Some(BTreeSet::from([owner]));
    }
    let tenants = policy.tenants();
    Reach::Some(tenants.iter().map(|(id, _)| id).filter(|id| tenants.covers(owner, *id)).collect())
}
