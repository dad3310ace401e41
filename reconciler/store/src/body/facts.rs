//! Queries about what inventory tasks said.

use jiff::Timestamp;
use serde_json::Value;
use sqlx::{query, query_as};

use super::super::Connection;
use super::text::{json, millis, time, value};
use crate::rows::{FactChange, FactRow, NewFact};
use crate::{ComputerId, StoreError, TenantId, TenantScope};

/// Notes what a task said. What is unchanged keeps its beginning, and is kept once.
pub(super) async fn record(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
    new: &NewFact,
    at: Timestamp,
) -> Result<(), StoreError> {
    let text = json(&new.value)?;
    query(
        "INSERT INTO facts (tenant, computer, fact, item, value, since, at) VALUES ($1, $2, $3, $4, $5, $6, $6) \
         ON CONFLICT (tenant, computer, fact) DO UPDATE SET \
         since = CASE WHEN facts.value = excluded.value THEN facts.since ELSE excluded.since END, \
         item = excluded.item, value = excluded.value, at = excluded.at",
    )
    .bind(tenant.as_str())
    .bind(computer.as_str())
    .bind(&new.fact)
    .bind(&new.item)
    .bind(&text)
    .bind(millis(at))
    .execute(&mut *on)
    .await?;
    if new.history {
        query(
            "INSERT INTO fact_history (tenant, computer, fact, at, value) SELECT $1, $2, $3, $4, $5 \
             WHERE NOT EXISTS (SELECT 1 FROM fact_history WHERE tenant = $1 AND computer = $2 AND fact = $3 AND value = $5 \
             AND at = (SELECT MAX(at) FROM fact_history WHERE tenant = $1 AND computer = $2 AND fact = $3)) \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(computer.as_str())
        .bind(&new.fact)
        .bind(millis(at))
        .bind(&text)
        .execute(on)
        .await?;
    }
    Ok(())
}

type Columns = (String, String, String, String, String, i64, i64);

pub(super) async fn all(
    on: &mut Connection,
    scope: &TenantScope,
    computer: Option<&ComputerId>,
) -> Result<Vec<FactRow>, StoreError> {
    let columns: Vec<Columns> = match computer {
        None => {
            query_as(
                "SELECT tenant, computer, fact, item, value, since, at FROM facts \
                 WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant, computer, fact",
            )
            .bind(scope.tenant())
            .fetch_all(on)
            .await?
        }
        Some(computer) => {
            query_as(concat!(
                "SELECT tenant, computer, fact, item, value, since, at FROM facts WHERE ",
                of_computer!(),
                " ORDER BY fact"
            ))
            .bind(scope.tenant())
            .bind(computer.as_str())
            .fetch_all(on)
            .await?
        }
    };
    columns.into_iter().map(row).collect()
}

fn row((tenant, computer, fact, item, text, since, at): Columns) -> Result<FactRow, StoreError> {
    Ok(FactRow {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new(computer),
        fact,
        item,
        value: value::<Value>(&text)?,
        since: time(since)?,
        at: time(at)?,
    })
}

/// What a fact was, newest first.
pub(super) async fn history(
    on: &mut Connection,
    scope: &TenantScope,
    computer: &ComputerId,
    fact: &str,
) -> Result<Vec<FactChange>, StoreError> {
    let columns: Vec<(i64, String)> = query_as(
        "SELECT at, value FROM fact_history \
         WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) AND computer = $2 AND fact = $3 ORDER BY at DESC LIMIT 1000",
    )
    .bind(scope.tenant())
    .bind(computer.as_str())
    .bind(fact)
    .fetch_all(on)
    .await?;
    let change = |(at, text): (i64, String)| Ok(FactChange { at: time(at)?, value: value(&text)? });
    columns.into_iter().map(change).collect()
}

/// Forgets what was said of a computer.
pub(super) async fn forget(
    on: &mut Connection,
    tenant: &TenantId,
    computer: &ComputerId,
) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM facts WHERE tenant = $1 AND computer = $2",
        "DELETE FROM fact_history WHERE tenant = $1 AND computer = $2",
    ] {
        query(statement).bind(tenant.as_str()).bind(computer.as_str()).execute(&mut *on).await?;
    }
    Ok(())
}
