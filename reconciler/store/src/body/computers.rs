//! Queries about computers, what is known of them, and pauses.

use std::collections::HashSet;

use jiff::Timestamp;
use ordain_core::identity::Life;
use sqlx::{QueryBuilder, query, query_as, query_scalar};

use super::super::Connection;
use super::AT_ONCE;
use super::text::{json, millis, some_time, time, value};
use super::{approvals, facts, held, lives};
use crate::rows::{ComputerRow, FindingRow, PauseRow};
use crate::{AgentId, ComputerId, StoreError, TenantId, TenantScope};

type Columns = (
    String,
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<String>,
    Option<i64>,
    Option<i64>,
    String,
    i64,
    i64,
    Option<String>,
    Option<i64>,
    Option<String>,
);

/// A query for rows of computers, with what stands behind its `FROM`.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT tenant, id, name, identity_key, installation_id, enrolled_at, facts, facts_at, \
             inventoried_at, standing, standing_at, begun_at, others, excluded_at, affinity \
             FROM computers ",
            $rest
        )
    };
}

pub(super) async fn all(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<ComputerRow>, StoreError> {
    let columns: Vec<Columns> =
        query_as(select!("WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant, name"))
            .bind(scope.tenant())
            .fetch_all(on)
            .await?;
    columns.into_iter().map(row).collect()
}

pub(super) async fn one(
    on: &mut Connection,
    scope: &TenantScope,
    id: &ComputerId,
) -> Result<Option<ComputerRow>, StoreError> {
    let columns: Option<Columns> =
        query_as(select!("WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)"))
            .bind(scope.tenant())
            .bind(id.as_str())
            .fetch_optional(on)
            .await?;
    columns.map(row).transpose()
}

pub(super) async fn named(
    on: &mut Connection,
    scope: &TenantScope,
    name: &str,
) -> Result<Vec<ComputerRow>, StoreError> {
    let columns: Vec<Columns> = query_as(select!(
        "WHERE name = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant"
    ))
    .bind(scope.tenant())
    .bind(name)
    .fetch_all(on)
    .await?;
    columns.into_iter().map(row).collect()
}

/// The computers on a machine, by their own word.
pub(super) async fn on_machine(
    on: &mut Connection,
    tenant: &TenantId,
    hardware: &str,
) -> Result<Vec<ComputerRow>, StoreError> {
    let columns: Vec<Columns> =
        query_as(select!("WHERE tenant = $1 AND identity_key = $2 ORDER BY enrolled_at, id"))
            .bind(tenant.as_str())
            .bind(hardware)
            .fetch_all(on)
            .await?;
    columns.into_iter().map(row).collect()
}

fn row(columns: Columns) -> Result<ComputerRow, StoreError> {
    let (
        tenant,
        id,
        name,
        hardware,
        installation,
        enrolled_at,
        facts,
        facts_at,
        inventoried_at,
        standing,
        standing_at,
        begun_at,
        others,
        excluded_at,
        affinity,
    ) = columns;
    let (known_lives, doubt) = lives::lives(Life { hardware, installation }, others.as_deref())?;
    let (logons, person) = lives::users(affinity.as_deref())?;
    Ok(ComputerRow {
        tenant: TenantId::new(tenant),
        id: ComputerId::new(id),
        name,
        lives: known_lives,
        doubt,
        standing: lives::standing(&standing)?,
        standing_at: time(standing_at)?,
        begun_at: time(begun_at)?,
        enrolled_at: time(enrolled_at)?,
        excluded_at: some_time(excluded_at)?,
        logons,
        person,
        facts: facts.as_deref().map(value).transpose()?,
        facts_at: some_time(facts_at)?,
        inventoried_at: some_time(inventoried_at)?,
    })
}

pub(super) async fn record_facts(
    on: &mut Connection,
    id: &ComputerId,
    facts: &serde_json::Value,
    at: Timestamp,
) -> Result<(), StoreError> {
    query("UPDATE computers SET facts = $2, facts_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(json(facts)?)
        .bind(millis(at))
        .execute(on)
        .await?;
    Ok(())
}

/// A finding replaces the one before, except that an output outlives one that says nothing.
pub(super) async fn record_findings(
    on: &mut Connection,
    findings: &[FindingRow],
) -> Result<(), StoreError> {
    for some in without_repeats(findings) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO findings (tenant, computer, item, version, answer, output, failure, found_at, offered) ",
        );
        let offered = |finding: &FindingRow| finding.offered.as_ref().map(json).transpose();
        let offered: Vec<_> = some.iter().map(offered).collect::<Result<_, _>>()?;
        insert.push_values(some.iter().zip(offered), |mut row, (finding, offered)| {
            row.push_bind(finding.tenant.as_str())
                .push_bind(finding.computer.as_str())
                .push_bind(&finding.item)
                .push_bind(&finding.version)
                .push_bind(finding.answer.map(i64::from))
                .push_bind(&finding.output)
                .push_bind(&finding.failure)
                .push_bind(millis(finding.found_at))
                .push_bind(offered);
        });
        insert.push(
            " ON CONFLICT (tenant, computer, item) DO UPDATE SET version = excluded.version, \
             answer = excluded.answer, output = COALESCE(NULLIF(excluded.output, ''), findings.output), \
             failure = excluded.failure, found_at = excluded.found_at, offered = excluded.offered",
        );
        insert.build().execute(&mut *on).await?;
    }
    Ok(())
}

/// The rows in their order, in pieces in which no item comes twice: one statement
/// writes a row once.
fn without_repeats(findings: &[FindingRow]) -> Vec<&[FindingRow]> {
    let (mut pieces, mut from, mut seen) = (Vec::new(), 0, HashSet::new());
    for (place, finding) in findings.iter().enumerate() {
        if place - from == AT_ONCE || seen.contains(finding.item.as_str()) {
            pieces.push(&findings[from..place]);
            seen.clear();
            from = place;
        }
        seen.insert(finding.item.as_str());
    }
    pieces.extend((from < findings.len()).then(|| &findings[from..]));
    pieces
}

pub(super) async fn inventoried(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
    at: Timestamp,
) -> Result<(), StoreError> {
    query("UPDATE computers SET inventoried_at = $3 WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(millis(at))
        .execute(on)
        .await?;
    Ok(())
}

type Finding = (
    String,
    String,
    String,
    Option<String>,
    Option<i64>,
    Option<String>,
    Option<String>,
    i64,
    Option<String>,
);

pub(super) async fn findings(
    on: &mut Connection,
    scope: &TenantScope,
    computer: Option<&ComputerId>,
) -> Result<Vec<FindingRow>, StoreError> {
    let columns: Vec<Finding> = match computer {
        None => {
            query_as(
                "SELECT tenant, computer, item, version, answer, output, failure, found_at, offered FROM findings \
                 WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1) ORDER BY tenant, computer, item",
            )
            .bind(scope.tenant())
            .fetch_all(on)
            .await?
        }
        Some(id) => {
            query_as(concat!(
                "SELECT tenant, computer, item, version, answer, output, failure, found_at, offered \
                 FROM findings WHERE ",
                of_computer!(),
                " ORDER BY item"
            ))
            .bind(scope.tenant())
            .bind(id.as_str())
            .fetch_all(on)
            .await?
        }
    };
    columns.into_iter().map(finding).collect()
}

fn finding(
    (tenant, computer, item, version, answer, output, failure, found_at, offered): Finding,
) -> Result<FindingRow, StoreError> {
    Ok(FindingRow {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new(computer),
        item,
        version,
        offered: offered.as_deref().map(value).transpose()?,
        answer: answer.map(|number| number != 0),
        output,
        failure,
        found_at: time(found_at)?,
    })
}

/// Forgets a computer and what is known of it, not its agents.
pub(super) async fn forget(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
) -> Result<(), StoreError> {
    let gone = query("DELETE FROM computers WHERE tenant = $1 AND id = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(&mut *on)
        .await?;
    if gone.rows_affected() == 0 {
        return Err(StoreError::Missing(format!("computer {id}")));
    }
    query("DELETE FROM latest_outcomes WHERE tenant = $1 AND computer = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(&mut *on)
        .await?;
    approvals::forget(on, tenant, id).await?;
    forget_findings(on, tenant, id).await
}

/// Forgets what was found out about a computer.
pub(super) async fn forget_findings(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
) -> Result<(), StoreError> {
    query("DELETE FROM findings WHERE tenant = $1 AND computer = $2")
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(&mut *on)
        .await?;
    held::remove(on, tenant, id).await?;
    facts::forget(on, tenant, id).await
}

pub(super) async fn remove(
    on: &mut Connection,
    tenant: &TenantId,
    id: &ComputerId,
) -> Result<Vec<AgentId>, StoreError> {
    forget(on, tenant, id).await?;
    let agents: Vec<String> =
        query_scalar("UPDATE agents SET status = 'removed' WHERE tenant = $1 AND computer = $2 AND status <> 'removed' RETURNING id")
            .bind(tenant.as_str())
            .bind(id.as_str())
            .fetch_all(on)
            .await?;
    Ok(agents.into_iter().map(AgentId::new).collect())
}

pub(super) async fn pause(on: &mut Connection, pause: &PauseRow) -> Result<(), StoreError> {
    query("INSERT INTO pauses (tenant, since) VALUES ($1, $2) ON CONFLICT (tenant) DO NOTHING")
        .bind(pause.tenant.as_ref().map_or("", TenantId::as_str))
        .bind(millis(pause.since))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn resume(
    on: &mut Connection,
    tenant: Option<&TenantId>,
) -> Result<(), StoreError> {
    query("DELETE FROM pauses WHERE tenant = $1")
        .bind(tenant.map_or("", TenantId::as_str))
        .execute(on)
        .await?;
    Ok(())
}

pub(super) async fn pauses(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<PauseRow>, StoreError> {
    let columns: Vec<(String, i64)> =
        query_as("SELECT tenant, since FROM pauses WHERE (CAST($1 AS TEXT) IS NULL OR tenant = $1 OR tenant = '') ORDER BY tenant")
            .bind(scope.tenant())
            .fetch_all(on)
            .await?;
    columns
        .into_iter()
        .map(|(tenant, since)| {
            Ok(PauseRow {
                tenant: (!tenant.is_empty()).then(|| TenantId::new(tenant)),
                since: time(since)?,
            })
        })
        .collect()
}
