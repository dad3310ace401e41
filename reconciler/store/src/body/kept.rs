//! Queries about what computers handed back or made, and who read it.

use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{count, millis, number, time};
use crate::rows::{AuditRow, KeptContent, KeptRow};
use crate::{AgentId, ComputerId, StoreError, TenantId, TenantScope};

pub(super) async fn keep(on: &mut Connection, rows: &[KeptRow]) -> Result<(), StoreError> {
    for row in rows {
        let (encrypted, content) = match &row.content {
            KeptContent::Plain(text) => (0_i64, text),
            KeptContent::Escrow(age) => (1, age),
        };
        query(
            "INSERT INTO kept (tenant, agent, seq, computer, item, name, made_at, encrypted, content) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(row.tenant.as_str())
        .bind(row.agent.as_str())
        .bind(number(row.seq))
        .bind(row.computer.as_str())
        .bind(&row.item)
        .bind(&row.name)
        .bind(millis(row.made_at))
        .bind(encrypted)
        .bind(content)
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

type Columns = (String, String, i64, String, String, String, i64, i64, String);

/// What is kept of a computer, by item and name, the newest of each first.
pub(super) async fn of_computer(
    on: &mut Connection,
    scope: &TenantScope,
    computer: &ComputerId,
) -> Result<Vec<KeptRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT tenant, agent, seq, computer, item, name, made_at, encrypted, content FROM kept \
         WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) AND computer = $2 \
         ORDER BY item, name, made_at DESC, seq DESC",
    )
    .bind(scope.tenant())
    .bind(computer.as_str())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

fn row(columns: Columns) -> Result<KeptRow, StoreError> {
    let (tenant, agent, seq, computer, item, name, made_at, encrypted, content) = columns;
    let content = match encrypted {
        0 => KeptContent::Plain(content),
        1 => KeptContent::Escrow(content),
        other => return Err(StoreError::Damaged(format!("`{other}` is no way to be kept"))),
    };
    Ok(KeptRow {
        tenant: TenantId::new(tenant),
        agent: AgentId::new(agent),
        seq: count(seq)?,
        computer: ComputerId::new(computer),
        item,
        name,
        made_at: time(made_at)?,
        content,
    })
}

pub(super) async fn note(on: &mut Connection, row: &AuditRow) -> Result<(), StoreError> {
    query(
        "INSERT INTO audit (tenant, id, at, who, what, computer, item, name, reason) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.tenant.as_str())
    .bind(&row.id)
    .bind(millis(row.at))
    .bind(&row.who)
    .bind(&row.what)
    .bind(&row.computer)
    .bind(&row.item)
    .bind(&row.name)
    .bind(&row.reason)
    .execute(on)
    .await?;
    Ok(())
}

/// Texts that may be missing.
type Text = Option<String>;
type Audited = (String, String, i64, String, String, Text, Text, Text, Text);

pub(super) async fn audit(
    on: &mut Connection,
    scope: &TenantScope,
    limit: u32,
) -> Result<Vec<AuditRow>, StoreError> {
    let columns: Vec<Audited> = query_as(
        "SELECT tenant, id, at, who, what, computer, item, name, reason FROM audit \
         WHERE CAST($1 AS TEXT) IS NULL OR tenant = $1 ORDER BY at DESC, id DESC LIMIT $2",
    )
    .bind(scope.tenant())
    .bind(i64::from(limit))
    .fetch_all(on)
    .await?;
    let row = |(tenant, id, at, who, what, computer, item, name, reason): Audited| {
        let (tenant, at) = (TenantId::new(tenant), time(at)?);
        Ok(AuditRow { tenant, id, at, who, what, computer, item, name, reason })
    };
    columns.into_iter().map(row).collect()
}
