//! Git as the source of Ordain's policy: where it lies, how it is fetched,
//! read and watched, and whether a moved branch may be followed.
//!
//! A [`Source`] is what the daemon holds: a local repository, read where it
//! stands, or a remote one behind a bare [`Mirror`] in the data folder. Both
//! give [`Snapshot`]s straight from the object database; nothing is ever
//! checked out. What the bytes mean is the business of `ordain-schema`.
//!
//! Everything that touches git is synchronous: call it on a thread that may
//! block (`tokio::task::spawn_blocking`). A [`Repository`] may move between
//! threads but is used by one at a time; open one for each thread. Only
//! [`watch::Watch`] and [`folder::FolderWatch`] are asynchronous.
//!
//! Where to look next: `repository.rs` (reading at a commit), `worktree.rs`
//! (a plain folder), `mirror.rs` and `transport/` (fetching), `watch.rs`
//! (waking up), `head.rs` (fast-forward or rewritten), `webhook.rs`.

pub mod access;
pub mod create;
pub mod folder;
mod git;
pub mod head;
pub mod id;
pub mod location;
pub mod mirror;
pub mod refs;
pub mod repository;
mod source;
mod transport;
pub mod tree;
pub mod watch;
pub mod webhook;
pub mod worktree;

pub use access::{Access, Secret};
pub use create::{InitError, NewFile, init_with_first_commit};
pub use head::{HeadError, Movement};
pub use id::{CommitId, blob_id};
pub use location::{Location, LocationError, Remote};
pub use mirror::{FetchError, Fetched, Mirror};
pub use ordain_schema::{Content, Entry, Mode, Snapshot};
pub use refs::{NewObject, WriteError};
pub use repository::{OpenError, ReadError, Repository};
pub use source::{Source, SourceError};
pub use watch::{Signal, Waker, Watch};
pub use worktree::{FolderError, enclosing, snapshot_of_folder};
