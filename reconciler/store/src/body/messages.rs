//! Queries about messages to persons and the links in them.

use jiff::Timestamp;
use sqlx::{AssertSqlSafe, query, query_as};

use super::super::Connection;
use super::text::{count, millis, some_time, time};
use crate::rows::{
    Handed, Letter, LinkRow, MessageKey, MessageRow, MessageState, SessionWrite, TokenHash,
};
use crate::{SessionId, StoreError, TenantId, TenantScope};

pub(super) async fn add(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    for message in &write.messages {
        let link = message.link.as_ref();
        query(
            "INSERT INTO messages (tenant, session, kind, recipient, sender, subject, text, html, \
             state, attempts, due_at, changed_at, link, link_until) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', 0, $9, $9, $10, $11) \
             ON CONFLICT (tenant, session, kind, recipient) DO NOTHING",
        )
        .bind(write.row.tenant.as_str())
        .bind(write.row.id.as_str())
        .bind(&message.kind)
        .bind(&message.recipient)
        .bind(&message.letter.sender)
        .bind(&message.letter.subject)
        .bind(&message.letter.text)
        .bind(&message.letter.html)
        .bind(millis(write.at))
        .bind(link.map(|link| link.hash.0.as_str()))
        .bind(link.map(|link| millis(link.until)))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

/// The columns of a message.
type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    String,
    String,
    String,
    String,
    i64,
    Option<String>,
);

fn row(columns: Columns) -> Result<MessageRow, StoreError> {
    let (tenant, session, kind, recipient, sender, subject, text, html, state, attempts, error) =
        columns;
    let known = MessageState::ALL.into_iter().find(|known| known.word() == state);
    Ok(MessageRow {
        key: key(tenant, session, kind, recipient),
        letter: Letter { sender, subject, text, html },
        state: known.ok_or_else(|| StoreError::Damaged(format!("a message is `{state}`")))?,
        attempts: u32::try_from(count(attempts)?).unwrap_or(u32::MAX),
        error,
    })
}

fn key(tenant: String, session: String, kind: String, recipient: String) -> MessageKey {
    let (tenant, session) = (TenantId::new(tenant), SessionId::new(session));
    MessageKey { tenant, session, kind, recipient }
}

/// What is due, the oldest first.
pub(super) async fn due(
    on: &mut Connection,
    scope: &TenantScope,
    now: Timestamp,
    most: u32,
) -> Result<Vec<MessageRow>, StoreError> {
    let due: Vec<Columns> = query_as(
        "SELECT tenant, session, kind, recipient, sender, subject, text, html, state, attempts, error \
         FROM messages WHERE state = 'waiting' AND due_at <= $2 \
         AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY due_at, kind DESC, recipient LIMIT $3",
    )
    .bind(scope.tenant())
    .bind(millis(now))
    .bind(i64::from(most))
    .fetch_all(on)
    .await?;
    due.into_iter().map(row).collect()
}

/// Whoever gets it sends it.
pub(super) async fn take(
    on: &mut Connection,
    key: &MessageKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let taken = query(
        "UPDATE messages SET state = 'sending', changed_at = $5 \
         WHERE tenant = $1 AND session = $2 AND kind = $3 AND recipient = $4 AND state = 'waiting'",
    )
    .bind(key.tenant.as_str())
    .bind(key.session.as_str())
    .bind(&key.kind)
    .bind(&key.recipient)
    .bind(millis(now))
    .execute(on)
    .await?;
    Ok(taken.rows_affected() > 0)
}

/// What was being handed over when its controller died may have been sent.
pub(super) async fn give_up_on_taken(
    on: &mut Connection,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let given_up = query(
        "UPDATE messages SET state = 'unknown', changed_at = $1, text = '', html = '', \
         error = 'the controller died while it was sent' WHERE state = 'sending'",
    )
    .bind(millis(now))
    .execute(on)
    .await?;
    Ok(given_up.rows_affected())
}

pub(super) async fn handed(
    on: &mut Connection,
    key: &MessageKey,
    handed: &Handed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, error, due) = match handed {
        Handed::Over => (MessageState::Sent, None, now),
        Handed::Again { at, error } => (MessageState::Waiting, Some(error), *at),
        Handed::Never(error) => (MessageState::Failed, Some(error), now),
        Handed::Perhaps(error) => (MessageState::Unknown, Some(error), now),
    };
    // What the link in it is made of stands nowhere else.
    let text = if state == MessageState::Waiting { "" } else { ", text = '', html = ''" };
    let change = format!(
        "UPDATE messages SET state = $5, error = $6, due_at = $7, changed_at = $8, \
         attempts = attempts + 1{text} \
         WHERE tenant = $1 AND session = $2 AND kind = $3 AND recipient = $4"
    );
    query(AssertSqlSafe(change))
        .bind(key.tenant.as_str())
        .bind(key.session.as_str())
        .bind(&key.kind)
        .bind(&key.recipient)
        .bind(state.word())
        .bind(error)
        .bind(millis(due))
        .bind(millis(now))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn of_session(
    on: &mut Connection,
    scope: &TenantScope,
    session: &SessionId,
) -> Result<Vec<MessageRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT tenant, session, kind, recipient, sender, subject, text, html, state, attempts, error \
         FROM messages WHERE session = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) \
         ORDER BY kind DESC, recipient",
    )
    .bind(scope.tenant())
    .bind(session.as_str())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

/// How many messages there are of each state.
pub(super) async fn counts(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<(String, u64)>, StoreError> {
    let counted: Vec<(String, i64)> = query_as(
        "SELECT state, COUNT(*) FROM messages \
         WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) GROUP BY state ORDER BY state",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    counted.into_iter().map(|(state, number)| Ok((state, count(number)?))).collect()
}

pub(super) async fn link(
    on: &mut Connection,
    scope: &TenantScope,
    hash: &TokenHash,
) -> Result<Option<LinkRow>, StoreError> {
    let found: Option<(String, String, String, String, i64, Option<i64>)> = query_as(
        "SELECT tenant, session, kind, recipient, link_until, link_used \
         FROM messages WHERE link = $2 AND link_until IS NOT NULL \
         AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)",
    )
    .bind(scope.tenant())
    .bind(&hash.0)
    .fetch_optional(on)
    .await?;
    let Some((tenant, session, kind, recipient, until, used)) = found else { return Ok(None) };
    let key = key(tenant, session, kind, recipient);
    Ok(Some(LinkRow { key, until: time(until)?, used_at: some_time(used)? }))
}

/// Uses a link up; the first use stays.
pub(super) async fn use_link(
    on: &mut Connection,
    tenant: &TenantId,
    hash: &TokenHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    query(
        "UPDATE messages SET link_used = $3 \
         WHERE tenant = $1 AND link = $2 AND link_used IS NULL",
    )
    .bind(tenant.as_str())
    .bind(&hash.0)
    .bind(millis(now))
    .execute(on)
    .await?;
    Ok(())
}
