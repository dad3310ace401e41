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
use crate::resolve::{Missing, Reach, selects};

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

/// What windows say of an item on a computer at a moment.
pub fn windows(subject: &Subject<'_>, item: &Item, at: Timestamp) -> Windows {
    let mut found = Windows::default();
    let mut allowing = Vec::new();
    let mut allowed = false;
    for window in subject.world.policy.windows() {
        match counts(subject, window, item) {
            Reach::Yes => {}
            Reach::No => continue,
            Reach::Unknown(missing) => {
                found.unknown.push(missing);
                continue;
            }
        }
        let zone = zone(subject, &window.clock);
        match (window.effect, state(&window.open, at, &zone)) {
            (WindowEffect::Allow, State::Until(_)) => allowed = true,
            (WindowEffect::Allow, State::Closed) => {
                allowing.push(held(subject, window, opens(&window.open, at, &zone)));
            }
            (WindowEffect::Deny, State::Until(end)) => {
                found.held_by.push(held(subject, window, end));
            }
            (WindowEffect::Deny, State::Closed) => {}
        }
    }
    if !allowed {
        found.held_by.extend(allowing);
    }
    found.held_by.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.what.cmp(&b.what)));
    found
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
    window.target.as_ref().map_or(Reach::Yes, |target| selects(subject, target))
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
