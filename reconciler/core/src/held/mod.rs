//! What holds an action back though it is its turn: windows, rings, business
//! hours.
//!
//! A plan does not know of it: it says what would be done. `explain` and tests
//! show it, sessions go by it. In reading order: `window.rs`, `ring.rs`,
//! `hours.rs`, each with its own rules; `gate.rs` for what travels with a plan.

mod gate;
mod hours;
mod ring;
mod rollout;
mod window;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use jiff::Timestamp;
use ordain_schema::document::Seconds;

use crate::fleet::Subject;
use crate::item::Act;
use crate::plan::Action;
use crate::resolve::{Missing, Request};

pub use gate::{gate, gate_of_item};
pub(crate) use hours::{hours, preference};
pub use ring::{opens, ring_number, ring_of};
pub use rollout::{Declared, declared, unstarted};
pub use window::{Windows, next_opening, windows};

use hours::Waits;

/// Something that holds an action back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// `windows/NAME`, `tenants/ID/windows/NAME`, `ring N`, `business-hours`, or
    /// `excluded`.
    pub what: String,
    /// Until when; none where no end is known.
    pub until: Option<Timestamp>,
    /// The file that says so, where one does.
    pub path: Option<Arc<str>>,
}

/// Where an action stands in its rollout, and what holds it back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The computer's ring in the item's rollout, counted from 1; none where
    /// nothing is rolled out.
    pub ring: Option<u32>,
    /// What holds it back: windows by path, then the ring, then business hours.
    pub held_by: Vec<Held>,
    /// What could not be known about it.
    pub unknown: Vec<Missing>,
}

/// Where an action of a computer's plan stands. Where nothing is to be done
/// nothing is held back.
pub fn standing(subject: &Subject<'_>, request: &Request, action: &Action) -> Standing {
    let (policy, now) = (subject.world.policy, subject.world.now);
    let mut standing = Standing::default();
    let place = policy
        .rollout(action.deployment)
        .map(|rollout| (rollout, ring::of(subject, &action.item, rollout)));
    if let Some((_, (ring, unknown))) = &place {
        standing.ring = Some(*ring);
        standing.unknown.extend(unknown.iter().cloned());
    }
    if action.act == Act::None {
        return standing;
    }
    let Windows { held_by, unknown } = windows(subject, &action.item, now);
    standing.held_by.extend(held_by);
    standing.unknown.extend(unknown);
    if let Some((rollout, (ring, _))) = &place {
        standing.held_by.extend(ring::held(subject, action, rollout, *ring, now));
    }
    let waits = Waits::of(subject, request, action);
    standing.held_by.extend(waits.and_then(|waits| waits.held(now)));
    standing
}

/// A moment some time later; none at the end of all time.
fn later(moment: Timestamp, by: Seconds) -> Option<Timestamp> {
    let by = jiff::SignedDuration::from_secs(i64::try_from(by.0).ok()?);
    moment.checked_add(by).ok()
}
