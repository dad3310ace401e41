//! A repository and its signers, made in memory, so that a test can spoil any
//! byte of it.

mod repository;
mod signer;

pub(crate) use repository::{
    Chain, NOW, ROLES, commit_text, people, policy, signed, tree_bytes, who, with_signature,
};
pub(crate) use signer::{Signer, armour, key_line, packed};
