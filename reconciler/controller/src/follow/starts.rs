//! Sessions that schedules start: for whom, and each but once.

use jiff::Timestamp;
use ordain_core::fleet::Subject;
use ordain_core::policy::{Policy, ScheduleEntry};
use ordain_core::session::{Kind, Origin};
use ordain_schema::document::Offline;
use ordain_store::rows::SessionFilter;
use ordain_store::{ComputerId, SessionId, StoreError, TenantId, TenantScope};

use crate::controller::Controller;
use crate::drive::request::Asked;
use crate::drive::{begin, journal};
use crate::tokens;

/// A session that a schedule starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Start {
    tenant: String,
    computer: String,
    schedule: String,
    item: Option<String>,
    offline: Offline,
    /// Whether it has an hour of its own, rather than going round all the time.
    has_hour: bool,
}

impl Start {
    pub(super) fn new(policy: &Policy, entry: &ScheduleEntry, subject: &Subject<'_>) -> Self {
        let schedule = policy.schedule(entry);
        let by_default = policy.repository().and_then(|repository| repository.defaults.offline);
        Self {
            tenant: subject.facts.tenant.clone(),
            computer: subject.facts.name.clone(),
            schedule: policy.schedule_name(entry),
            item: schedule.item.as_ref().map(|item| item.value.clone()),
            offline: schedule.offline.or(by_default).unwrap_or(Offline::OnConnect),
            has_hour: schedule.when.every.is_none(),
        }
    }

    /// Whether the computer has such a session that is not over: of what goes
    /// round, started by whomever, since another one behind it would do nothing
    /// that this one does not. What has an hour of its own has its own course
    /// too (when it executes, restarts, tells), and stands behind only its like.
    pub(super) async fn is_under_way(&self, controller: &Controller) -> Result<bool, StoreError> {
        let store = &controller.store;
        let scope = TenantScope::One(TenantId::new(&self.tenant));
        let rows = store.computers_named(&scope, &self.computer).await?;
        let Some(computer) = rows.into_iter().next() else { return Ok(true) };
        let asked = Asked { item: self.item.clone(), ..Asked::default() };
        let own = self.has_hour.then_some(self.schedule.as_str());
        is_under_way(controller, &scope, &computer.id, self.kind(), &asked, own).await
    }

    fn kind(&self) -> Kind {
        if self.item.is_none() { Kind::Maintenance } else { Kind::Item }
    }

    /// Starts the session, unless that was done for the same occasion before a
    /// crash. `occasion` tells occasions at the same moment apart.
    pub(super) async fn begin(
        self,
        controller: &Controller,
        at: Timestamp,
        occasion: &str,
    ) -> Result<(), StoreError> {
        let scope = TenantScope::One(TenantId::new(&self.tenant));
        let rows = controller.store.computers_named(&scope, &self.computer).await?;
        let Some(computer) = rows.first().filter(|row| row.standing.is_settled()) else {
            return Ok(());
        };
        let parts = [occasion, &self.schedule, computer.id.as_str()];
        let id = SessionId::new(tokens::derived_id("s-", at.as_millisecond(), &parts));
        if controller.store.session(&scope, &id).await?.is_some() {
            return Ok(());
        }
        let kind = self.kind();
        let asked = Asked { item: self.item, schedule: Some(self.schedule), ..Asked::default() };
        let wish = begin::Wish { kind, origin: Origin::Schedule, offline: self.offline };
        let row = begin::row(computer, kind, id, controller.clock.now());
        controller.drive.begin(row, wish, &asked).await?;
        Ok(())
    }
}

/// Whether a computer has a session that is not over and about the same, and
/// was started by a schedule, where one is named.
pub(super) async fn is_under_way(
    controller: &Controller,
    scope: &TenantScope,
    computer: &ComputerId,
    kind: Kind,
    asked: &Asked,
    schedule: Option<&str>,
) -> Result<bool, StoreError> {
    let store = &controller.store;
    let computer = Some(computer.clone());
    let filter = SessionFilter { computer, open: true, before: None, limit: 1000 };
    for session in store.sessions(scope, &filter).await? {
        if session.kind != kind.word() {
            continue;
        }
        let first = store.events(scope, &session.id, 1).await?.into_iter().next();
        let (_, other) = journal::beginning(first.as_ref().map(|first| first.event.as_str()))?;
        let like = schedule.is_none() || other.schedule.as_deref() == schedule;
        if like && other.item == asked.item && other.deployment == asked.deployment {
            return Ok(true);
        }
    }
    Ok(false)
}
