//! What an agent has accepted, and what it may still do by it.
//!
//! Owns the state that every check starts from, and the standing that follows
//! from the age of the last heartbeat. Writing it to a disk is the agent's;
//! moving it on is [`mod@crate::verify`]'s.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::commit::PayloadId;
use crate::heartbeat::Heartbeat;
use crate::key::Fingerprint;
use crate::object_id::ObjectId;
use crate::policy::Policy;
use crate::repo::RepoId;
use crate::statement::UnixTime;

/// Where the accepted chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The commit under the name it came by.
    pub commit: ObjectId,
    /// The commit by what was signed.
    pub payload: PayloadId,
    /// Promotions since the genesis, which is 0.
    pub depth: u64,
    /// Its root tree.
    pub tree: ObjectId,
}

/// A promotion that was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The commit by what was signed.
    pub payload: PayloadId,
    /// Promotions since the genesis.
    pub depth: u64,
    /// Who signed or approved it, sorted.
    pub signers: Vec<Fingerprint>,
}

/// How far the last heartbeat has aged. It never grows younger: a clock that is
/// set back revives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Age {
    /// Not expired when last looked at.
    Fresh,
    /// Expired, and the grace not over.
    Expired,
    /// Expired, and the grace over.
    Stale,
}

/// What may be done by the head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Everything that it says.
    InForce,
    /// The last head is enforced until that time; no other is accepted.
    Frozen(UnixTime),
    /// Detection only.
    DetectOnly(DetectOnly),
}

/// Why nothing but detection is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DetectOnly {
    /// No heartbeat has ever come.
    NoHeartbeat,
    /// The grace after the last heartbeat is over.
    Stale,
    /// A key that has signed since the last heartbeat's head is revoked.
    RevokedHead,
}

/// What an agent has accepted. Equal stores judge everything alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Store {
    /// The repository.
    pub repo: RepoId,
    /// The tenant that the agent belongs to.
    pub tenant: String,
    /// Where the chain ends.
    pub head: Head,
    /// The policy in the head's tree.
    pub policy: Arc<Policy>,
    /// The promotion that the last heartbeat named, or the first one known,
    /// and all since; the last one is the head.
    pub trail: Vec<Step>,
    /// The last heartbeat.
    pub heartbeat: Option<Heartbeat>,
    /// How old it was when last looked at.
    pub age: Age,
    /// The latest signed time that was seen: it is no earlier now.
    pub floor: UnixTime,
    /// The number of the last recovery; 0 where there was none.
    pub recovery: u64,
    /// Ad-hoc statements that were used, by nonce, until they expire.
    pub nonces: BTreeMap<String, UnixTime>,
}

impl Store {
    /// A store at one accepted commit.
    pub(crate) fn at(
        repo: RepoId,
        tenant: String,
        head: Head,
        policy: Arc<Policy>,
        step: Step,
    ) -> Self {
        Self {
            repo,
            tenant,
            head,
            policy,
            trail: vec![step],
            heartbeat: None,
            age: Age::Fresh,
            floor: UnixTime::default(),
            recovery: 0,
            nonces: BTreeMap::new(),
        }
    }

    /// The time to judge by: never before a time that somebody has signed.
    pub fn time(&self, now: UnixTime) -> UnixTime {
        now.max(self.floor)
    }

    /// The keys that are revoked.
    pub fn revoked(&self) -> BTreeSet<Fingerprint> {
        self.heartbeat.iter().flat_map(|heartbeat| heartbeat.revoked.iter().copied()).collect()
    }

    /// When the grace after the last heartbeat ends.
    fn grace_ends(&self, heartbeat: &Heartbeat) -> UnixTime {
        let grace = self.policy.document.stale_grace.map_or(7 * 86_400, |grace| grace.0);
        heartbeat.expires.after(grace)
    }

    /// How old the last heartbeat is now.
    pub(crate) fn age_at(&self, now: UnixTime) -> Age {
        let now = self.time(now);
        let age = match &self.heartbeat {
            Some(heartbeat) if now > self.grace_ends(heartbeat) => Age::Stale,
            Some(heartbeat) if now > heartbeat.expires => Age::Expired,
            _ => Age::Fresh,
        };
        age.max(self.age)
    }

    /// What may be done by the head now.
    pub fn standing(&self, now: UnixTime) -> Standing {
        let Some(heartbeat) = &self.heartbeat else {
            return Standing::DetectOnly(DetectOnly::NoHeartbeat);
        };
        let since = self.trail.iter().skip(1).flat_map(|step| &step.signers);
        if since.into_iter().any(|signer| heartbeat.revoked.contains(signer)) {
            return Standing::DetectOnly(DetectOnly::RevokedHead);
        }
        match self.age_at(now) {
            Age::Fresh => Standing::InForce,
            Age::Expired => Standing::Frozen(self.grace_ends(heartbeat)),
            Age::Stale => Standing::DetectOnly(DetectOnly::Stale),
        }
    }
}
