//! The names that an expression may use.

/// A record whose fields are known beforehand.
pub(super) struct Record {
    /// Its dotted path.
    pub(super) path: &'static str,
    /// Its fields.
    pub(super) fields: &'static [&'static str],
}

/// The records with a fixed set of fields; below other names anything may stand.
pub(super) const RECORDS: &[Record] = &[
    Record {
        path: "computer",
        fields: &[
            "name",
            "tenant",
            "online",
            "chassis",
            "domainRole",
            "os",
            "person",
            "tags",
            "deviceGroups",
            "facts",
            "software",
            "tests",
            "tasks",
            "role",
            "serial",
            "manufacturer",
            "model",
            "domain",
        ],
    },
    Record { path: "computer.os", fields: &["family", "version", "arch"] },
    Record { path: "person", fields: &["upn", "tenant", "groups", "tags", "facts"] },
    Record {
        path: "tenant",
        fields: &["id", "name", "slug", "displayName", "tags", "parent", "timezone"],
    },
];

/// The names at the root.
pub(super) const ROOTS: &[&str] = &["computer", "person", "tenant"];

/// The names of types, for comparing with `type(x)`.
pub(super) const TYPES: &[&str] =
    &["bool", "int", "uint", "double", "string", "list", "map", "null_type", "type"];

/// The record of that path.
pub(super) fn record(path: &str) -> Option<&'static Record> {
    RECORDS.iter().find(|record| record.path == path)
}
