//! Queries about commits.

use jiff::Timestamp;
use sqlx::query_as;

use super::super::Connection;
use super::text::{json, millis, number, some_time, time, value};
use crate::rows::{CommitRow, ConcernedRow, Verdict};
use crate::{StoreError, TenantId, TenantScope};

type Columns = (String, String, i64, String);

pub(super) async fn record(on: &mut Connection, commit: &CommitRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO commits (revision, verdict, decided_at, diagnostics) VALUES ($1, $2, $3, $4)",
    )
    .bind(&commit.revision)
    .bind(commit.verdict.word())
    .bind(millis(commit.decided_at))
    .bind(json(&commit.diagnostics)?)
    .execute(on)
    .await?;
    Ok(())
}

pub(super) async fn in_force(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Option<CommitRow>, StoreError> {
    let newest = "SELECT revision, verdict, decided_at, diagnostics FROM commits \
                  WHERE verdict = 'accepted' ORDER BY ordinal DESC LIMIT 1";
    one(on, scope, newest).await
}

pub(super) async fn followed(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Option<CommitRow>, StoreError> {
    let newest = "SELECT revision, verdict, decided_at, diagnostics FROM commits \
                  WHERE verdict = 'accepted' AND concerned IS NOT NULL ORDER BY ordinal DESC LIMIT 1";
    one(on, scope, newest).await
}

pub(super) async fn approve(
    on: &mut Connection,
    revision: &str,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO approved_commits (revision, at) VALUES ($1, $2) ON CONFLICT (revision) DO NOTHING",
    )
    .bind(revision)
    .bind(millis(at))
    .execute(on)
    .await?;
    Ok(())
}

pub(super) async fn is_approved(on: &mut Connection, revision: &str) -> Result<bool, StoreError> {
    let found: Option<(i64,)> = query_as("SELECT at FROM approved_commits WHERE revision = $1")
        .bind(revision)
        .fetch_optional(on)
        .await?;
    Ok(found.is_some())
}

async fn one(
    on: &mut Connection,
    scope: &TenantScope,
    query: &'static str,
) -> Result<Option<CommitRow>, StoreError> {
    let columns: Option<Columns> = query_as(query).fetch_optional(on).await?;
    columns.map(|columns| row(columns, scope)).transpose()
}

pub(super) async fn note_followed(
    on: &mut Connection,
    revision: &str,
    concerned: &[(TenantId, String)],
) -> Result<(), StoreError> {
    for (tenant, computer) in concerned {
        sqlx::query(
            "INSERT INTO commit_computers (tenant, revision, computer) \
             SELECT tenant, $2, id FROM computers WHERE tenant = $1 AND name = $3 \
             ON CONFLICT DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(revision)
        .bind(computer)
        .execute(&mut *on)
        .await?;
    }
    sqlx::query(
        "UPDATE commits SET concerned = CASE WHEN revision = $1 THEN $2 ELSE 0 END \
         WHERE verdict = 'accepted' AND concerned IS NULL AND ordinal <= \
         (SELECT MAX(ordinal) FROM commits WHERE verdict = 'accepted' AND revision = $1)",
    )
    .bind(revision)
    .bind(number(concerned.len() as u64))
    .execute(on)
    .await?;
    Ok(())
}

/// Whom a commit concerned, and since when each is as it says. A session of
/// everything that passed under it, or under a later one, is what counts.
pub(super) async fn concerned(
    on: &mut Connection,
    scope: &TenantScope,
    revision: &str,
) -> Result<Vec<ConcernedRow>, StoreError> {
    let columns: Vec<(String, String, Option<i64>)> = query_as(
        "SELECT k.tenant, c.name, MIN(s.ended_at) FROM commit_computers k \
         JOIN computers c ON c.tenant = k.tenant AND c.id = k.computer \
         LEFT JOIN sessions s ON s.tenant = k.tenant AND s.computer = k.computer \
              AND s.status = 'passed' AND s.kind = 'maintenance' AND s.revision IN \
              (SELECT revision FROM commits WHERE verdict = 'accepted' AND ordinal >= \
               (SELECT MAX(ordinal) FROM commits WHERE verdict = 'accepted' AND revision = $2)) \
         WHERE k.revision = $2 AND (CAST($1 AS TEXT) IS NULL OR k.tenant = $1) \
         GROUP BY k.tenant, c.name ORDER BY k.tenant, c.name",
    )
    .bind(scope.tenant())
    .bind(revision)
    .fetch_all(on)
    .await?;
    let row = |(tenant, computer, converged): (String, String, Option<i64>)| {
        let converged_at = some_time(converged)?;
        Ok(ConcernedRow { tenant: TenantId::new(tenant), computer, converged_at })
    };
    columns.into_iter().map(row).collect()
}

pub(super) async fn rejected(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<CommitRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT revision, verdict, decided_at, diagnostics FROM commits \
         WHERE verdict = 'rejected' AND ordinal > (SELECT COALESCE(MAX(ordinal), 0) FROM commits WHERE verdict = 'accepted') \
         ORDER BY ordinal DESC LIMIT 20",
    )
    .fetch_all(on)
    .await?;
    columns.into_iter().map(|columns| row(columns, scope)).collect()
}

pub(super) async fn history(
    on: &mut Connection,
    scope: &TenantScope,
    limit: u32,
) -> Result<Vec<CommitRow>, StoreError> {
    let columns: Vec<Columns> = query_as("SELECT revision, verdict, decided_at, diagnostics FROM commits ORDER BY ordinal DESC LIMIT $1")
        .bind(i64::from(limit))
        .fetch_all(on)
        .await?;
    columns.into_iter().map(|columns| row(columns, scope)).collect()
}

fn row(
    (revision, verdict, decided_at, diagnostics): Columns,
    scope: &TenantScope,
) -> Result<CommitRow, StoreError> {
    let verdict = match verdict.as_str() {
        "accepted" => Verdict::Accepted,
        "rejected" => Verdict::Rejected,
        other => return Err(StoreError::Damaged(format!("`{other}` is no verdict"))),
    };
    let commit = CommitRow {
        revision,
        verdict,
        decided_at: time(decided_at)?,
        diagnostics: value(&diagnostics)?,
    };
    Ok(commit.seen_by(scope))
}
