//! Queries about turns: what runs one at a time in the whole installation.
//!
//! A line spans tenants by its nature; what is told of it are computers to be
//! woken, to the controller alone.

use sqlx::{query, query_as};

use super::super::Connection;
use crate::rows::SerialClaim;
use crate::{ComputerId, SessionId, StoreError, TenantScope};

/// Takes every turn that a session needs, or none: where somebody holds one of
/// them, or came earlier for it, the session stands in line.
pub(super) async fn take(on: &mut Connection, claim: &SerialClaim) -> Result<bool, StoreError> {
    for what in &claim.what {
        query(
            "INSERT INTO serial_turns (tenant, session, computer, what, held) \
             VALUES ($1, $2, $3, $4, 0) ON CONFLICT (session, what) DO NOTHING",
        )
        .bind(claim.tenant.as_str())
        .bind(claim.session.as_str())
        .bind(claim.computer.as_str())
        .bind(what)
        .execute(&mut *on)
        .await?;
    }
    let before: Option<(i64,)> = query_as(
        "SELECT 1 FROM serial_turns own JOIN serial_turns other ON other.what = own.what \
         WHERE own.session = $1 AND other.session <> $1 \
         AND (other.held = 1 OR (own.held = 0 AND other.ordinal < own.ordinal)) LIMIT 1",
    )
    .bind(claim.session.as_str())
    .fetch_optional(&mut *on)
    .await?;
    if before.is_some() {
        return Ok(false);
    }
    query("UPDATE serial_turns SET held = 1 WHERE session = $1")
        .bind(claim.session.as_str())
        .execute(on)
        .await?;
    Ok(true)
}

/// Gives a session's turns back, and its places in line up.
pub(super) async fn release(on: &mut Connection, session: &SessionId) -> Result<(), StoreError> {
    query("DELETE FROM serial_turns WHERE session = $1").bind(session.as_str()).execute(on).await?;
    Ok(())
}

/// The computers whose sessions stand in line, those that came first first.
pub(super) async fn line(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<ComputerId>, StoreError> {
    let computers: Vec<(String,)> = query_as(
        "SELECT computer FROM serial_turns \
         WHERE held = 0 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) \
         GROUP BY computer ORDER BY MIN(ordinal)",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    Ok(computers.into_iter().map(|(computer,)| ComputerId::new(computer)).collect())
}
