//! Beginning a session: written down first, then its computer's task is woken.

use jiff::Timestamp;
use ordain_core::session::{Created, Kind, Origin, Status};
use ordain_schema::document::Offline;
use ordain_store::rows::{ComputerRow, HeldWrite, SessionRow, SessionWrite};
use ordain_store::{SessionId, StoreError};

use super::request::Asked;
use super::{Drive, Signal, journal, undone};
use crate::{kill_point, tokens};

/// What is wanted of a session.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish {
    pub(crate) kind: Kind,
    pub(crate) origin: Origin,
    pub(crate) offline: Offline,
}

/// An id for a session that begins now.
pub(crate) fn new_id() -> SessionId {
    SessionId::new(tokens::ordered_id("s-", Timestamp::now().as_millisecond()))
}

/// The row of a session that is about to begin.
pub(crate) fn row(computer: &ComputerRow, kind: Kind, id: SessionId, now: Timestamp) -> SessionRow {
    SessionRow {
        tenant: computer.tenant.clone(),
        id,
        computer: computer.id.clone(),
        computer_name: computer.name.clone(),
        kind: kind.word().to_owned(),
        status: Status::Created.word().to_owned(),
        open: true,
        revision: None,
        created_at: now,
        started_at: None,
        ended_at: None,
        running_seconds: 0,
        reason: None,
    }
}

impl Drive {
    /// Begins a session.
    pub(crate) async fn begin(
        &self,
        row: SessionRow,
        wish: Wish,
        asked: &Asked,
    ) -> Result<SessionRow, StoreError> {
        let created = Created {
            kind: wish.kind,
            origin: wish.origin,
            offline: wish.offline,
            connected: self.0.hub.is_online(&row.computer),
            at: row.created_at,
        };
        let entry = journal::begin(&created, asked)?;
        // What it comes back for is its own from now on.
        let taken = asked
            .again
            .is_some()
            .then(|| HeldWrite { sort: undone::sort(wish.kind, asked), ..HeldWrite::default() });
        let write = SessionWrite {
            events: vec![entry],
            held: taken,
            ..SessionWrite::of(row.clone(), 0, row.created_at)
        };
        self.0.store.journal(write).await?;
        kill_point::reach("session-created");
        tracing::info!(session = %row.id, tenant = %row.tenant, computer = row.computer_name, kind = row.kind, origin = wish.origin.word(), "a session was started");
        self.tell(&row.computer, Signal::Wake).await;
        Ok(row)
    }
}
