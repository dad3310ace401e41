//! Windows with their targets resolved.

use std::sync::Arc;

use jiff::tz::TimeZone;
use ordain_schema::document::{Body, Day, Document, Seconds, Window, WindowItem};

use super::{DocumentId, Names, Target, TenantId, Tenants};
use crate::calendar::{self, Recurrence};
use crate::item::Item;

/// One window.
#[derive(Debug, Clone)]
pub struct WindowEntry {
    /// Its document.
    pub document: DocumentId,
    /// The tenant in whose folder it stands; none for cross-tenant ones.
    pub scope: Option<TenantId>,
    /// What it does to those inside.
    pub effect: WindowEffect,
    /// When it is open.
    pub open: Open,
    /// Whose clock counts.
    pub clock: Clock,
    /// For which computers; none: all in reach.
    pub target: Option<Target>,
    /// On which items; none: all.
    pub items: Option<Vec<Covered>>,
    /// Whether an action that is under way when acting is over goes on to its end.
    pub overrun: bool,
}

/// What a window does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowEffect {
    /// Acting is allowed inside, and only there.
    Allow,
    /// Acting is denied inside.
    Deny,
}

/// When a window is open.
#[derive(Debug, Clone)]
pub enum Open {
    /// Again and again, for a while.
    Recurring {
        /// When it opens.
        opens: Recurrence,
        /// For how long.
        lasts: Seconds,
    },
    /// From one day to another, both included; open ends where none is given.
    Days {
        /// The first day.
        from: Option<Day>,
        /// The last day.
        to: Option<Day>,
    },
}

/// Whose clock counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// That of the computer's tenant, else the repository's, else UTC.
    Tenant,
    /// The computer's own, where it reports one; else its tenant's.
    Computer,
    /// That of this zone.
    Zone(TimeZone),
}

/// An item that a window is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covered {
    /// The software of that name.
    Software(String),
    /// The task of that name; all its instances, or one.
    Task {
        /// The task's name.
        name: String,
        /// The instance, where it is about one.
        instance: Option<String>,
    },
}

impl Covered {
    fn new(item: &WindowItem) -> Option<Self> {
        let software = item.software.as_ref().map(|name| Self::Software(name.value.clone()));
        let task = || {
            let name = item.task.as_ref()?.value.clone();
            Some(Self::Task { name, instance: item.instance.clone() })
        };
        software.or_else(task)
    }

    fn covers(&self, item: &Item) -> bool {
        match (self, item) {
            (Self::Software(named), Item::Software(name)) => **named == **name,
            (Self::Task { name: named, instance: only }, Item::Task { name, instance }) => {
                **named == **name
                    && only.as_ref().is_none_or(|one| Some(&**one) == instance.as_deref())
            }
            _ => false,
        }
    }
}

impl WindowEntry {
    /// Whether it is about an item.
    pub fn covers(&self, item: &Item) -> bool {
        self.items.as_ref().is_none_or(|items| items.iter().any(|one| one.covers(item)))
    }
}

pub(super) fn compile(
    documents: &[Arc<Document>],
    tenants: &Tenants,
    names: &Names,
) -> Vec<WindowEntry> {
    let windows = documents.iter().enumerate().filter_map(|(index, document)| {
        let Body::Window(window) = &document.body else {
            return None;
        };
        let scope = tenants.of_scope(&document.scope);
        let target = window.target.as_ref().map(|target| {
            Target::compile(target, &document.path, scope, tenants, names, documents)
        });
        let covered = |items: &Vec<_>| {
            items.iter().filter_map(|item: &ordain_schema::Spanned<_>| Covered::new(item)).collect()
        };
        Some(WindowEntry {
            document: DocumentId(index as u32),
            scope,
            effect: if window.deny.is_some() { WindowEffect::Deny } else { WindowEffect::Allow },
            open: open(window)?,
            clock: clock(window),
            target,
            items: window.items.as_ref().map(covered),
            overrun: window.overrun.unwrap_or(true),
        })
    });
    windows.collect()
}

/// When it is open; none where that is at fault.
fn open(window: &Window) -> Option<Open> {
    if window.from.is_some() || window.to.is_some() {
        let day = |day: &ordain_schema::Spanned<Day>| day.value;
        let (from, to) = (window.from.as_ref().map(day), window.to.as_ref().map(day));
        return Some(Open::Days { from, to });
    }
    let opens = Recurrence::of(window.cron.as_ref(), window.nth_day())?;
    Some(Open::Recurring { opens, lasts: window.duration? })
}

fn clock(window: &Window) -> Clock {
    match window.timezone.as_ref().map(|zone| zone.as_str()) {
        Some("computer") => Clock::Computer,
        Some("tenant") | None => Clock::Tenant,
        Some(name) => calendar::zone(name).map_or(Clock::Tenant, Clock::Zone),
    }
}
