//! Tests of verification: against what git and ssh-keygen made, against every
//! attack of the trust page that bytes alone can stage, and against random
//! bytes.
//!
//! [`forge`] plays the honest repository and its signers; the attacks take
//! what it makes and spoil it.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]
#![expect(clippy::disallowed_methods, reason = "vectors are files")]
#![expect(clippy::disallowed_types, reason = "git and ssh-keygen are asked as processes")]

mod attacks;
mod differential;
mod documented;
mod forge;
mod fuzz;
mod golden;
mod honest;
