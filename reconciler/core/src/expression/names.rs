//! The names that an expression may use, with what stands behind them.

/// A record whose fields are known beforehand.
pub(super) struct Record {
    /// Its dotted path.
    pub(super) path: &'static str,
    /// Its fields.
    pub(super) fields: &'static [Field],
}

/// A field: its name, its type, where it comes from.
pub(super) struct Field(&'static str, &'static str, &'static str);

impl Record {
    /// The names of its fields.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.fields.iter().map(|field| field.0)
    }
}

/// A name that an expression may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The dotted path; `NAME` stands for any name.
    pub name: String,
    /// The type of its value: `string`, `list(string)` and the like, or `any`.
    pub kind: &'static str,
    /// Where the value comes from.
    pub source: &'static str,
}

/// The records with a fixed set of fields; below other names anything may stand.
pub(super) const RECORDS: &[Record] = &[
    Record {
        path: "computer",
        fields: &[
            Field("name", "string", "the computer's name as its agent enrolled"),
            Field("tenant", "string", "the id of the tenant it belongs to"),
            Field("online", "bool", "whether its agent is connected"),
            Field(
                "chassis",
                "string",
                "agent: desktop, portable or server; not there where unknown",
            ),
            Field("domainRole", "string", "agent: standalone, member, dc or primary-dc"),
            Field("os", "map", "agent: the operating system"),
            Field("person", "string", "UPN of the primary person, pinned in git or reported"),
            Field("tags", "list(string)", "Computer document and integrations, added up"),
            Field("deviceGroups", "list(map)", "RMM: {integration, name} of each group"),
            Field("facts", "map", "further facts, by name"),
            Field(
                "software",
                "map(string)",
                "detection: versions by software; not there means not installed",
            ),
            Field("tests", "map(bool)", "detection: answers of software tests, by software"),
            Field(
                "tasks",
                "map(bool)",
                "detection: last answers of task tests, by NAME or NAME#INSTANCE",
            ),
            Field("role", "string", "Computer document: what it is for"),
            Field("serial", "string", "agent: serial number of the firmware"),
            Field("manufacturer", "string", "agent: manufacturer by the firmware"),
            Field("model", "string", "agent: model by the firmware"),
            Field("domain", "string", "agent: the domain it belongs to"),
        ],
    },
    Record {
        path: "computer.os",
        fields: &[
            Field("family", "string", "agent: windows, macos or linux"),
            Field("version", "string", "agent: the version as the system says it"),
            Field("arch", "string", "agent: x64, x86 or arm64"),
        ],
    },
    Record {
        path: "person",
        fields: &[
            Field("upn", "string", "UPN of the primary person, in lower case"),
            Field("tenant", "string", "the id of the person's tenant"),
            Field("groups", "list(string)", "identity provider: groups, nested ones included"),
            Field("tags", "list(string)", "integrations"),
            Field("facts", "map", "further facts, by name"),
        ],
    },
    Record {
        path: "tenant",
        fields: &[
            Field("id", "string", "the folder below tenants/"),
            Field("name", "string", "the same as id"),
            Field("slug", "string", "Tenant document"),
            Field("displayName", "string", "Tenant document"),
            Field("tags", "list(string)", "Tenant document and integrations, added up"),
            Field("parent", "string", "Tenant document: the id of the tenant above"),
            Field("timezone", "string", "Tenant document"),
        ],
    },
];

/// Names below those where anything may stand.
const OPEN: &[Field] = &[
    Field("computer.facts.NAME", "any", "inventory tasks (`fact: NAME`) and integrations"),
    Field("computer.facts.bootId", "string", "agent: changes with every start of the system"),
    Field("computer.facts.cpuModel", "string", "agent"),
    Field("computer.facts.cpus", "int", "agent: how many processors it may use"),
    Field("computer.facts.distribution", "string", "agent: ID of /etc/os-release"),
    Field("computer.facts.distributionName", "string", "agent: PRETTY_NAME of /etc/os-release"),
    Field("computer.facts.kernel", "string", "agent: release of the kernel"),
    Field("computer.facts.manufacturer", "string", "agent: manufacturer by the firmware"),
    Field("computer.facts.memoryBytes", "int", "agent"),
    Field("computer.facts.model", "string", "agent: model by the firmware"),
    Field("computer.facts.serial", "string", "agent: serial number of the firmware"),
    Field("computer.facts.timezone", "string", "agent: IANA time zone"),
    Field("computer.software.NAME", "string", "detection: the version of that software"),
    Field("computer.tasks.NAME", "bool", "detection: the last answer of that task's test"),
    Field("computer.tests.NAME", "bool", "detection: the answer of that software's test"),
    Field("person.facts.NAME", "any", "integrations"),
];

/// Every name that an expression may use, by name.
pub fn known() -> Vec<Known> {
    let known = |name: String, field: &Field| Known { name, kind: field.1, source: field.2 };
    let fixed = RECORDS.iter().flat_map(|record| {
        record.fields.iter().map(move |field| known(format!("{}.{}", record.path, field.0), field))
    });
    let open = OPEN.iter().map(|field| known(field.0.to_owned(), field));
    let mut all: Vec<Known> = fixed.chain(open).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// The names at the root.
pub(super) const ROOTS: &[&str] = &["computer", "person", "tenant"];

/// The names of types, for comparing with `type(x)`.
pub(super) const TYPES: &[&str] =
    &["bool", "int", "uint", "double", "string", "list", "map", "null_type", "type"];

/// The record of that path.
pub(super) fn record(path: &str) -> Option<&'static Record> {
    RECORDS.iter().find(|record| record.path == path)
}
