//! Rings: which one a computer is in, and when it opens.
//!
//! A computer's ring is computed and stable. Whoever no ring takes is in one
//! more behind the last.

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::{Held, later};
use crate::fleet::Subject;
use crate::item::Item;
use crate::plan::Action;
use crate::policy::{RingMembers, RolloutEntry};
use crate::resolve::{Missing, Reach, selects};

/// The number by which a computer stands in rollouts of an item, from 0 to
/// 9,999: the first eight bytes, big-endian, of SHA-256 of `KEY`, a line feed
/// and the item, modulo 10,000. The key is the fingerprint of the agent's key,
/// or else `TENANT/NAME`.
pub fn ring_number(key: &str, item: &Item) -> u64 {
    let hash = Sha256::digest(format!("{key}\n{item}"));
    let (first, _) = hash.split_first_chunk::<8>().expect("a SHA-256 has 32 bytes");
    u64::from_be_bytes(*first) % 10_000
}

/// The moment at which a ring opens, counted from 1, when ring `from` opened at
/// `started`: once all between them have soaked.
pub fn opens(
    rollout: &RolloutEntry,
    ring: u32,
    from: u32,
    started: Timestamp,
) -> Option<Timestamp> {
    let before = rollout.rings.iter().take((ring as usize).saturating_sub(1));
    let soaking = before.skip((from as usize).saturating_sub(1));
    soaking.map(|ring| ring.soak).try_fold(started, later)
}

/// The ring of a computer, counted from 1.
pub fn ring_of(subject: &Subject<'_>, item: &Item, rollout: &RolloutEntry) -> u32 {
    of(subject, item, rollout).0
}

/// The ring of a computer, counted from 1. Of a ring whose members are not
/// known it is no member, and that is said.
pub(super) fn of(
    subject: &Subject<'_>,
    item: &Item,
    rollout: &RolloutEntry,
) -> (u32, Vec<Missing>) {
    let mut unknown = Vec::new();
    let mut number = None;
    let mut takes = |members: &RingMembers| match members {
        RingMembers::Below(bound) => {
            *number.get_or_insert_with(|| ring_number(&key(subject), item)) < *bound
        }
        RingMembers::Selected(target) => match selects(subject, target) {
            Reach::Yes => true,
            Reach::No => false,
            Reach::Unknown(missing) | Reach::Unattested(missing) => {
                unknown.push(missing);
                false
            }
        },
    };
    let found = rollout.rings.iter().position(|ring| takes(&ring.members));
    let place = found.unwrap_or(rollout.rings.len());
    (u32::try_from(place).unwrap_or(u32::MAX - 1) + 1, unknown)
}

/// That a computer's ring has not opened at a moment, or has halted with one
/// before it; a rollout of which nothing is known holds nothing.
pub(super) fn held(
    subject: &Subject<'_>,
    action: &Action,
    rollout: &RolloutEntry,
    ring: u32,
    at: Timestamp,
) -> Option<Held> {
    let world = subject.world;
    let names = action.deployment.map_or_else(Vec::new, |id| world.policy.deployment_names(id));
    let fact = world.fleet.rollout(&action.item, &names, action.to.as_deref())?;
    let halted = fact.halted.is_some_and(|halted| halted <= ring);
    let until = opens(rollout, ring, fact.ring, fact.started).filter(|_| !halted);
    let closed = until.is_none_or(|until| at < until);
    closed.then(|| Held { what: format!("ring {ring}"), until, path: None })
}

fn key(subject: &Subject<'_>) -> String {
    let facts = subject.facts;
    facts.key.clone().unwrap_or_else(|| format!("{}/{}", facts.tenant, facts.name))
}
