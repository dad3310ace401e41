//! Rollouts, what is held back, and what deployments take away again.

use jiff::Timestamp;

use crate::{ComputerId, SessionId, TenantId};

/// What a session left undone, for its computer to be looked at again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldWrite {
    /// What the session was about: what it leaves takes the place of what the
    /// last one of its sort left.
    pub sort: String,
    /// How to ask for such a session again, as its owner writes it.
    pub request: String,
    /// What is held back.
    pub actions: Vec<HeldAction>,
}

/// An action that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldAction {
    /// The item.
    pub item: String,
    /// What holds it back, in the words of `heldBy`.
    pub what: String,
    /// When it may start; none where no end is known.
    pub until: Option<Timestamp>,
}

/// An action that is held back on a computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// Its name.
    pub computer_name: String,
    /// The session that left it.
    pub session: SessionId,
    /// The action.
    pub action: HeldAction,
    /// Since when.
    pub since: Timestamp,
}

/// A computer with something that may start now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueRow {
    /// Its tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// What the session was about.
    pub sort: String,
    /// The session that left it.
    pub session: SessionId,
    /// How to ask for such a session again.
    pub request: String,
    /// Since when it may start.
    pub at: Timestamp,
}

/// Which rollout.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RolloutKey {
    /// The tenant in whose folder the deployment stands; none for cross-tenant ones.
    pub tenant: Option<TenantId>,
    /// The deployment, as `path#name`.
    pub deployment: String,
    /// The item.
    pub item: String,
    /// The version, where it came without a commit.
    pub version: Option<String>,
}

/// A rollout that has started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutRow {
    /// Which.
    pub key: RolloutKey,
    /// What is rolled out, by its hash: another one starts from ring one.
    pub content: String,
    /// The commit it started from.
    pub revision: String,
    /// When.
    pub started_at: Timestamp,
    /// The ring from which openings are counted: the first one, or the one
    /// that was let go last.
    pub ring: u32,
    /// When that ring opened.
    pub since: Timestamp,
    /// That it has halted.
    pub halt: Option<HaltRow>,
}

/// That a ring has halted; a person clears it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltRow {
    /// The ring, from 1.
    pub ring: u32,
    /// When.
    pub at: Timestamp,
    /// How many of its computers failed; none where the reader may not know.
    pub failed: Option<u64>,
    /// How many there are.
    pub computers: Option<u64>,
}

/// What a session has learnt of an item that its deployment takes away again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum InstalledWrite {
    /// The deployment has installed it.
    Made {
        /// The item.
        item: String,
        /// The deployment, as `path#name`.
        deployment: String,
    },
    /// The deployment still says so, and it is there.
    Seen {
        /// The item.
        item: String,
        /// The deployment, as `path#name`.
        deployment: String,
    },
    /// It is not there any more.
    Gone {
        /// The item.
        item: String,
    },
}

/// What a deployment has installed on a computer and takes away again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledRow {
    /// The computer's tenant.
    pub tenant: TenantId,
    /// The computer.
    pub computer: ComputerId,
    /// The item.
    pub item: String,
    /// The deployment, as `path#name`.
    pub deployment: String,
    /// The last commit in force that said so.
    pub revision: String,
    /// Since when.
    pub at: Timestamp,
}
