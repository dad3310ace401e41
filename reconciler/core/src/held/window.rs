//! Windows: whether sessions may act on an item of a computer at a moment.
//!
//! A window counts where it reaches the computer and is about the item. Where
//! any of those that count denies, acting is denied. Where any of them allows,
//! acting is allowed inside one of those alone.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_schema::document::{Scope, Seconds};

use super::{Held, later};
use crate::calendar::{self, Recurrence};
use crate::fleet::Subject;
use crate::item::Item;
use crate::policy::{Clock, Open, WindowEffect, WindowEntry};
use crate::resolve::{Missing, Reach, selects_believing};

/// How many openings that run into each other are followed to the end.
const LONGEST: usize = 1_000;

/// How many changes are looked at before the next moment to act is given up.
const CHANGES: usize = 1_000;

/// What windows say of an item on a computer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Windows {
    /// What holds it back: every window that denies now, and where none of
    /// those that allow is open each of these, with when it opens.
    pub held_by: Vec<Held>,
    /// What could not be known: a window whose target is unknown does not count.
    pub unknown: Vec<Missing>,
}

/// The windows that count for an item on a computer, each with its clock's zone.
pub(super) struct Counting<'a> {
    subject: &'a Subject<'a>,
    windows: Vec<(&'a WindowEntry, TimeZone)>,
    /// Windows of which it is not known whether they count; they do not.
    unknown: Vec<Missing>,
}

/// How the windows that count stand at a moment.
pub(super) struct Moment {
    /// What holds the item back.
    pub(super) held_by: Vec<Held>,
    /// When something changes next.
    pub(super) changes: Option<Timestamp>,
    /// Which of them are open, in their order.
    pub(super) open: Vec<bool>,
}

impl<'a> Counting<'a> {
    pub(super) fn of(subject: &'a Subject<'a>, item: &Item) -> Self {
        let mut found = Self { subject, windows: Vec::new(), unknown: Vec::new() };
        for window in subject.world.policy.windows() {
            match counts(subject, window, item) {
                Reach::Yes => found.windows.push((window, zone(subject, &window.clock))),
                Reach::No => {}
                Reach::Unknown(missing) | Reach::Unattested(missing) => found.unknown.push(missing),
            }
        }
        found
    }

    pub(super) fn is_empty(&self) -> bool {
        self.windows.is_empty()
    }

    /// How they stand at a moment.
    pub(super) fn at(&self, at: Timestamp) -> Moment {
        let mut moment = Moment { held_by: Vec::new(), changes: None, open: Vec::new() };
        let (mut allowing, mut allowed) = (Vec::new(), false);
        for (window, zone) in &self.windows {
            let state = state(&window.open, at, zone);
            let change = match state {
                State::Until(end) => end,
                State::Closed => opens(&window.open, at, zone),
            };
            moment.changes = [moment.changes, change].into_iter().flatten().min();
            moment.open.push(!matches!(state, State::Closed));
            match (window.effect, state) {
                (WindowEffect::Allow, State::Until(_)) => allowed = true,
                (WindowEffect::Allow, State::Closed) => {
                    allowing.push(held(self.subject, window, change));
                }
                (WindowEffect::Deny, State::Until(end)) => {
                    moment.held_by.push(held(self.subject, window, end));
                }
                (WindowEffect::Deny, State::Closed) => {}
            }
        }
        if !allowed {
            moment.held_by.extend(allowing);
        }
        moment.held_by.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.what.cmp(&b.what)));
        moment
    }

    /// Whether what began to hold between two moments stops what is under way.
    pub(super) fn stops(&self, before: &Moment, after: &Moment) -> bool {
        let each = self.windows.iter().zip(before.open.iter().zip(&after.open));
        let mut strict = each.filter(|((window, _), _)| !window.overrun);
        !after.held_by.is_empty()
            && strict.any(|((window, _), (before, after))| match window.effect {
                WindowEffect::Allow => *before && !after,
                WindowEffect::Deny => !before && *after,
            })
    }
}

/// What windows say of an item on a computer at a moment.
pub fn windows(subject: &Subject<'_>, item: &Item, at: Timestamp) -> Windows {
    let counting = Counting::of(subject, item);
    Windows { held_by: counting.at(at).held_by, unknown: counting.unknown }
}

/// The first moment, from a moment on, at which no window holds an item of a
/// computer back; none where none can be found.
pub fn next_opening(subject: &Subject<'_>, item: &Item, from: Timestamp) -> Option<Timestamp> {
    let mut at = from;
    for _ in 0..CHANGES {
        let held = windows(subject, item, at).held_by;
        if held.is_empty() {
            return Some(at);
        }
        // Every change of what holds it lies at one of these moments.
        at = held.iter().filter_map(|held| held.until).filter(|until| *until > at).min()?;
    }
    None
}

fn held(subject: &Subject<'_>, window: &WindowEntry, until: Option<Timestamp>) -> Held {
    let document = subject.world.policy.document(window.document);
    let name = &document.name.value;
    let what = match &document.scope {
        Scope::CrossTenant => format!("windows/{name}"),
        Scope::Tenant(tenant) => format!("tenants/{tenant}/windows/{name}"),
    };
    Held { what, until, path: Some(document.path.clone()) }
}

/// Whether a window is about an item of a computer. A tenant's window reaches
/// that tenant's computers alone.
fn counts(subject: &Subject<'_>, window: &WindowEntry, item: &Item) -> Reach {
    let within = window.scope.is_none() || window.scope == subject.tenant.id;
    if !within || !window.covers(item) {
        return Reach::No;
    }
    window.target.as_ref().map_or(Reach::Yes, |target| selects_believing(subject, target))
}

/// The zone of a clock.
fn zone(subject: &Subject<'_>, clock: &Clock) -> TimeZone {
    let own = || {
        let name = subject.facts.facts.as_ref()?.get("timezone")?.as_str()?;
        calendar::zone(name)
    };
    match clock {
        Clock::Zone(zone) => zone.clone(),
        Clock::Tenant => subject.tenant.zone.clone(),
        Clock::Computer => own().unwrap_or_else(|| subject.tenant.zone.clone()),
    }
}

/// Whether a window is open.
enum State {
    Closed,
    /// Open until then; none: without end.
    Until(Option<Timestamp>),
}

fn state(open: &Open, at: Timestamp, zone: &TimeZone) -> State {
    match open {
        Open::Recurring { opens, lasts } => match end(opens, *lasts, at, zone) {
            Some(end) if end > at => State::Until(run_on(opens, *lasts, end, zone)),
            _ => State::Closed,
        },
        Open::Days { from, to } => {
            let start = from.and_then(|day| calendar::start_of(day, zone));
            let end = to.and_then(|day| calendar::start_of(calendar::day_after(day)?, zone));
            let within = start.is_none_or(|start| start <= at) && end.is_none_or(|end| at < end);
            if within { State::Until(end) } else { State::Closed }
        }
    }
}

/// When the last opening before a moment, or at it, ends: the later an opening
/// the later its end.
fn end(opens: &Recurrence, lasts: Seconds, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    later(opens.last(&at.to_zoned(zone.clone()))?.timestamp(), lasts)
}

/// The end of openings that run into each other; none where they never end.
fn run_on(
    opens: &Recurrence,
    lasts: Seconds,
    mut until: Timestamp,
    zone: &TimeZone,
) -> Option<Timestamp> {
    for _ in 0..LONGEST {
        match end(opens, lasts, until, zone) {
            Some(next) if next > until => until = next,
            _ => return Some(until),
        }
    }
    None
}

/// When a window opens that is not open at a moment; none where it never does.
fn opens(open: &Open, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    match open {
        Open::Recurring { opens, .. } => {
            Recurrence::next(opens, &at.to_zoned(zone.clone())).map(|next| next.timestamp())
        }
        Open::Days { from, .. } => {
            from.and_then(|day| calendar::start_of(day, zone)).filter(|start| *start > at)
        }
    }
}
