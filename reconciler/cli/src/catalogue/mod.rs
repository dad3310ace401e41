//! Software definitions from other catalogues, for `ordain import`, and what
//! `ordain bump` needs of them.
//!
//! Owns the mapping: one room for each foreign format ([`scoop`], [`winget`],
//! [`fleet`], [`brew`]),
//! each a pure function from a manifest to a [`draft::Draft`] or to a
//! [`reason::Refusal`]. [`settle`] gives drafts their names and prerequisites
//! and writes them ([`write`], [`yaml`]). Reads and writes no files: that is
//! the verb's, and [`pieces`]'s for what is imported.

pub(crate) mod brew;
pub(crate) mod draft;
pub(crate) mod fleet;
pub(crate) mod pieces;
pub(crate) mod reason;
pub(crate) mod scoop;
pub(crate) mod settle;
pub(crate) mod winget;
pub(crate) mod yaml;

mod name;
mod pattern;
mod write;

pub(crate) use name::valid;
