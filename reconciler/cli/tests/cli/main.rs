//! The `ordain` binary as people and programs meet it: exit codes, standard
//! output and standard error of every verb, on real folders, real git
//! repositories and a real controller on the loopback interface.
//!
//! What plans and diagnostics say is the core's business and tested there and
//! by the acceptance scenarios; here it matters that it comes out right.
#![expect(clippy::unwrap_used, reason = "a test that cannot prepare its world has failed")]

mod support;

mod manners;
mod usage;

mod faults;
mod fmt;
mod init;
mod new;
mod secrets;
mod trust;
mod validate;
mod watch;

mod graph;
mod schema;
mod test;

mod bump;
mod import;

mod diff;
mod explain;
mod inventory;
mod plan;

mod controller;
