//! Verification for agents: what a byte string is, and who signed it, from
//! bytes alone.
//!
//! No I/O, no clock, no unsafe code. From the ground up: [`mod@object_id`] names
//! objects as git does, [`commit`] and [`tree`] read them strictly, [`sshsig`]
//! reads and checks signatures, [`policy`] says who may sign what,
//! [`promotion`] judges one step of the chain, and [`verify`](mod@verify) moves a [`Store`]
//! on or refuses. Running what was verified is the agent's business.

#![forbid(unsafe_code)]

pub mod verify;

pub mod adhoc;
pub mod approval;
pub mod armour;
pub mod bounds;
pub mod commit;
pub mod heartbeat;
pub mod key;
pub mod object_id;
pub mod objects;
pub mod path_class;
pub mod policy;
pub mod promotion;
pub mod recovery;
pub mod refusal;
pub mod repo;
pub mod sshsig;
pub mod statement;
pub mod store;
pub mod tree;
pub mod walk;

mod check;
mod name;
mod packed;

pub use approval::Approvals;
pub use commit::{Commit, PayloadId};
pub use key::{Fingerprint, PublicKey};
pub use object_id::{
    BadObjectId, Collision, ObjectFormat, ObjectId, ObjectKind, blob_id, object_id,
};
pub use objects::{Object, Objects};
pub use policy::{Policy, Role};
pub use refusal::{Checked, Refusal, RefusalCode};
pub use repo::{Anchor, RepoId};
pub use sshsig::{Namespace, SshSignature};
pub use statement::UnixTime;
pub use store::{DetectOnly, Head, Standing, Store};
pub use tree::{Tree, TreeEntry, TreeMode};
pub use verify::{Event, verify};
