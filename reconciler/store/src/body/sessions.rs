//! Queries about sessions, their journals, and orders.

use sqlx::{QueryBuilder, query, query_as};

use super::super::Connection;
use super::AT_ONCE;
use super::text::{count, millis, number, some_time, time};
use super::{calls, computers, enrolments, facts, held, identities, messages, outcomes, serial};
use crate::rows::{EventRow, NewOrder, OrderRow, SessionFilter, SessionRow, SessionWrite};
use crate::{AgentId, ComputerId, SessionId, StoreError, TenantId, TenantScope};

pub(super) async fn journal(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    let row = &write.row;
    let entries = write.after + write.events.len() as u64;
    if write.after == 0 {
        insert(on, row, entries).await?;
    } else {
        update(on, row, write.after, entries).await?;
    }
    append(on, write).await?;
    for order in &write.orders {
        insert_order(on, write, order).await?;
    }
    if let Some((agent, seq)) = &write.acked {
        enrolments::acknowledge(on, agent, *seq).await?;
    }
    computers::record_findings(on, &write.findings).await?;
    for fact in &write.facts {
        facts::record(on, &row.tenant, &row.computer, fact, write.at).await?;
    }
    for happening in &write.standing {
        identities::stand(on, &row.computer, *happening, true, write.at).await?;
    }
    if write.inventoried {
        computers::inventoried(on, &row.tenant, &row.computer, write.at).await?;
    }
    if !write.outcomes.is_empty() {
        outcomes::replace(on, write).await?;
    }
    for installed in &write.installed {
        held::note_installed(on, row, installed, write.at).await?;
    }
    if let Some(held) = &write.held {
        held::replace(on, row, held, write.at).await?;
    }
    if !row.open || write.gives_back {
        serial::release(on, &row.id).await?;
    }
    if let Some(link) = &write.used_link {
        messages::use_link(on, &row.tenant, link, write.at).await?;
    }
    messages::add(on, write).await?;
    calls::add(on, write).await
}

async fn append(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    let entries: Vec<(u64, &String)> = (write.after + 1..).zip(&write.events).collect();
    for some in entries.chunks(AT_ONCE) {
        let mut insert =
            QueryBuilder::new("INSERT INTO session_events (tenant, session, seq, at, event) ");
        insert.push_values(some, |mut row, (seq, event)| {
            row.push_bind(write.row.tenant.as_str())
                .push_bind(write.row.id.as_str())
                .push_bind(number(*seq))
                .push_bind(millis(write.at))
                .push_bind(*event);
        });
        insert.build().execute(&mut *on).await?;
    }
    Ok(())
}

async fn insert(on: &mut Connection, row: &SessionRow, entries: u64) -> Result<(), StoreError> {
    let inserted = query(
        "INSERT INTO sessions (tenant, id, computer, computer_name, kind, status, open, revision, \
         created_at, started_at, ended_at, running_seconds, reason, entries) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.tenant.as_str())
    .bind(row.id.as_str())
    .bind(row.computer.as_str())
    .bind(&row.computer_name)
    .bind(&row.kind)
    .bind(&row.status)
    .bind(i64::from(row.open))
    .bind(&row.revision)
    .bind(millis(row.created_at))
    .bind(row.started_at.map(millis))
    .bind(row.ended_at.map(millis))
    .bind(number(row.running_seconds))
    .bind(&row.reason)
    .bind(number(entries))
    .execute(on)
    .await
    .map_err(StoreError::from);
    match inserted {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => {
            Err(StoreError::Conflict(format!("session {}", row.id)))
        }
        Err(error) => Err(error),
    }
}

async fn update(
    on: &mut Connection,
    row: &SessionRow,
    after: u64,
    entries: u64,
) -> Result<(), StoreError> {
    let updated = query(
        "UPDATE sessions SET status = $4, open = $5, revision = $6, started_at = $7, ended_at = $8, running_seconds = $9, reason = $10, entries = $11 \
         WHERE tenant = $1 AND id = $2 AND entries = $3",
    )
    .bind(row.tenant.as_str())
    .bind(row.id.as_str())
    .bind(number(after))
    .bind(&row.status)
    .bind(i64::from(row.open))
    .bind(&row.revision)
    .bind(row.started_at.map(millis))
    .bind(row.ended_at.map(millis))
    .bind(number(row.running_seconds))
    .bind(&row.reason)
    .bind(number(entries))
    .execute(on)
    .await?;
    if updated.rows_affected() == 0 {
        return Err(StoreError::Conflict(format!("session {}", row.id)));
    }
    Ok(())
}

async fn insert_order(
    on: &mut Connection,
    write: &SessionWrite,
    order: &NewOrder,
) -> Result<(), StoreError> {
    let tenant = &write.row.tenant;
    let raised = query(
        "UPDATE agents SET last_order = $3 WHERE tenant = $1 AND id = $2 AND last_order < $3",
    )
    .bind(tenant.as_str())
    .bind(order.agent.as_str())
    .bind(number(order.number))
    .execute(&mut *on)
    .await?;
    if raised.rows_affected() == 0 {
        return Err(StoreError::Conflict(format!("agent {}", order.agent)));
    }
    query(
        "INSERT INTO orders (tenant, agent, number, session, revision, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(tenant.as_str())
    .bind(order.agent.as_str())
    .bind(number(order.number))
    .bind(write.row.id.as_str())
    .bind(&order.revision)
    .bind(millis(write.at))
    .bind(millis(order.expires_at))
    .execute(on)
    .await?;
    Ok(())
}

type Columns = (
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
    i64,
    Option<i64>,
    Option<i64>,
    i64,
    Option<String>,
);

macro_rules! columns {
    () => {
        "SELECT tenant, id, computer, computer_name, kind, status, open, revision, created_at, started_at, ended_at, running_seconds, reason FROM sessions "
    };
}

/// The filter's other wishes, the newest first.
macro_rules! page {
    () => {
        "AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) AND (CAST($3 AS TEXT) IS NULL OR id < $3) ORDER BY id DESC LIMIT $4"
    };
}

pub(super) async fn one(
    on: &mut Connection,
    scope: &TenantScope,
    id: &SessionId,
) -> Result<Option<SessionRow>, StoreError> {
    let columns: Option<Columns> = query_as(concat!(
        columns!(),
        "WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)"
    ))
    .bind(scope.tenant())
    .bind(id.as_str())
    .fetch_optional(on)
    .await?;
    columns.map(row).transpose()
}

pub(super) async fn list(
    on: &mut Connection,
    scope: &TenantScope,
    filter: &SessionFilter,
) -> Result<Vec<SessionRow>, StoreError> {
    // Each by its own index: one query for all would read the whole table.
    let text = match (&filter.computer, filter.open) {
        (None, false) => concat!(columns!(), "WHERE CAST($2 AS TEXT) IS NULL ", page!()),
        (None, true) => {
            concat!(columns!(), "WHERE open = 1 AND CAST($2 AS TEXT) IS NULL ", page!())
        }
        (Some(_), false) => concat!(columns!(), "WHERE computer = $2 ", page!()),
        (Some(_), true) => concat!(columns!(), "WHERE computer = $2 AND open = 1 ", page!()),
    };
    let columns: Vec<Columns> = query_as(text)
        .bind(scope.tenant())
        .bind(filter.computer.as_ref().map(ComputerId::as_str))
        .bind(filter.before.as_ref().map(SessionId::as_str))
        .bind(i64::from(filter.limit))
        .fetch_all(on)
        .await?;
    columns.into_iter().map(row).collect()
}

pub(super) async fn open(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<SessionRow>, StoreError> {
    let columns: Vec<Columns> = query_as(concat!(
        columns!(),
        "WHERE open = 1 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY id"
    ))
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

fn row(columns: Columns) -> Result<SessionRow, StoreError> {
    let (
        tenant,
        id,
        computer,
        computer_name,
        kind,
        status,
        open,
        revision,
        created_at,
        started_at,
        ended_at,
        running_seconds,
        reason,
    ) = columns;
    Ok(SessionRow {
        tenant: TenantId::new(tenant),
        id: SessionId::new(id),
        computer: ComputerId::new(computer),
        computer_name,
        kind,
        status,
        open: open != 0,
        revision,
        created_at: time(created_at)?,
        started_at: some_time(started_at)?,
        ended_at: some_time(ended_at)?,
        running_seconds: count(running_seconds)?,
        reason,
    })
}

pub(super) async fn counts(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<(String, u64)>, StoreError> {
    let columns: Vec<(String, i64)> =
        query_as("SELECT status, COUNT(*) FROM sessions WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) GROUP BY status ORDER BY status")
            .bind(scope.tenant())
            .fetch_all(on)
            .await?;
    columns.into_iter().map(|(status, number)| Ok((status, count(number)?))).collect()
}

pub(super) async fn events(
    on: &mut Connection,
    scope: &TenantScope,
    id: &SessionId,
    from: u64,
) -> Result<Vec<EventRow>, StoreError> {
    let Some(session) = one(on, scope, id).await? else {
        return Ok(Vec::new());
    };
    let columns: Vec<(i64, i64, String)> =
        query_as("SELECT seq, at, event FROM session_events WHERE tenant = $1 AND session = $2 AND seq >= $3 ORDER BY seq")
            .bind(session.tenant.as_str())
            .bind(id.as_str())
            .bind(number(from))
            .fetch_all(on)
            .await?;
    columns
        .into_iter()
        .map(|(seq, at, event)| Ok(EventRow { seq: count(seq)?, at: time(at)?, event }))
        .collect()
}

type Order = (String, String, i64, String, String, i64, i64);

pub(super) async fn order(
    on: &mut Connection,
    scope: &TenantScope,
    agent: &AgentId,
    number_of_it: u64,
) -> Result<Option<OrderRow>, StoreError> {
    let columns: Option<Order> = query_as(
        "SELECT tenant, agent, number, session, revision, created_at, expires_at FROM orders \
         WHERE tenant = (SELECT tenant FROM agents WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)) \
         AND agent = $2 AND number = $3",
    )
    .bind(scope.tenant())
    .bind(agent.as_str())
    .bind(number(number_of_it))
    .fetch_optional(on)
    .await?;
    columns.map(order_row).transpose()
}

pub(super) async fn last_order(
    on: &mut Connection,
    scope: &TenantScope,
    id: &SessionId,
) -> Result<Option<OrderRow>, StoreError> {
    let columns: Option<Order> = query_as(
        "SELECT tenant, agent, number, session, revision, created_at, expires_at FROM orders \
         WHERE session = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY number DESC LIMIT 1",
    )
    .bind(scope.tenant())
    .bind(id.as_str())
    .fetch_optional(on)
    .await?;
    columns.map(order_row).transpose()
}

fn order_row(columns: Order) -> Result<OrderRow, StoreError> {
    let (tenant, agent, number, session, revision, created_at, expires_at) = columns;
    Ok(OrderRow {
        tenant: TenantId::new(tenant),
        agent: AgentId::new(agent),
        number: count(number)?,
        session: SessionId::new(session),
        revision,
        created_at: time(created_at)?,
        expires_at: time(expires_at)?,
    })
}
