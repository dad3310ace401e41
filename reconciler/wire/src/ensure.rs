//! Settings without scripts in transit: what `ordain_core::order::Ensure` says, as JSON.
//!
//! The kind stands as a name around the fields, so that they are read without
//! a copy. Words are kept as text here and judged in [`crate::convert`].

use serde::{Deserialize, Serialize};

/// One resource that is to be as it says, or gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnsureSpec {
    /// Whether it is to be there.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
    /// What it is.
    pub resource: ResourceSpec,
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_yes(present: &bool) -> bool {
    *present
}

/// A resource of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum ResourceSpec {
    /// Values of a key of Windows' registry.
    Registry {
        /// The key, from its root on.
        key: String,
        /// Name, type's word and value of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<(String, String, serde_json::Value)>,
        /// For every user of the computer.
        each_user: bool,
    },
    /// A file.
    File {
        /// Its absolute path.
        path: String,
        /// Its content as a text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
        /// Its content as a file of the repository: object id and path.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        blob: Option<(String, String)>,
        /// Its permission bits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
        /// `USER`, `USER:GROUP` or `:GROUP`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
    },
    /// A folder.
    Directory {
        /// Its absolute path.
        path: String,
        /// Its permission bits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mode: Option<u32>,
        /// `USER`, `USER:GROUP` or `:GROUP`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Where it is to be gone: with everything in it.
        force: bool,
    },
    /// A line of a text file.
    Line {
        /// The file's absolute path.
        path: String,
        /// The line.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        line: Option<String>,
        /// What finds the line that is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
        /// What finds the line behind which a new one stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
    },
    /// A service.
    Service {
        /// Its name for the system.
        name: String,
        /// The word for when it starts.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<String>,
        /// Whether it runs now.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        running: Option<bool>,
    },
    /// A feature of Windows.
    Feature {
        /// Its name.
        name: String,
    },
    /// A task of Windows' scheduler.
    ScheduledTask {
        /// Its name, with its folder.
        name: String,
        /// The program.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<String>,
        /// The program's arguments.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        args: Vec<String>,
        /// As whom.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// When.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        trigger: Option<TriggerSpec>,
    },
    /// A group.
    Group {
        /// Its name.
        name: String,
        /// Its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        gid: Option<u32>,
        /// All its members.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        members: Option<Vec<String>>,
        /// Who is a member, whoever else is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        include: Vec<String>,
        /// Who is none, whoever else is.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exclude: Vec<String>,
    },
    /// An account.
    User {
        /// Its name.
        name: String,
        /// Its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uid: Option<u32>,
        /// Its first group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<String>,
        /// All its other groups.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        groups: Option<Vec<String>>,
        /// Whose it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        comment: Option<String>,
        /// Its home.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        home: Option<String>,
        /// Its shell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shell: Option<String>,
        /// Whether a new one is one of the system's.
        system: bool,
    },
    /// A setting of the kernel.
    Sysctl {
        /// Its name.
        key: String,
        /// Its value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// Settings of macOS.
    Defaults {
        /// The domain.
        domain: String,
        /// Name and value of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<(String, serde_json::Value)>,
        /// For every user of the computer, not for the computer itself.
        each_user: bool,
    },
}

/// When a scheduled task runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum TriggerSpec {
    /// At a time of day.
    At {
        /// Hour.
        hour: u8,
        /// Minute.
        minute: u8,
        /// The words of the days; every day where none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<Vec<String>>,
    },
    /// Again and again after so many seconds.
    Every(u64),
    /// When this happens, by its word.
    On(String),
}
