//! Filter scripts of Ordain in Starlark, bounded in time and memory.
//!
//! Owns the way from a `.star` file and facts to names of computers, and which
//! scripts of a policy are asked about which tenants. Does not own what an
//! answer means (`ordain_core::resolve`) nor reading files. In reading order:
//! [`evaluate`] runs one script over one tenant, [`answer`] runs those that a
//! policy uses and gives the fleet their answers; who keeps a policy in force
//! for long holds its [`sources`] beside it.
//!
//! Guarantees: the same script and facts give the same answer; a script sees
//! no clock, no file, no network and no tenant but the one it is asked about;
//! it ends. Assumptions: scripts are reviewed like everything else in the
//! repository, so that the bounds catch accidents exactly and malice mostly.

mod error;

mod bounds;
mod nesting;
mod script;

mod facts;
mod uses;

mod answers;

#[cfg(test)]
mod tests;

pub use answers::{Answers, answer, answers, asks, diagnose, faults, sources};
pub use error::FilterError;
pub use script::{Input, check, evaluate};
