//! Which files bear on what: filter scripts on deployments, what stands beside
//! a document on its item.

use crate::policy::{DeploymentEntry, Policy, Selector};

/// The filter scripts that decide whom a deployment reaches.
pub(super) fn scripts_of<'p>(
    policy: &'p Policy,
    deployment: &'p DeploymentEntry,
) -> impl Iterator<Item = &'p str> {
    deployment.target.selectors().filter_map(|selector| match selector {
        Selector::Script(path) => Some(path.as_str()),
        Selector::Group(Some(group)) => policy.group(*group)?.script.as_deref(),
        _ => None,
    })
}

/// Whether a file stands in the folder of a document, at any depth.
pub(super) fn is_within(path: &str, document: &str) -> bool {
    let folder = document.rsplit_once('/').map(|(folder, _)| folder);
    let below = folder.and_then(|folder| path.strip_prefix(folder));
    below.is_some_and(|below| below.starts_with('/'))
}
