//! Verification of git objects for agents: what a byte string is, from its bytes alone.
//!
//! No I/O, no clock, no unsafe code. [`object_id`] names objects as git does,
//! refusing known ways to make two contents share a name. Signatures, the
//! promotion chain and heartbeats join here; running what was verified is the
//! agent's business.

#![forbid(unsafe_code)]

pub mod object_id;

pub use object_id::{BadObjectId, Collision, ObjectFormat, ObjectId, blob_id};
