//! Removing what need not be kept any longer, a few sessions at a time.

use jiff::Timestamp;
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::millis;
use crate::StoreError;
use crate::rows::{Pruned, Retained};

/// Whose they are, and the session.
type Key = (String, String);

/// Removes the journals of sessions that ended before one moment, and all that
/// is left of those that ended before another, the oldest first: their messages
/// too. What an item of a computer came to last is kept, however old. Calls of
/// webhooks that nobody took go with the journals.
pub(super) async fn prune(
    on: &mut Connection,
    before: &Retained,
    most: u32,
) -> Result<Pruned, StoreError> {
    let journals = ended(
        on,
        "SELECT tenant, id FROM sessions WHERE open = 0 AND pruned = 0 \
         AND COALESCE(ended_at, created_at) < $1 ORDER BY ended_at LIMIT $2",
        before.logs,
        most,
    )
    .await?;
    for (tenant, session) in &journals {
        remove(
            on,
            "DELETE FROM session_events WHERE tenant = $1 AND session = $2",
            tenant,
            session,
        )
        .await?;
        remove(on, "DELETE FROM orders WHERE tenant = $1 AND session = $2", tenant, session)
            .await?;
        remove(on, "UPDATE sessions SET pruned = 1 WHERE tenant = $1 AND id = $2", tenant, session)
            .await?;
    }
    let sessions = ended(
        on,
        "SELECT tenant, id FROM sessions s WHERE open = 0 AND pruned = 1 \
         AND COALESCE(ended_at, created_at) < $1 \
         AND NOT EXISTS (SELECT 1 FROM latest_outcomes l WHERE l.tenant = s.tenant \
                         AND l.computer = s.computer AND (l.session = s.id OR l.stored = s.id)) \
         ORDER BY ended_at LIMIT $2",
        before.outcomes,
        most,
    )
    .await?;
    for (tenant, session) in &sessions {
        remove(on, "DELETE FROM outcomes WHERE tenant = $1 AND session = $2", tenant, session)
            .await?;
        remove(on, "DELETE FROM messages WHERE tenant = $1 AND session = $2", tenant, session)
            .await?;
        remove(on, "DELETE FROM sessions WHERE tenant = $1 AND id = $2", tenant, session).await?;
    }
    let calls = failed_calls(on, before.logs, most).await?;
    Ok(Pruned { journals: journals.len() as u64, sessions: sessions.len() as u64, calls })
}

/// Removes calls of webhooks that were given up before a moment, and says how many.
async fn failed_calls(
    on: &mut Connection,
    before: Timestamp,
    most: u32,
) -> Result<u64, StoreError> {
    let sql = "SELECT tenant, id, hook FROM calls WHERE state = 'failed' AND changed_at < $1 \
               ORDER BY changed_at LIMIT $2";
    let failed: Vec<(String, String, String)> =
        query_as(sql).bind(millis(before)).bind(i64::from(most)).fetch_all(&mut *on).await?;
    for (tenant, id, hook) in &failed {
        let sql = "DELETE FROM calls WHERE tenant = $1 AND id = $2 AND hook = $3";
        query(sql).bind(tenant).bind(id).bind(hook).execute(&mut *on).await?;
    }
    Ok(failed.len() as u64)
}

async fn ended(
    on: &mut Connection,
    sql: &'static str,
    before: Timestamp,
    most: u32,
) -> Result<Vec<Key>, StoreError> {
    Ok(query_as(sql).bind(millis(before)).bind(i64::from(most)).fetch_all(on).await?)
}

async fn remove(
    on: &mut Connection,
    sql: &'static str,
    tenant: &str,
    session: &str,
) -> Result<(), StoreError> {
    query(sql).bind(tenant).bind(session).execute(on).await?;
    Ok(())
}
