//! The crate against real repositories, made by the `git` program.
//!
//! `support.rs` holds the sandbox; each module one promise of the crate.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage has failed")]

mod creating;
mod folders;
mod forge;
mod heads;
mod odd;
mod reading;
mod refusals;
mod ssh;
mod support;
mod watching;
mod web;
