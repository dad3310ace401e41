//! The queries, in SQL that both databases understand.
//!
//! This folder is a part of each database's module, which names its
//! `Connection` and says how a read and a write are run; what differs beyond
//! that, the tables' making, stands in `migrations/`.

mod answers;
mod commits;
mod computers;
mod enrolments;
mod followed;
mod outcomes;
mod restore;
mod sessions;
mod text;
