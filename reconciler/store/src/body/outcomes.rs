//! Queries about how items ended in sessions.

use sqlx::{query, query_as};

use super::super::Connection;
use super::sessions;
use super::text::some_time;
use crate::rows::{LatestOutcome, OutcomeRow, SessionWrite};
use crate::{ComputerId, SessionId, StoreError, TenantId, TenantScope};

pub(super) async fn replace(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    let (tenant, session) = (write.row.tenant.as_str(), write.row.id.as_str());
    query("DELETE FROM outcomes WHERE tenant = $1 AND session = $2")
        .bind(tenant)
        .bind(session)
        .execute(&mut *on)
        .await?;
    for (place, outcome) in (0_i64..).zip(&write.outcomes) {
        query(
            "INSERT INTO outcomes (tenant, session, place, item, action, reason, from_version, \
             to_version, by_path, status, result, message, exit_code, cause) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(tenant)
        .bind(session)
        .bind(place)
        .bind(&outcome.item)
        .bind(&outcome.action)
        .bind(&outcome.reason)
        .bind(&outcome.from)
        .bind(&outcome.to)
        .bind(&outcome.by)
        .bind(&outcome.status)
        .bind(&outcome.result)
        .bind(&outcome.message)
        .bind(outcome.exit_code)
        .bind(&outcome.cause)
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

/// Texts that may be missing.
type Text = Option<String>;
/// The columns of an outcome.
type Columns = (String, String, String, Text, Text, Text, String, Text, Text, Option<i32>, Text);

fn row(columns: Columns) -> OutcomeRow {
    let (item, action, reason, from, to, by, status, result, message, exit_code, cause) = columns;
    OutcomeRow { item, action, reason, from, to, by, status, result, message, exit_code, cause }
}

pub(super) async fn of_session(
    on: &mut Connection,
    scope: &TenantScope,
    id: &SessionId,
) -> Result<Vec<OutcomeRow>, StoreError> {
    let Some(session) = sessions::one(on, scope, id).await? else {
        return Ok(Vec::new());
    };
    let columns: Vec<Columns> = query_as(
        "SELECT item, action, reason, from_version, to_version, by_path, status, result, message, \
         exit_code, cause FROM outcomes WHERE tenant = $1 AND session = $2 ORDER BY place",
    )
    .bind(session.tenant.as_str())
    .bind(id.as_str())
    .fetch_all(on)
    .await?;
    Ok(columns.into_iter().map(row).collect())
}

/// Whose an outcome is, and the outcome.
type Latest = (
    String,
    String,
    String,
    String,
    Option<i64>,
    String,
    String,
    String,
    Text,
    Text,
    Text,
    String,
    Text,
    Text,
    Option<i32>,
    Text,
);

/// Ids of sessions rise with time, so that the greatest is the last.
pub(super) async fn latest(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<LatestOutcome>, StoreError> {
    let rows: Vec<Latest> = query_as(
        "SELECT o.tenant, c.id AS computer, c.name AS computer_name, o.session, s.ended_at, \
         o.item, o.action, o.reason, o.from_version, o.to_version, o.by_path, o.status, o.result, \
         o.message, o.exit_code, o.cause \
         FROM (SELECT s.tenant, s.computer, o.item, MAX(s.id) AS session FROM sessions s \
               JOIN outcomes o ON o.tenant = s.tenant AND o.session = s.id \
               WHERE CAST($1 AS TEXT) IS NULL OR s.tenant = $1 \
               GROUP BY s.tenant, s.computer, o.item) last \
         JOIN outcomes o ON o.tenant = last.tenant AND o.session = last.session AND o.item = last.item \
         JOIN sessions s ON s.tenant = last.tenant AND s.id = last.session \
         JOIN computers c ON c.tenant = last.tenant AND c.id = last.computer \
         ORDER BY o.tenant, c.name, o.item",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    rows.into_iter().map(latest_row).collect()
}

fn latest_row(columns: Latest) -> Result<LatestOutcome, StoreError> {
    let (tenant, computer, computer_name, session, ended_at, item, action, reason, ..) = columns;
    let (.., from, to, by, status, result, message, exit_code, cause) = columns;
    Ok(LatestOutcome {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new(computer),
        computer_name,
        session: SessionId::new(session),
        ended_at: some_time(ended_at)?,
        outcome: row((
            item, action, reason, from, to, by, status, result, message, exit_code, cause,
        )),
    })
}
