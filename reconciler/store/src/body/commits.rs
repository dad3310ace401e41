//! Queries about commits.

use sqlx::query_as;

use super::super::Connection;
use super::text::{json, millis, time, value};
use crate::rows::{CommitRow, Verdict};
use crate::{StoreError, TenantScope};

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
    concerned: u64,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE commits SET concerned = CASE WHEN revision = $1 THEN $2 ELSE 0 END \
         WHERE verdict = 'accepted' AND concerned IS NULL AND ordinal <= \
         (SELECT MAX(ordinal) FROM commits WHERE verdict = 'accepted' AND revision = $1)",
    )
    .bind(revision)
    .bind(i64::try_from(concerned).unwrap_or(i64::MAX))
    .execute(on)
    .await?;
    Ok(())
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
