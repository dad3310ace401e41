//! `Task.ensure`: settings without scripts, one resource of one kind each.
//!
//! Here stand the kinds that any computer may have; `accounts` has users and
//! groups, `elsewhere` the kinds of Windows and macOS, `value` what all of them
//! are made of, `form` how a resource is written, [`rules`] how its texts must look.

/// Does the same with the resource of any kind.
macro_rules! of_each {
    ($ensure:expr, $one:ident => $do:expr) => {
        match $ensure {
            Ensure::Registry($one) => $do,
            Ensure::File($one) => $do,
            Ensure::Directory($one) => $do,
            Ensure::Line($one) => $do,
            Ensure::Service($one) => $do,
            Ensure::Feature($one) => $do,
            Ensure::ScheduledTask($one) => $do,
            Ensure::LocalGroup($one) => $do,
            Ensure::User($one) => $do,
            Ensure::Sysctl($one) => $do,
            Ensure::Defaults($one) => $do,
        }
    };
}

mod accounts;
mod elsewhere;
mod form;
pub mod rules;
mod value;

pub use accounts::*;
pub use elsewhere::*;
pub use value::*;

use schemars::JsonSchema;
use serde::Serialize;

use crate::Spanned;

/// One resource: a thing of one kind that is to be as it says, or gone.
#[derive(Debug, Clone, PartialEq)]
pub enum Ensure {
    /// Values of a key of Windows' registry.
    Registry(EnsureRegistry),
    /// A file.
    File(EnsureFile),
    /// A folder.
    Directory(EnsureDirectory),
    /// A line of a text file.
    Line(EnsureLine),
    /// A service of the system.
    Service(EnsureService),
    /// A feature of Windows.
    Feature(EnsureFeature),
    /// A task of Windows' scheduler.
    ScheduledTask(EnsureScheduledTask),
    /// A group of this computer.
    LocalGroup(EnsureGroup),
    /// An account of this computer.
    User(EnsureUser),
    /// A setting of the kernel.
    Sysctl(EnsureSysctl),
    /// Settings of macOS.
    Defaults(EnsureDefaults),
}

impl Ensure {
    /// Whether it is to be there.
    pub fn is_present(&self) -> bool {
        of_each!(self, one => one.present)
    }

    /// The same resource, to be there or to be gone.
    #[must_use]
    pub fn with_presence(mut self, present: bool) -> Self {
        of_each!(&mut self, one => one.present = present);
        self
    }

    /// What undoes it: the same resource, gone where it was to be there and
    /// there where it was to be gone.
    #[must_use]
    pub fn inverse(self) -> Self {
        let present = self.is_present();
        self.with_presence(!present)
    }

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
            Self::LocalGroup(_) => "localGroup",
            Self::User(_) => "user",
            Self::Sysctl(_) => "sysctl",
            Self::Defaults(_) => "defaults",
        }
    }

    /// The parameters of the task that it takes values from.
    pub fn parameters(&self) -> Vec<&Spanned<String>> {
        let texts: Vec<Option<&EnsureText>> = match self {
            Self::Registry(one) => {
                let values = one.values.values().filter_map(|value| value.value.parameter());
                return one.key.parameter().into_iter().chain(values).collect();
            }
            Self::Defaults(one) => {
                let values = one.values.values().filter_map(OrParameter::parameter);
                return one.domain.parameter().into_iter().chain(values).collect();
            }
            Self::File(one) => {
                vec![Some(&one.path), one.content.as_ref(), one.mode.as_ref(), one.owner.as_ref()]
            }
            Self::Directory(one) => vec![Some(&one.path), one.mode.as_ref(), one.owner.as_ref()],
            Self::Line(one) => vec![Some(&one.path), one.line.as_ref()],
            Self::Service(one) => vec![Some(&one.name)],
            Self::Feature(one) => vec![Some(&one.name)],
            Self::ScheduledTask(one) => {
                let own = [Some(&one.name), one.run.as_ref(), one.user.as_ref()];
                own.into_iter().chain(one.args.iter().map(Some)).collect()
            }
            Self::LocalGroup(one) => {
                let lists = one.members.iter().chain([&one.include, &one.exclude]).flatten();
                [Some(&one.name)].into_iter().chain(lists.map(Some)).collect()
            }
            Self::User(one) => {
                let own = [&one.group, &one.comment, &one.home, &one.shell].map(Option::as_ref);
                let groups = one.groups.iter().flatten().map(Some);
                [Some(&one.name)].into_iter().chain(own).chain(groups).collect()
            }
            Self::Sysctl(one) => vec![Some(&one.key), one.value.as_ref()],
        };
        texts.into_iter().flatten().filter_map(OrParameter::parameter).collect()
    }
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_yes(present: &bool) -> bool {
    *present
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
const fn is_no(value: &bool) -> bool {
    !*value
}

/// A file with a content, a mode and an owner; what is not given is left as it is.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureFile {
    /// Its absolute path.
    pub path: EnsureText,
    /// A file beside the document whose bytes it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Spanned<String>>,
    /// Its content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<EnsureText>,
    /// Its permission bits in octal, as a quoted text; those of a new file are 0644.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<EnsureText>,
    /// Who owns it: `USER`, `USER:GROUP` or `:GROUP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<EnsureText>,
    /// Whether it is there; `false` removes it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A folder; those above it are made too.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureDirectory {
    /// Its absolute path.
    pub path: EnsureText,
    /// Its permission bits in octal, as a quoted text; those of a new folder are 0755.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<EnsureText>,
    /// Who owns it: `USER`, `USER:GROUP` or `:GROUP`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<EnsureText>,
    /// With `present: false`: removes it with everything in it; only an empty folder is removed otherwise.
    #[serde(default, skip_serializing_if = "is_no")]
    pub force: bool,
    /// Whether it is there; `false` removes it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A line of a text file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureLine {
    /// The file's absolute path; a file that is not there is made.
    pub path: EnsureText,
    /// The whole line, without its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<EnsureText>,
    /// A regular expression: the last line that it finds is replaced. The line itself must match it.
    #[serde(default, rename = "match", skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Spanned<String>>,
    /// A regular expression: a new line stands behind the last one that it finds, else at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Spanned<String>>,
    /// Whether it is there; `false` removes every such line, without `line` every one that `match` finds.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// A service: when it starts, and whether it runs now.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureService {
    /// Its name for the system: a unit of systemd with or without `.service`, a service of Windows.
    pub name: EnsureText,
    /// When it starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<ServiceStart>,
    /// Whether it runs now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub running: Option<bool>,
    /// Whether it is there; `false` stops it and lets nothing start it.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}

/// When a service starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceStart {
    /// With the system.
    Automatic,
    /// When something asks for it.
    Manual,
    /// Never.
    Disabled,
}

/// A setting of the kernel, now and after each start of the system.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EnsureSysctl {
    /// Its name, as `net.ipv4.ip_forward`.
    pub key: EnsureText,
    /// Its value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<EnsureText>,
    /// Whether it is set; `false` forgets it from the next start of the system on.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub present: bool,
}
