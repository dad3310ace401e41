//! Queries about calls of webhooks.

use jiff::Timestamp;
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{count, millis};
use crate::rows::{CallKey, CallRow, Handed, SessionWrite};
use crate::{StoreError, TenantId, TenantScope};

pub(super) async fn add(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    for call in &write.calls {
        query(
            "INSERT INTO calls (tenant, id, hook, event, body, state, attempts, due_at, changed_at) \
             VALUES ($1, $2, $3, $4, $5, 'waiting', 0, $6, $6) \
             ON CONFLICT (tenant, id, hook) DO NOTHING",
        )
        .bind(write.row.tenant.as_str())
        .bind(&call.id)
        .bind(&call.hook)
        .bind(&call.event)
        .bind(&call.body)
        .bind(millis(write.at))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

/// Ids rise with time within a session, so that what is due at once keeps its order.
pub(super) async fn due(
    on: &mut Connection,
    scope: &TenantScope,
    hook: &str,
    now: Timestamp,
    most: u32,
) -> Result<Vec<CallRow>, StoreError> {
    let due: Vec<(String, String, String, String, i64)> = query_as(
        "SELECT tenant, id, event, body, attempts FROM calls \
         WHERE hook = $2 AND state = 'waiting' AND due_at <= $3 \
         AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY due_at, id LIMIT $4",
    )
    .bind(scope.tenant())
    .bind(hook)
    .bind(millis(now))
    .bind(i64::from(most))
    .fetch_all(on)
    .await?;
    let row = |(tenant, id, event, body, attempts): (String, _, _, _, _)| {
        let key = CallKey { tenant: TenantId::new(tenant), id, hook: hook.to_owned() };
        let attempts = u32::try_from(count(attempts)?).unwrap_or(u32::MAX);
        Ok(CallRow { key, event, body, attempts })
    };
    due.into_iter().map(row).collect()
}

pub(super) async fn handed(
    on: &mut Connection,
    key: &CallKey,
    handed: &Handed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let change = match handed {
        Handed::Over => query("DELETE FROM calls WHERE tenant = $1 AND id = $2 AND hook = $3"),
        Handed::Again { .. } => query(
            "UPDATE calls SET attempts = attempts + 1, due_at = $4, changed_at = $5, error = $6 \
             WHERE tenant = $1 AND id = $2 AND hook = $3",
        ),
        // What nobody will be told is kept for people, without what it said.
        Handed::Never(_) | Handed::Perhaps(_) => query(
            "UPDATE calls SET attempts = attempts + 1, state = 'failed', body = '', due_at = $4, \
             changed_at = $5, error = $6 WHERE tenant = $1 AND id = $2 AND hook = $3",
        ),
    };
    let change = change.bind(key.tenant.as_str()).bind(&key.id).bind(&key.hook);
    let change = match handed {
        Handed::Over => change,
        Handed::Again { at, error } => change.bind(millis(*at)).bind(millis(now)).bind(error),
        Handed::Never(error) | Handed::Perhaps(error) => {
            change.bind(millis(now)).bind(millis(now)).bind(error)
        }
    };
    change.execute(on).await?;
    Ok(())
}

pub(super) async fn counts(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<(String, String, u64)>, StoreError> {
    let counted: Vec<(String, String, i64)> = query_as(
        "SELECT hook, state, COUNT(*) FROM calls \
         WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) GROUP BY hook, state ORDER BY hook, state",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    counted.into_iter().map(|(hook, state, number)| Ok((hook, state, count(number)?))).collect()
}

pub(super) async fn keep_only(on: &mut Connection, hooks: &[String]) -> Result<u64, StoreError> {
    let known: Vec<(String,)> =
        query_as("SELECT DISTINCT hook FROM calls").fetch_all(&mut *on).await?;
    let mut removed = 0;
    for (hook,) in known.into_iter().filter(|(hook,)| !hooks.contains(hook)) {
        let gone = query("DELETE FROM calls WHERE hook = $1").bind(hook).execute(&mut *on).await?;
        removed += gone.rows_affected();
    }
    Ok(removed)
}
