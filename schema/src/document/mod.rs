//! The document types of the language, one file for each family.
//!
//! They say what was written, with positions where another crate reports
//! about a value; nothing is looked up and nothing is defaulted beyond what
//! the page of the language says of a single document.

mod action;
mod computer;
mod deployment;
mod detect;
mod form;
mod group;
mod integration;
mod licence;
mod prerequisite;
mod repository;
mod schedule;
mod software;
mod task;
mod tenant;
mod test;
mod trust;
mod value;

pub use action::*;
pub use computer::*;
pub use deployment::*;
pub use detect::*;
pub use group::*;
pub use integration::*;
pub use licence::*;
pub use prerequisite::*;
pub use repository::*;
pub use schedule::*;
pub use software::*;
pub use task::*;
pub use tenant::*;
pub use test::*;
pub use trust::*;
pub use value::*;

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
