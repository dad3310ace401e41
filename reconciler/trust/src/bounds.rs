//! How much is looked at before anything is believed.
//!
//! Owns the limits that bear on bytes already in memory. The length of a
//! message and the inflation of what is compressed are bounded where they are
//! read, by the agent's gate.

/// Bytes of a commit.
pub const COMMIT_BYTES: usize = 64 << 10;
/// Bytes of a tree.
pub const TREE_BYTES: usize = 1 << 20;
/// Bytes of a blob.
pub const BLOB_BYTES: usize = 4 << 20;
/// Objects of one delivery.
pub const OBJECTS: usize = 20_000;
/// Bytes of all objects of one delivery together.
pub const DELIVERY_BYTES: usize = 64 << 20;
/// Folders in folders, the root included.
pub const TREE_DEPTH: usize = 12;
/// Entries of all folders of a tree together. One folder may stand in many
/// places, so few objects can make many paths.
pub const TREE_ENTRIES: usize = 200_000;
/// Bytes of one name in a tree, the limit of every file system in use.
pub const NAME_BYTES: usize = 255;
/// Bytes of a signature in its armour. An RSA key of 8,192 bits stays below 4 KiB.
pub const ARMOUR_BYTES: usize = 8 << 10;
/// Bits of an RSA key, at least.
pub const RSA_LEAST_BITS: u64 = 3072;
/// Bits of an RSA key, at most: what is longer only costs time.
pub const RSA_MOST_BITS: u64 = 8192;
/// Bytes of a statement: heartbeat, approval, recovery, ad hoc.
pub const STATEMENT_BYTES: usize = 256 << 10;
/// Signatures below one statement.
pub const STATEMENT_SIGNATURES: usize = 16;
/// Promotions since the one that the last heartbeat named.
pub const TRAIL: usize = 4096;
/// The longest time that a heartbeat may be valid, in seconds: 31 days.
pub const HEARTBEAT_SECONDS: u64 = 31 * 86_400;
/// The longest time that a recovery may be valid, in seconds: 24 hours.
pub const RECOVERY_SECONDS: u64 = 86_400;
/// Ad-hoc statements that are remembered until they expire.
pub const NONCES: usize = 4096;
/// How far a statement's time of issue may lie ahead, in seconds, before it
/// counts as made for later.
pub const AHEAD_SECONDS: u64 = 300;
