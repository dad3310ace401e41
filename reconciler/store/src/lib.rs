//! What the controller remembers between two breaths: one trait, two databases.
//!
//! Owns the rows, the tables and the rule that nothing is read without saying
//! on whose behalf. Knows nothing of plans or messages: what belongs to other
//! crates is kept as the text they give; only who a computer is, is judged here
//! by the core's rule, within the transaction that writes it. Start at [`Store`] for what can be
//! asked, at [`rows`] for the shapes, at [`SqliteStore`] for the embedded body.
//!
//! A write has reached the disk when its future is ready.

pub mod outside;
pub mod rows;

mod error;
mod outgoing;
mod scope;
mod sqlite;
mod store;

pub use error::StoreError;
pub use outgoing::Outgoing;
pub use scope::{AgentId, ComputerId, SessionId, TenantId, TenantScope};
pub use sqlite::SqliteStore;
#[cfg(feature = "simulation")]
pub use sqlite::{Fate, Fates};
pub use store::{Commits, Computers, Enrolments, Keeping, Sessions, Store, Unfinished};
