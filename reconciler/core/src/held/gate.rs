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
use crate::item::Item;
use crate::order::{Gate, Hold, Stretch};
use crate::plan::Action;
use crate::policy::RolloutEntry;
use crate::resolve::Request;

/// How far a gate reaches.
const HORIZON: SignedDuration = SignedDuration::from_hours(8 * 24);
/// The most stretches of a gate.
const MOST: usize = 64;

/// When an action may start; none where nothing ever holds it back. `actions`
/// are the action itself and, where it has no deployment of its own, those for
/// whose sake it is done. An emergency passes windows, and nothing else.
pub fn gate(subject: &Subject<'_>, request: &Request, actions: &[&Action]) -> Option<Gate> {
    let each = actions.iter().map(|action| Source::of(subject, request, action));
    let gate = gate_of(&each.collect::<Vec<_>>(), subject.world.now);
    gate.stretches.iter().any(|stretch| !stretch.held_by.is_empty()).then_some(gate)
}

/// When something may be done about an item that no deployment asks for: as windows say.
pub fn gate_of_item(subject: &Subject<'_>, request: &Request, item: &Item) -> Option<Gate> {
    let windows = Source::windows(subject, request, item);
    let source = Source { subject, windows, ring: None, waits: None };
    let gate = gate_of(&[source], subject.world.now);
    gate.stretches.iter().any(|stretch| !stretch.held_by.is_empty()).then_some(gate)
}

fn gate_of(sources: &[Source<'_>], now: Timestamp) -> Gate {
    let end = now.checked_add(HORIZON).unwrap_or(Timestamp::MAX);
    let mut gate = Gate::default();
    let mut before: Option<Vec<Moments>> = None;
    let mut at = now;
    loop {
        let moments: Vec<Moments> = sources.iter().map(|source| source.at(at)).collect();
        let mut held_by: Vec<Hold> = Vec::new();
        for held in moments.iter().flat_map(|moment| &moment.held_by) {
            let hold = Hold { what: held.what.clone(), until: held.until };
            if !held_by.contains(&hold) {
                held_by.push(hold);
            }
        }
        let begins = before.iter().flatten().zip(&moments).zip(sources);
        let mut begins = begins.filter(|((before, after), source)| source.stops(before, after));
        // What has been stopped stays so until acting is possible again.
        let stays = gate.stretches.last().is_some_and(|last| last.stops);
        let stops = !held_by.is_empty() && (stays || begins.next().is_some());
        let until = moments.iter().filter_map(|moment| moment.changes).min();
        gate.stretches.push(Stretch { until, held_by, stops });
        let Some(next) = until.filter(|next| *next < end && gate.stretches.len() < MOST) else {
            return gate;
        };
        (before, at) = (Some(moments), next);
    }
}

/// All that may hold one action back.
struct Source<'a> {
    subject: &'a Subject<'a>,
    windows: Option<Counting<'a>>,
    ring: Option<(&'a Action, &'a RolloutEntry, u32)>,
    waits: Option<Waits<'a>>,
}

/// How they stand at a moment.
struct Moments {
    held_by: Vec<Held>,
    /// When something changes next.
    changes: Option<Timestamp>,
    windows: Option<Moment>,
}

impl<'a> Source<'a> {
    fn of(subject: &'a Subject<'a>, request: &Request, action: &'a Action) -> Self {
        let rollout = subject.world.policy.rollout(action.deployment);
        let ring = |rollout| (action, rollout, ring::of(subject, &action.item, rollout).0);
        Self {
            subject,
            windows: Self::windows(subject, request, &action.item),
            ring: rollout.map(ring),
            waits: Waits::of(subject, request, action),
        }
    }

    fn windows(subject: &'a Subject<'a>, request: &Request, item: &Item) -> Option<Counting<'a>> {
        let windows = Counting::of(subject, item);
        (!windows.is_empty() && !request.emergency).then_some(windows)
    }

    fn stops(&self, before: &Moments, after: &Moments) -> bool {
        match (&self.windows, &before.windows, &after.windows) {
            (Some(windows), Some(before), Some(after)) => windows.stops(before, after),
            _ => false,
        }
    }

    fn at(&self, at: Timestamp) -> Moments {
        let mut held_by: Vec<Held> = Vec::new();
        let mut changes: Vec<Timestamp> = Vec::new();
        let windows = self.windows.as_ref().map(|windows| windows.at(at));
        if let Some(moment) = &windows {
            held_by.extend(moment.held_by.iter().cloned());
            changes.extend(moment.changes);
        }
        if let Some((action, rollout, ring)) = self.ring {
            let ring = ring::held(self.subject, action, rollout, ring, at);
            changes.extend(ring.as_ref().and_then(|held| held.until));
            held_by.extend(ring);
        }
        if let Some(waits) = &self.waits {
            let hours = waits.held(at);
            let ends = hours.as_ref().and_then(|held| held.until);
            changes.extend(ends.or_else(|| waits.begin(at)));
            held_by.extend(hours);
        }
        let changes = changes.into_iter().filter(|change| *change > at).min();
        Moments { held_by, changes, windows }
    }
}
