//! Queries about rollouts.

use std::collections::BTreeSet;

use jiff::Timestamp;
use sqlx::{query, query_as};

use super::super::Connection;
use super::held;
use super::text::{count, millis, number, time};
use crate::rows::{HaltRow, RolloutKey, RolloutRow};
use crate::{StoreError, TenantId, TenantScope};

/// Starts rollouts: one of the same content goes on, one of another begins anew.
pub(super) async fn start(on: &mut Connection, rollouts: &[RolloutRow]) -> Result<(), StoreError> {
    for row in rollouts {
        query(
            "INSERT INTO rollouts (tenant, deployment, item, version, content, revision, started_at, ring, since) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (tenant, deployment, item, version) DO UPDATE SET content = excluded.content, \
             revision = excluded.revision, started_at = excluded.started_at, ring = excluded.ring, since = excluded.since, \
             halted_ring = NULL, halted_at = NULL, failed = NULL, computers = NULL \
             WHERE rollouts.content <> excluded.content",
        )
        .bind(folder(&row.key))
        .bind(&row.key.deployment)
        .bind(&row.key.item)
        .bind(row.key.version.as_deref().unwrap_or_default())
        .bind(&row.content)
        .bind(&row.revision)
        .bind(millis(row.started_at))
        .bind(i64::from(row.ring))
        .bind(millis(row.since))
        .execute(&mut *on)
        .await?;
    }
    Ok(())
}

type Rollout = (
    String,
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

/// A tenant sees its own and the cross-tenant ones; how many failed in the
/// latter is a count over others, and not for it.
pub(super) async fn all(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<RolloutRow>, StoreError> {
    let columns: Vec<Rollout> = query_as(
        "SELECT tenant, deployment, item, version, content, revision, started_at, ring, since, \
         halted_ring, halted_at, failed, computers FROM rollouts \
         WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1 OR tenant = '') ORDER BY item, tenant, deployment, version",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    columns.into_iter().map(|columns| row(columns, scope)).collect()
}

fn row(
    (
        tenant,
        deployment,
        item,
        version,
        content,
        revision,
        started_at,
        ring,
        since,
        halted_ring,
        halted_at,
        failed,
        computers,
    ): Rollout,
    scope: &TenantScope,
) -> Result<RolloutRow, StoreError> {
    let whole = scope.tenant().is_none_or(|own| own == tenant);
    let halt = match (halted_ring, halted_at) {
        (Some(ring), Some(at)) => Some(HaltRow {
            ring: small(ring)?,
            at: time(at)?,
            failed: failed.filter(|_| whole).map(count).transpose()?,
            computers: computers.filter(|_| whole).map(count).transpose()?,
        }),
        _ => None,
    };
    let filled = |text: String| (!text.is_empty()).then_some(text);
    Ok(RolloutRow {
        key: RolloutKey {
            tenant: filled(tenant).map(TenantId::new),
            deployment,
            item,
            version: filled(version),
        },
        content,
        revision,
        started_at: time(started_at)?,
        ring: small(ring)?,
        since: time(since)?,
        halt,
    })
}

/// Forgets the rollouts of deployments and items that are not declared any more.
pub(super) async fn keep_only(
    on: &mut Connection,
    declared: &[RolloutRow],
) -> Result<(), StoreError> {
    let known: BTreeSet<(&str, &str, &str)> = declared.iter().map(|row| place(&row.key)).collect();
    for row in all(on, &TenantScope::All).await? {
        if !known.contains(&place(&row.key)) {
            query("DELETE FROM rollouts WHERE tenant = $1 AND deployment = $2 AND item = $3")
                .bind(folder(&row.key))
                .bind(&row.key.deployment)
                .bind(&row.key.item)
                .execute(&mut *on)
                .await?;
        }
    }
    Ok(())
}

fn place(key: &RolloutKey) -> (&str, &str, &str) {
    (folder(key), &key.deployment, &key.item)
}

/// Halts a rollout, unless it has halted.
pub(super) async fn halt(
    on: &mut Connection,
    key: &RolloutKey,
    halt: &HaltRow,
) -> Result<bool, StoreError> {
    let halted = query(
        "UPDATE rollouts SET halted_ring = $5, halted_at = $6, failed = $7, computers = $8 \
         WHERE tenant = $1 AND deployment = $2 AND item = $3 AND version = $4 AND halted_ring IS NULL",
    )
    .bind(folder(key))
    .bind(&key.deployment)
    .bind(&key.item)
    .bind(key.version.as_deref().unwrap_or_default())
    .bind(i64::from(halt.ring))
    .bind(millis(halt.at))
    .bind(halt.failed.map(number))
    .bind(halt.computers.map(number))
    .execute(on)
    .await?;
    Ok(halted.rows_affected() > 0)
}

/// Lets a halted rollout go on: its ring soaks from now, and what failed before counts no more.
pub(super) async fn clear(
    on: &mut Connection,
    key: &RolloutKey,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let cleared = query(
        "UPDATE rollouts SET ring = halted_ring, since = $5, halted_ring = NULL, halted_at = NULL, failed = NULL, computers = NULL \
         WHERE tenant = $1 AND deployment = $2 AND item = $3 AND version = $4 AND halted_ring IS NOT NULL",
    )
    .bind(folder(key))
    .bind(&key.deployment)
    .bind(&key.item)
    .bind(key.version.as_deref().unwrap_or_default())
    .bind(millis(at))
    .execute(&mut *on)
    .await?;
    if cleared.rows_affected() == 0 {
        return Ok(false);
    }
    held::let_go(on, key.tenant.as_ref(), &key.item, at).await?;
    Ok(true)
}

/// The computers on which an item was tried for a deployment since a moment and
/// failed the last time, by tenant and name.
pub(super) async fn failures(
    on: &mut Connection,
    scope: &TenantScope,
    item: &str,
    by: &str,
    since: Timestamp,
) -> Result<Vec<(TenantId, String)>, StoreError> {
    let columns: Vec<(String, String)> = query_as(
        "SELECT DISTINCT s.tenant, c.name FROM outcomes o \
         JOIN sessions s ON s.tenant = o.tenant AND s.id = o.session \
         JOIN computers c ON c.tenant = s.tenant AND c.id = s.computer \
         WHERE o.result = 'failed' AND o.status = 'done' AND o.item = $2 AND o.by_path = $3 AND COALESCE(s.started_at, s.created_at) >= $4 \
         AND (CAST($1 AS TEXT) IS NULL OR o.tenant = $1) \
         AND NOT EXISTS (SELECT 1 FROM sessions t JOIN outcomes p ON p.tenant = t.tenant AND p.session = t.id \
             WHERE t.computer = s.computer AND t.id > s.id AND p.item = o.item AND p.result = 'passed') \
         ORDER BY s.tenant, c.name",
    )
    .bind(scope.tenant())
    .bind(item)
    .bind(by)
    .bind(millis(since))
    .fetch_all(on)
    .await?;
    Ok(columns.into_iter().map(|(tenant, name)| (TenantId::new(tenant), name)).collect())
}

fn folder(key: &RolloutKey) -> &str {
    key.tenant.as_ref().map_or("", TenantId::as_str)
}

fn small(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::Damaged(format!("{number} is no ring")))
}
