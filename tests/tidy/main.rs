//! What a reviewer would forget: the rules of the house, held by a test.
//!
//! Owns the checks that no compiler and no lint makes: heads of files, their
//! length, who may depend on whom, links and commands in the documentation.
//! Does not own what clippy can say (`clippy.toml` in the pure crates) nor
//! what a crate knows best about itself (its generated schemas and
//! references have tests beside them). Every test reads the work tree and
//! reports all faults at once, each with its file and line.

mod dependencies;
mod documents;
mod layout;
mod manifests;
mod sources;
mod worktree;
