//! Position is authority: what a path says of the documents in its file.

use crate::document::{Kind, Scope};

/// What a path says of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Position<'p> {
    /// Where it stands.
    pub(crate) scope: Scope,
    /// What its documents are.
    pub(crate) place: Place<'p>,
}

/// What the documents of a file are, by its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place<'p> {
    /// A document file: of this kind, and of this name where the folder says it.
    Documents { kind: Kind, name: Option<&'p str> },
    /// No document file, but near enough to where documents stand that a
    /// document in it was put there by mistake: the folder where it belongs
    /// is not this one.
    Stray,
    /// A place of which the language says nothing.
    Elsewhere,
}

/// Folders of which each file is a document, cross-tenant ones.
const FOLDERS: &[(&str, Kind)] = &[
    ("groups", Kind::Group),
    ("deployments", Kind::Deployment),
    ("schedules", Kind::Schedule),
    ("windows", Kind::Window),
    ("integrations", Kind::Integration),
    ("licences", Kind::Licence),
    ("brandings", Kind::Branding),
    ("roles", Kind::Role),
    ("tests", Kind::Test),
];

/// Folders of which each file is a document, within a tenant's folder.
const TENANT_FOLDERS: &[(&str, Kind)] = &[
    ("groups", Kind::Group),
    ("deployments", Kind::Deployment),
    ("schedules", Kind::Schedule),
    ("windows", Kind::Window),
    ("computers", Kind::Computer),
    ("licences", Kind::Licence),
    ("brandings", Kind::Branding),
];

impl<'p> Position<'p> {
    /// What a path says; none for a file that is no `.yaml`.
    pub(crate) fn of(path: &'p str) -> Option<Self> {
        path.strip_suffix(".yaml")?;
        let (scope, rest) = match tenant_of(path) {
            Some((id, rest)) => (Scope::Tenant(id.into()), rest),
            None => (Scope::CrossTenant, path),
        };
        let documents = |kind, name| Place::Documents { kind, name };
        let place = match (&scope, rest) {
            (Scope::CrossTenant, "ordain.yaml") => documents(Kind::Repository, None),
            (Scope::CrossTenant, ".ordain/trust.yaml") => documents(Kind::Trust, None),
            (Scope::Tenant(_), "tenant.yaml") => {
                documents(Kind::Tenant, tenant_of(path).map(|(id, _)| id))
            }
            _ => below_folder(&scope, rest),
        };
        Some(Self { scope, place })
    }
}

/// The tenant's id and the rest of a path below its folder.
pub(crate) fn tenant_of(path: &str) -> Option<(&str, &str)> {
    path.strip_prefix("tenants/")?.split_once('/')
}

fn below_folder<'p>(scope: &Scope, rest: &'p str) -> Place<'p> {
    let Some((folder, below)) = rest.split_once('/') else {
        return Place::Stray;
    };
    for (catalogue, file, kind) in
        [("software", "software.yaml", Kind::Software), ("tasks", "task.yaml", Kind::Task)]
    {
        if folder == catalogue {
            return match below.split_once('/') {
                Some((name, last)) if last == file => Place::Documents { kind, name: Some(name) },
                _ => Place::Stray,
            };
        }
    }
    let folders = match scope {
        Scope::CrossTenant => FOLDERS,
        Scope::Tenant(_) => TENANT_FOLDERS,
    };
    match folders.iter().find(|(name, _)| *name == folder) {
        Some((_, kind)) => Place::Documents { kind: *kind, name: None },
        None if folder.starts_with('.') => Place::Elsewhere,
        None => Place::Stray,
    }
}

/// Where a kind belongs, for people.
pub(crate) fn home(kind: Kind, scope: &Scope) -> String {
    let below = match (scope, kind) {
        (Scope::Tenant(id), kind) if !is_cross_tenant_only(kind) => format!("tenants/{id}/"),
        _ => String::new(),
    };
    match kind {
        Kind::Repository => "`ordain.yaml`".to_owned(),
        Kind::Trust => "`.ordain/trust.yaml`".to_owned(),
        Kind::Tenant => "`tenants/<id>/tenant.yaml`".to_owned(),
        Kind::Software => format!("`{below}software/<name>/software.yaml`"),
        Kind::Task => format!("`{below}tasks/<name>/task.yaml`"),
        Kind::Computer => "`tenants/<id>/computers/`".to_owned(),
        _ => {
            let folder = FOLDERS.iter().find(|(_, of)| *of == kind).map_or("", |(name, _)| *name);
            format!("`{below}{folder}/`")
        }
    }
}

fn is_cross_tenant_only(kind: Kind) -> bool {
    matches!(kind, Kind::Integration | Kind::Role | Kind::Test | Kind::Repository | Kind::Trust)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_paths_say() {
        let documents = |kind, name| Some(Place::Documents { kind, name });
        let paths = [
            ("ordain.yaml", documents(Kind::Repository, None)),
            (".ordain/trust.yaml", documents(Kind::Trust, None)),
            ("software/a/software.yaml", documents(Kind::Software, Some("a"))),
            ("tenants/x/software/a/software.yaml", documents(Kind::Software, Some("a"))),
            ("tenants/x/tasks/t/task.yaml", documents(Kind::Task, Some("t"))),
            ("tenants/x/tenant.yaml", documents(Kind::Tenant, Some("x"))),
            ("deployments/a/b/c.yaml", documents(Kind::Deployment, None)),
            ("tenants/x/computers/c.yaml", documents(Kind::Computer, None)),
            ("tests/deep/t.yaml", documents(Kind::Test, None)),
            ("software/a.yaml", Some(Place::Stray)),
            ("software/a/b/software.yaml", Some(Place::Stray)),
            ("software/a/data.yaml", Some(Place::Stray)),
            ("tenants/x/roles/r.yaml", Some(Place::Stray)),
            ("tenants/x.yaml", Some(Place::Stray)),
            ("computers/c.yaml", Some(Place::Stray)),
            ("deployment/a.yaml", Some(Place::Stray)),
            (".github/workflows/ci.yaml", Some(Place::Elsewhere)),
            ("deployments/a.yml", None),
            ("deployments/README.md", None),
        ];
        for (path, place) in paths {
            assert_eq!(Position::of(path).map(|position| position.place), place, "{path}");
        }
    }
}
