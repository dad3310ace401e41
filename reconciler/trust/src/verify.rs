//! One step of an agent's trust: state and bytes in, state or refusal out.
//!
//! Owns the order of the checks and that a refusal changes nothing: a step
//! works on a copy that is handed back whole or not at all. Start here to see
//! what an agent can be told.

use crate::adhoc::{self, Adhoc};
use crate::approval::Approvals;
use crate::commit::PayloadId;
use crate::heartbeat;
use crate::object_id::ObjectId;
use crate::objects::Objects;
use crate::promotion::follow;
use crate::recovery;
use crate::refusal::{Checked, Refusal, RefusalCode};
use crate::repo::{Anchor, begin};
use crate::statement::UnixTime;
use crate::store::{Age, Store};

/// Something that reaches an agent.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Promotions in their order, and the heartbeat that goes with them.
    Chain {
        /// The commits, first to last; none for a heartbeat alone.
        promotions: &'a [ObjectId],
        /// Approvals for their trees.
        approvals: &'a Approvals,
        /// The latest heartbeat.
        heartbeat: Option<&'a [u8]>,
    },
    /// A recovery.
    Recovery(&'a [u8]),
    /// Time has passed.
    Time,
}

/// Judges an event. Everything that is accepted stands in the new store, which
/// is to be kept safely before anything is done by it.
///
/// # Errors
/// The first check that fails; nothing has changed then.
pub fn verify(store: &Store, event: Event<'_>, objects: &Objects, now: UnixTime) -> Checked<Store> {
    let mut next = store.clone();
    next.age = store.age_at(now);
    match event {
        Event::Chain { promotions, approvals, heartbeat } => {
            next = advance(&next, promotions, approvals, objects)?;
            if let Some(bytes) = heartbeat {
                heartbeat::take(&mut next, bytes, now)?;
            }
            if !promotions.is_empty() && next.age != Age::Fresh {
                let what = "the last heartbeat has expired, so no promotion is taken without one";
                return Err(Refusal::new(RefusalCode::Frozen, what));
            }
        }
        Event::Recovery(bytes) => recovery::take(&mut next, bytes, objects, now)?,
        Event::Time => {}
    }
    Ok(next)
}

/// Follows promotions without asking for a heartbeat, as people do in a clone.
///
/// # Errors
/// The first promotion that may not follow.
pub fn advance(
    store: &Store,
    promotions: &[ObjectId],
    approvals: &Approvals,
    objects: &Objects,
) -> Checked<Store> {
    let mut next = store.clone();
    let revoked = store.revoked();
    for promotion in promotions {
        follow(&mut next, promotion, approvals, objects, &revoked)?;
    }
    Ok(next)
}

/// A point that the chain must have passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lowest {
    /// Promotions since the genesis.
    pub depth: u64,
    /// The commit by what was signed.
    pub payload: PayloadId,
}

/// The store of an agent that is enrolled: the whole chain from the genesis.
///
/// # Errors
/// `below-lowest` where the chain does not pass through what the installer
/// names, and those of [`begin`] and [`advance`].
pub fn enrol(
    anchor: &Anchor,
    lowest: Option<Lowest>,
    promotions: &[ObjectId],
    approvals: &Approvals,
    objects: &Objects,
    tenant: &str,
) -> Checked<Store> {
    let first = begin(Some(anchor), &anchor.genesis, approvals, objects, tenant)?;
    let Some(lowest) = lowest else {
        return advance(&first, promotions, approvals, objects);
    };
    let below = || {
        let what = "the chain does not pass through the head that the installer names";
        Refusal::new(RefusalCode::BelowLowest, what)
    };
    let depth = usize::try_from(lowest.depth).map_err(|_| below())?;
    let (before, after) = promotions.split_at_checked(depth).ok_or_else(below)?;
    let store = advance(&first, before, approvals, objects)?;
    if store.head.payload != lowest.payload {
        return Err(below());
    }
    advance(&store, after, approvals, objects)
}

/// Judges an ad-hoc statement for that agent. What is to be run is handed back
/// with the store that remembers it, which is to be kept safely first.
///
/// # Errors
/// See [`Adhoc`]; nothing has changed then.
pub fn adhoc(store: &Store, bytes: &[u8], agent: &str, now: UnixTime) -> Checked<(Store, Adhoc)> {
    let mut next = store.clone();
    let adhoc = adhoc::take(&mut next, bytes, agent, now)?;
    Ok((next, adhoc))
}
