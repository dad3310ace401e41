//! Queries about what is held back, and what deployments take away again.

use jiff::Timestamp;
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{millis, some_time, time};
use crate::rows::{
    DueRow, HeldAction, HeldRow, HeldWrite, InstalledRow, InstalledWrite, SessionRow,
};
use crate::{ComputerId, SessionId, StoreError, TenantId, TenantScope};

/// Puts what a session left in the place of what the last one of its sort left.
pub(super) async fn replace(
    on: &mut Connection,
    row: &SessionRow,
    held: &HeldWrite,
    at: Timestamp,
) -> Result<(), StoreError> {
    query("DELETE FROM held WHERE tenant = $1 AND computer = $2 AND sort = $3")
        .bind(row.tenant.as_str())
        .bind(row.computer.as_str())
        .bind(&held.sort)
        .execute(&mut *on)
        .await?;
    for action in &held.actions {
        query(
            "INSERT INTO held (tenant, computer, sort, item, session, request, what, until, since) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, computer, sort, item) DO NOTHING",
        )
        .bind(row.tenant.as_str())
        .bind(row.computer.as_str())
        .bind(&held.sort)
        .bind(&action.item)
        .bind(row.id.as_str())
        .bind(&held.request)
        .bind(&action.what)
        .bind(action.until.map(millis))
        .bind(millis(at))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

type Held = (String, String, String, String, String, String, Option<i64>, i64);

pub(super) async fn all(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<HeldRow>, StoreError> {
    let columns: Vec<Held> = query_as(
        "SELECT h.tenant, h.computer, c.name, h.session, h.item, h.what, h.until, h.since FROM held h \
         JOIN computers c ON c.tenant = h.tenant AND c.id = h.computer \
         WHERE (CAST($1 AS TEXT) IS NULL OR h.tenant = $1) ORDER BY h.tenant, c.name, h.item, h.sort",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    let row = |(tenant, computer, name, session, item, what, until, since): Held| {
        Ok(HeldRow {
            tenant: TenantId::new(tenant),
            computer: ComputerId::new(computer),
            computer_name: name,
            session: SessionId::new(session),
            action: HeldAction { item, what, until: some_time(until)? },
            since: time(since)?,
        })
    };
    columns.into_iter().map(row).collect()
}

type Due = (String, String, String, String, String, i64);

pub(super) async fn due(
    on: &mut Connection,
    scope: &TenantScope,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<DueRow>, StoreError> {
    let columns: Vec<Due> = query_as(
        "SELECT tenant, computer, sort, session, request, MIN(until) FROM held \
         WHERE until IS NOT NULL AND until <= $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) \
         GROUP BY tenant, computer, sort, session, request ORDER BY MIN(until), tenant, computer LIMIT $3",
    )
    .bind(scope.tenant())
    .bind(millis(now))
    .bind(i64::from(limit))
    .fetch_all(on)
    .await?;
    let row = |(tenant, computer, sort, session, request, at): Due| {
        Ok(DueRow {
            tenant: TenantId::new(tenant),
            computer: ComputerId::new(computer),
            sort,
            session: SessionId::new(session),
            request,
            at: time(at)?,
        })
    };
    columns.into_iter().map(row).collect()
}

/// Forgets what a session left; what a later one left stays.
pub(super) async fn forget(on: &mut Connection, due: &DueRow) -> Result<(), StoreError> {
    query("DELETE FROM held WHERE tenant = $1 AND computer = $2 AND sort = $3 AND session = $4")
        .bind(due.tenant.as_str())
        .bind(due.computer.as_str())
        .bind(&due.sort)
        .bind(due.session.as_str())
        .execute(on)
        .await?;
    Ok(())
}

/// Lets what waits for no known moment be looked at again from a moment on.
pub(super) async fn let_go(
    on: &mut Connection,
    tenant: Option<&TenantId>,
    item: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    query(
        "UPDATE held SET until = $3 WHERE item = $2 AND until IS NULL \
         AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)",
    )
    .bind(tenant.map(TenantId::as_str))
    .bind(item)
    .bind(millis(at))
    .execute(on)
    .await?;
    Ok(())
}

pub(super) async fn note_installed(
    on: &mut Connection,
    row: &SessionRow,
    write: &InstalledWrite,
    at: Timestamp,
) -> Result<(), StoreError> {
    let (text, item, deployment) = match write {
        InstalledWrite::Made { item, deployment } => (
            "INSERT INTO installed (tenant, computer, item, deployment, revision, at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (tenant, computer, item) DO UPDATE SET deployment = excluded.deployment, revision = excluded.revision",
            item,
            Some(deployment),
        ),
        InstalledWrite::Seen { item, deployment } => (
            "UPDATE installed SET deployment = $4, revision = $5 WHERE tenant = $1 AND computer = $2 AND item = $3",
            item,
            Some(deployment),
        ),
        InstalledWrite::Gone { item } => {
            ("DELETE FROM installed WHERE tenant = $1 AND computer = $2 AND item = $3", item, None)
        }
    };
    let mut query = query(text).bind(row.tenant.as_str()).bind(row.computer.as_str()).bind(item);
    if let Some(deployment) = deployment {
        query = query.bind(deployment).bind(row.revision.as_deref().unwrap_or_default());
    }
    if matches!(write, InstalledWrite::Made { .. }) {
        query = query.bind(millis(at));
    }
    query.execute(on).await?;
    Ok(())
}

type Installed = (String, String, String, String, String, i64);

pub(super) async fn installed(
    on: &mut Connection,
    scope: &TenantScope,
    computer: &ComputerId,
) -> Result<Vec<InstalledRow>, StoreError> {
    let columns: Vec<Installed> = query_as(concat!(
        "SELECT tenant, computer, item, deployment, revision, at FROM installed WHERE ",
        of_computer!(),
        " ORDER BY item"
    ))
    .bind(scope.tenant())
    .bind(computer.as_str())
    .fetch_all(on)
    .await?;
    let row = |(tenant, computer, item, deployment, revision, at): Installed| {
        Ok(InstalledRow {
            tenant: TenantId::new(tenant),
            computer: ComputerId::new(computer),
            item,
            deployment,
            revision,
            at: time(at)?,
        })
    };
    columns.into_iter().map(row).collect()
}

/// Forgets everything of a computer.
pub(super) async fn remove(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
) -> Result<(), StoreError> {
    for table in [
        "DELETE FROM held WHERE tenant = $1 AND computer = $2",
        "DELETE FROM installed WHERE tenant = $1 AND computer = $2",
    ] {
        query(table).bind(tenant.as_str()).bind(computer.as_str()).execute(&mut *on).await?;
    }
    Ok(())
}
