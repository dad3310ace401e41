//! Files that could not be read: what they hold is unknown, never missing.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_schema::{Content, Snapshot};

use crate::policy::Kind;

/// The files that could not be read.
pub(super) struct Unread<'a> {
    paths: &'a BTreeSet<Arc<str>>,
    snapshot: &'a Snapshot,
}

impl<'a> Unread<'a> {
    pub(super) fn new(paths: &'a BTreeSet<Arc<str>>, snapshot: &'a Snapshot) -> Self {
        Self { paths, snapshot }
    }

    /// Whether one of them may hold an object of that kind and name.
    pub(super) fn may_hold(&self, kind: Kind, name: &str) -> bool {
        let named = match kind {
            Kind::Software => Some(format!("software/{name}/software.yaml")),
            Kind::Task => Some(format!("tasks/{name}/task.yaml")),
            Kind::Group | Kind::Licence | Kind::Integration | Kind::Branding => None,
        };
        self.paths.iter().any(|path| {
            let place = within(path);
            if let Some(named) = &named {
                return place == named;
            }
            let below = place.strip_prefix(kind.word());
            below.is_some_and(|below| below.starts_with("s/")) && self.speaks_of(path, name)
        })
    }

    /// Whether a file is called by a name, or the name stands somewhere in it, or could.
    fn speaks_of(&self, path: &str, name: &str) -> bool {
        let file = path.rsplit('/').next().unwrap_or_default();
        if file.strip_suffix(".yaml") == Some(name) {
            return true;
        }
        let Some(Content::Bytes(bytes)) = self.snapshot.entries.get(path).map(|one| &one.content)
        else {
            return true;
        };
        let bytes: &[u8] = bytes;
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
        let stands_at = |start: usize| {
            let before = start.checked_sub(1).and_then(|before| bytes.get(before));
            let behind = bytes.get(start + name.len());
            !before.is_some_and(is_inner) && !behind.is_some_and(is_inner)
        };
        let mut places = bytes.windows(name.len().max(1)).enumerate();
        places.any(|(start, window)| window == name.as_bytes() && stands_at(start))
    }

    /// Whether one of them may hold a tenant's document.
    pub(super) fn may_hold_tenant(&self, id: &str) -> bool {
        self.paths.contains(format!("tenants/{id}/tenant.yaml").as_str())
    }

    /// Whether one of them stands in a folder, or below it.
    pub(super) fn is_in(&self, folder: &str) -> bool {
        self.paths
            .iter()
            .any(|path| path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }
}

/// A path within its scope: behind `tenants/<id>/`, where it stands there.
pub(super) fn within(path: &str) -> &str {
    let behind = path.strip_prefix("tenants/").and_then(|rest| rest.split_once('/'));
    behind.map_or(path, |(_, place)| place)
}
