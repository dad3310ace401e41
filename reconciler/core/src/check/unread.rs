//! Files that could not be read: what they hold is unknown, never missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::policy::Kind;

/// The files that could not be read.
pub(super) struct Unread<'a>(&'a BTreeSet<Arc<str>>);

impl<'a> Unread<'a> {
    pub(super) fn new(paths: &'a BTreeSet<Arc<str>>) -> Self {
        Self(paths)
    }

    /// Whether one of them may hold an object of that kind and name.
    pub(super) fn may_hold(&self, kind: Kind, name: &str) -> bool {
        let named = match kind {
            Kind::Software => Some(format!("software/{name}/software.yaml")),
            Kind::Task => Some(format!("tasks/{name}/task.yaml")),
            Kind::Group | Kind::Licence | Kind::Integration | Kind::Branding => None,
        };
        self.0.iter().any(|path| {
            let place = within(path);
            match &named {
                Some(named) => place == named,
                None => {
                    place.starts_with(kind.word()) && place[kind.word().len()..].starts_with("s/")
                }
            }
        })
    }

    /// Whether one of them may hold a tenant's document.
    pub(super) fn may_hold_tenant(&self, id: &str) -> bool {
        self.0.contains(format!("tenants/{id}/tenant.yaml").as_str())
    }

    /// Whether one of them stands in a folder, or below it.
    pub(super) fn is_in(&self, folder: &str) -> bool {
        self.0
            .iter()
            .any(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A path within its scope: behind `tenants/<id>/`, where it stands there.
pub(super) fn within(path: &str) -> &str {
    let behind = path.strip_prefix("tenants/").and_then(|rest| rest.split_once('/'));
    behind.map_or(path, |(_, place)| place)
}
