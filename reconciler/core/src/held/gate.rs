//! What holds an action back over the days to come, as it travels with a plan.
//!
//! The moments at which something changes are followed one after the other,
//! from the world's moment to a horizon: a plan that is carried out later than
//! that is too old to know.

use jiff::{SignedDuration, Timestamp};

use super::hours::Waits;
use super::window::{Counting, Moment};
use super::{Held, ring};
use crate::fleet::Subject;
use crate::order::{Gate, Hold, Stretch};
use crate::plan::Action;
use crate::policy::RolloutEntry;
use crate::resolve::Request;

/// How far a gate reaches.
const HORIZON: SignedDuration = SignedDuration::from_hours(8 * 24);
/// The most stretches of a gate.
const MOST: usize = 64;

/// When an action may start; none where nothing ever holds it back. An
/// emergency passes windows, and nothing else.
pub fn gate(subject: &Subject<'_>, request: &Request, action: &Action) -> Option<Gate> {
    let windows = Counting::of(subject, &action.item);
    let rollout = subject.world.policy.rollout(action.deployment);
    let sources = Sources {
        subject,
        action,
        windows: (!windows.is_empty() && !request.emergency).then_some(windows),
        ring: rollout.map(|rollout| (rollout, ring::of(subject, &action.item, rollout).0)),
        waits: Waits::of(subject, request, action),
    };
    let gate = sources.gate(subject.world.now);
    gate.stretches.iter().any(|stretch| !stretch.held_by.is_empty()).then_some(gate)
}

/// All that may hold an action back.
struct Sources<'a> {
    subject: &'a Subject<'a>,
    action: &'a Action,
    windows: Option<Counting<'a>>,
    ring: Option<(&'a RolloutEntry, u32)>,
    waits: Option<Waits<'a>>,
}

impl Sources<'_> {
    fn gate(&self, now: Timestamp) -> Gate {
        let end = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
        let mut gate = Gate::default();
        let mut before: Option<Moment> = None;
        let mut at = now;
        loop {
            let moment = self.windows.as_ref().map(|windows| windows.at(at));
            let (held_by, until) = self.at(at, moment.as_ref());
            let stops = match (&self.windows, &before, &moment) {
                (Some(windows), Some(before), Some(after)) => windows.stops(before, after),
                _ => false,
            };
            // What has been stopped stays so until acting is possible again.
            let stays = gate.stretches.last().is_some_and(|last| last.stops);
            let stops = !held_by.is_empty() && (stops || stays);
            gate.stretches.push(Stretch { until, held_by, stops });
            let Some(next) = until.filter(|next| *next < end && gate.stretches.len() < MOST) else {
                return gate;
            };
            (before, at) = (moment, next);
        }
    }

    /// What holds the action back at a moment, and when that may change.
    fn at(&self, at: Timestamp, windows: Option<&Moment>) -> (Vec<Hold>, Option<Timestamp>) {
        let mut held: Vec<Held> = Vec::new();
        let mut changes: Vec<Timestamp> = Vec::new();
        if let Some(windows) = windows {
            held.extend(windows.held_by.iter().cloned());
            changes.extend(windows.changes);
        }
        if let Some((rollout, ring)) = self.ring {
            let ring = ring::held(self.subject, &self.action.item, rollout, ring, at);
            changes.extend(ring.as_ref().and_then(|held| held.until));
            held.extend(ring);
        }
        if let Some(waits) = &self.waits {
            let hours = waits.held(at);
            let ends = hours.as_ref().and_then(|held| held.until);
            changes.extend(ends.or_else(|| waits.begin(at)));
            held.extend(hours);
        }
        let until = changes.into_iter().filter(|change| *change > at).min();
        (held.into_iter().map(|held| Hold { what: held.what, until: held.until }).collect(), until)
    }
}
