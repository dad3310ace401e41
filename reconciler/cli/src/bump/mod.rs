//! Newer versions of software, for `ordain bump`.
//!
//! Owns asking a source what it has ([`ask`], over [`place`]) and how an
//! answer becomes an entry of `versions` ([`entry`], [`splice`]). Which
//! software is asked about and what is written is the verb's.

pub(crate) mod ask;
pub(crate) mod entry;
pub(crate) mod offer;
pub(crate) mod place;
pub(crate) mod splice;

mod checkver;
mod feed;
mod fleet;
mod github;
mod path;
mod scoop;
mod winget;
