//! The daemon: it follows a branch, keeps agents connected, drives sessions
//! and answers people.
//!
//! Owns the loops, the agents' hub, the small certificate authority and the
//! HTTP API. Decides nothing about computers itself: plans and sessions are
//! `ordain-core`'s, what was said is `ordain-wire`'s, what is remembered is
//! `ordain-store`'s. [`serve`] puts everything together; start reading there.

mod api;
mod aside;
mod authority;
mod backup;
mod clock;
mod config;
mod controller;
mod data;
mod drive;
mod filters;
mod follow;
mod hub;
mod kill_point;
mod ledger;
mod listener;
mod notify;
mod recorded;
mod retention;
mod serve;
#[cfg(feature = "simulation")]
pub mod simulation;
mod tokens;
mod view;

pub use authority::{Authority, AuthorityError};
pub use backup::{BackupError, backup};
pub use clock::Clock;
pub use config::{
    ConfigError, ConfigFile, MailEncryption, MailFile, ServeConfig, WebhookEvent, WebhookFile,
};
pub use data::{DataError, DataFolder, names};
pub use follow::GitError;
pub use ledger::LedgerError;
pub use listener::TlsError;
pub use notify::{Encryption, HookConfig, HookError, HookEvent, MailConfig, PostError};
pub use serve::{Listening, ServeError, serve, serve_and_tell};
