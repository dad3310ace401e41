//! The session under way, as it was loaded and has moved since.

use std::collections::BTreeSet;
use std::sync::Arc;

use ordain_core::session::{Event, Session};
use ordain_store::rows::{InstalledWrite, OrderRow, SessionRow, SessionWrite};
use ordain_store::{Store, StoreError, TenantScope};

use super::super::journal;
use super::super::outcome::Learnt;
use super::super::request::Asked;
use crate::follow::InForce;

/// A session that is loaded.
pub(super) struct Active {
    pub(super) row: SessionRow,
    pub(super) asked: Asked,
    pub(super) session: Session,
    /// Entries in its journal.
    pub(super) entries: u64,
    /// What the session was last told of its computer's connection.
    pub(super) connected: bool,
    /// The commit that it was resolved under, while this task lives.
    pub(super) policy: Option<Arc<InForce>>,
    pub(super) learnt: Learnt,
    /// What is stored of items that their deployments take away again.
    pub(super) installed: BTreeSet<InstalledWrite>,
    /// The session's last order, where it has numbered one.
    pub(super) order: Option<OrderRow>,
    /// What it took in and nobody has heard of yet.
    pub(super) unwritten: Option<SessionWrite>,
}

impl Active {
    /// Replays a session's journal.
    pub(super) async fn load(store: &dyn Store, row: SessionRow) -> Result<Self, StoreError> {
        let scope = TenantScope::One(row.tenant.clone());
        let stored = store.events(&scope, &row.id, 1).await?;
        let (created, asked) =
            journal::beginning(stored.first().map(|first| first.event.as_str()))?;
        let mut active = Self {
            connected: created.connected,
            session: Session::new(created),
            asked,
            entries: stored.len() as u64,
            policy: None,
            learnt: Learnt::default(),
            installed: BTreeSet::new(),
            order: None,
            unwritten: None,
            row,
        };
        for entry in stored.iter().skip(1) {
            let event = journal::read(&entry.event)?;
            active.session.step(event.clone(), entry.at);
            // The store has these findings already; what counts is what comes next.
            let _known = active.learnt.take(&active.row, &active.session, &event, entry.at);
            active.note(&[event]);
        }
        if active.session.order().is_some() {
            active.order = store.last_order(&scope, &active.row.id).await?;
        }
        Ok(active)
    }

    /// Remembers what the session was told of its computer's connection.
    pub(super) fn note(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::Connected => self.connected = true,
                Event::Disconnected => self.connected = false,
                _ => {}
            }
        }
    }

    /// The order of that number, as it was written down.
    pub(super) fn order(&self, number: u64) -> Option<&OrderRow> {
        self.order.as_ref().filter(|order| order.number == number)
    }

    /// Whether it looks at everything that counts on the computer.
    pub(super) fn is_whole(&self) -> bool {
        self.asked.is_whole()
    }
}
