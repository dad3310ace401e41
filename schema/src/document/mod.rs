//! The document types of the language, one file for each family.
//!
//! They say what was written, with positions where another crate reports
//! about a value; nothing is looked up and nothing is defaulted beyond what
//! the page of the language says of a single document.

mod action;
mod applies;
mod artifact;
mod by_platform;
mod computer;
mod deployment;
mod detect;
mod detected;
pub mod ensure;
mod form;
mod group;
mod installer;
mod integration;
mod item;
mod licence;
mod prerequisite;
mod repository;
mod rollout;
mod schedule;
mod software;
mod target;
mod task;
mod tenant;
mod test;
mod trust;
mod value;
mod window;

pub use action::*;
pub use applies::*;
pub use artifact::*;
pub use by_platform::*;
pub use computer::*;
pub use deployment::*;
pub use detect::*;
pub use detected::DetectedVersions;
pub use ensure::*;
pub use group::*;
pub use installer::*;
pub use integration::*;
pub use item::*;
pub use licence::*;
pub use prerequisite::*;
pub use repository::*;
pub use rollout::*;
pub use schedule::*;
pub use software::*;
pub use target::*;
pub use task::*;
pub use tenant::*;
pub use test::*;
pub use trust::*;
pub use value::*;
pub use window::*;

use std::sync::Arc;

use crate::{Span, Spanned};

/// One document of a repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The file, by its path from the repository's root.
    pub path: Arc<str>,
    /// The document's first key: its line is the line of the document.
    pub span: Span,
    /// Where it stands, and so what it may name and reach.
    pub scope: Scope,
    /// Its name.
    pub name: Spanned<String>,
    /// Its content by kind.
    pub body: Body,
    /// The keys at its top level whose values are at fault, which is reported
    /// where they stand: what they should say is unknown, not left out.
    pub faulty: Vec<&'static str>,
}

impl Document {
    /// Whether what one of some keys should say is unknown.
    pub fn is_faulty(&self, keys: &[&str]) -> bool {
        self.faulty.iter().any(|faulty| keys.contains(faulty))
    }
}

/// Where a document stands: position is authority.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Outside `tenants/`.
    CrossTenant,
    /// Below `tenants/<id>/`.
    Tenant(Arc<str>),
}

/// The content of a document by kind.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the variants are the kinds of the language")]
pub enum Body {
    Repository(Box<Repository>),
    Tenant(Box<Tenant>),
    Software(Box<Software>),
    Task(Box<Task>),
    Deployment(Box<Deployment>),
    Group(Box<Group>),
    Computer(Box<Computer>),
    Schedule(Box<Schedule>),
    Window(Box<Window>),
    Licence(Box<Licence>),
    Branding(Box<Branding>),
    Integration(Box<Integration>),
    Role(Box<Role>),
    Test(Box<Test>),
    Trust(Box<Trust>),
}

/// The kinds of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are the kinds of the language")]
pub enum Kind {
    Repository,
    Tenant,
    Software,
    Task,
    Deployment,
    Group,
    Computer,
    Schedule,
    Window,
    Licence,
    Branding,
    Integration,
    Role,
    Test,
    Trust,
}

impl Kind {
    /// Every kind, in the order of the language's page.
    pub const ALL: &[Self] = &[
        Self::Repository,
        Self::Tenant,
        Self::Software,
        Self::Task,
        Self::Deployment,
        Self::Group,
        Self::Computer,
        Self::Schedule,
        Self::Window,
        Self::Licence,
        Self::Branding,
        Self::Integration,
        Self::Role,
        Self::Test,
        Self::Trust,
    ];

    /// The word after `kind:`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Repository => "Repository",
            Self::Tenant => "Tenant",
            Self::Software => "Software",
            Self::Task => "Task",
            Self::Deployment => "Deployment",
            Self::Group => "Group",
            Self::Computer => "Computer",
            Self::Schedule => "Schedule",
            Self::Window => "Window",
            Self::Licence => "Licence",
            Self::Branding => "Branding",
            Self::Integration => "Integration",
            Self::Role => "Role",
            Self::Test => "Test",
            Self::Trust => "Trust",
        }
    }

    /// The kind of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.word() == word)
    }
}

impl Body {
    /// Its kind.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Repository(_) => Kind::Repository,
            Self::Tenant(_) => Kind::Tenant,
            Self::Software(_) => Kind::Software,
            Self::Task(_) => Kind::Task,
            Self::Deployment(_) => Kind::Deployment,
            Self::Group(_) => Kind::Group,
            Self::Computer(_) => Kind::Computer,
            Self::Schedule(_) => Kind::Schedule,
            Self::Window(_) => Kind::Window,
            Self::Licence(_) => Kind::Licence,
            Self::Branding(_) => Kind::Branding,
            Self::Integration(_) => Kind::Integration,
            Self::Role(_) => Kind::Role,
            Self::Test(_) => Kind::Test,
            Self::Trust(_) => Kind::Trust,
        }
    }
}
