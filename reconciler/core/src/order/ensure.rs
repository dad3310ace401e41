//! Settings that an agent carries out itself: `Task.ensure` with the values
//! that hold on one computer.

use std::sync::Arc;

pub use ordain_schema::document::{RegistryType, ServiceStart, TriggerEvent, Weekday};

/// One resource that is to be as it says, or gone.
#[derive(Debug, Clone, PartialEq)]
pub struct Ensure {
    /// Whether it is to be there.
    pub present: bool,
    /// What it is.
    pub resource: Resource,
}

/// A resource of one kind.
#[derive(Debug, Clone, PartialEq)]
pub enum Resource {
    /// Values of a key of Windows' registry.
    Registry(Registry),
    /// A file.
    File(File),
    /// A folder.
    Directory(Directory),
    /// A line of a text file.
    Line(Line),
    /// A service of the system.
    Service(Service),
    /// A feature of Windows, by its name.
    Feature(String),
    /// A task of Windows' scheduler.
    ScheduledTask(ScheduledTask),
    /// A group of this computer.
    Group(Group),
    /// An account of this computer.
    User(User),
    /// A setting of the kernel.
    Sysctl(Sysctl),
    /// Settings of macOS.
    Defaults(Defaults),
}

impl Resource {
    /// The key of its kind.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Registry(_) => "registry",
            Self::File(_) => "file",
            Self::Directory(_) => "directory",
            Self::Line(_) => "line",
            Self::Service(_) => "service",
            Self::Feature(_) => "feature",
            Self::ScheduledTask(_) => "scheduledTask",
            Self::Group(_) => "localGroup",
            Self::User(_) => "user",
            Self::Sysctl(_) => "sysctl",
            Self::Defaults(_) => "defaults",
        }
    }
}

/// A file; what is not given is left as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct File {
    /// Its absolute path.
    pub path: String,
    /// Its content.
    pub content: Option<Content>,
    /// Its permission bits.
    pub mode: Option<u32>,
    /// `USER`, `USER:GROUP` or `:GROUP`.
    pub owner: Option<String>,
}

/// The content of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// This text.
    Text(Arc<str>),
    /// The bytes of a file of the repository.
    Blob {
        /// The blob's object id in hexadecimal; the agent recomputes it before it writes the bytes.
        blob: String,
        /// Its path from the repository's root, for logs.
        path: String,
    },
}

/// A folder.
#[derive(Debug, Clone, PartialEq)]
pub struct Directory {
    /// Its absolute path.
    pub path: String,
    /// Its permission bits.
    pub mode: Option<u32>,
    /// `USER`, `USER:GROUP` or `:GROUP`.
    pub owner: Option<String>,
    /// Where it is to be gone: with everything in it.
    pub force: bool,
}

/// A line of a text file.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The file's absolute path.
    pub path: String,
    /// The line; only what is to be gone may lack it.
    pub line: Option<String>,
    /// What finds the line that is replaced.
    pub pattern: Option<String>,
    /// What finds the line behind which a new one stands.
    pub after: Option<String>,
}

/// A service.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// Its name for the system.
    pub name: String,
    /// When it starts.
    pub start: Option<ServiceStart>,
    /// Whether it runs now.
    pub running: Option<bool>,
}

/// An account.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// Its name.
    pub name: String,
    /// Its number.
    pub uid: Option<u32>,
    /// Its first group.
    pub group: Option<String>,
    /// All its other groups.
    pub groups: Option<Vec<String>>,
    /// Whose it is.
    pub comment: Option<String>,
    /// Its home.
    pub home: Option<String>,
    /// Its shell.
    pub shell: Option<String>,
    /// Whether a new one is one of the system's.
    pub system: bool,
}

/// A group.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// Its number.
    pub gid: Option<u32>,
    /// All its members.
    pub members: Option<Vec<String>>,
    /// Who is a member, whoever else is.
    pub include: Vec<String>,
    /// Who is none, whoever else is.
    pub exclude: Vec<String>,
}

/// A setting of the kernel.
#[derive(Debug, Clone, PartialEq)]
pub struct Sysctl {
    /// Its name.
    pub key: String,
    /// Its value; only what is to be gone may lack it.
    pub value: Option<String>,
}

/// Values of a key of Windows' registry.
#[derive(Debug, Clone, PartialEq)]
pub struct Registry {
    /// The key, from its root on.
    pub key: String,
    /// Its values by name: of this type, and fitting it.
    pub values: Vec<(String, RegistryType, serde_json::Value)>,
    /// For every user of the computer.
    pub each_user: bool,
}

/// A task of Windows' scheduler.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledTask {
    /// Its name, with its folder.
    pub name: String,
    /// The program; only what is to be gone may lack it.
    pub run: Option<String>,
    /// The program's arguments.
    pub args: Vec<String>,
    /// As whom; as the system where none.
    pub user: Option<String>,
    /// When; only what is to be gone may lack it.
    pub trigger: Option<Trigger>,
}

/// When a scheduled task runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// At a time of day.
    At {
        /// Hour.
        hour: u8,
        /// Minute.
        minute: u8,
        /// On these days alone; on every one where none.
        days: Option<Vec<Weekday>>,
    },
    /// Again and again after so many seconds.
    Every(u64),
    /// When this happens.
    On(TriggerEvent),
}

/// Settings of macOS.
#[derive(Debug, Clone, PartialEq)]
pub struct Defaults {
    /// The domain.
    pub domain: String,
    /// The settings by name.
    pub values: Vec<(String, serde_json::Value)>,
    /// For every user of the computer, not for the computer itself.
    pub each_user: bool,
}
