//! Queries about how items ended in sessions.

use std::collections::BTreeMap;

use sqlx::{QueryBuilder, query_as};

use super::super::Connection;
use super::AT_ONCE;
use super::sessions;
use super::text::some_time;
use crate::rows::{LatestOutcome, OutcomeRow, SessionWrite};
use crate::{ComputerId, SessionId, StoreError, TenantId, TenantScope};

/// Stores how a session's items ended. Where nothing was done, what is as it was
/// in the computer's last session about an item is not stored again.
pub(super) async fn replace(on: &mut Connection, write: &SessionWrite) -> Result<(), StoreError> {
    let known = known(on, write).await?;
    let mut by_item: BTreeMap<&str, Vec<&OutcomeRow>> = BTreeMap::new();
    for outcome in &write.outcomes {
        by_item.entry(&outcome.item).or_default().push(outcome);
    }
    let changed = |item: &str| {
        let before = known.get(item).map(Vec::as_slice).unwrap_or_default();
        let now = &by_item[item];
        // What was done, or failed, is one more each time.
        let counts = |outcome: &&OutcomeRow| {
            outcome.action != "none" || outcome.result.as_deref() == Some("failed")
        };
        now.iter().any(counts) || before.iter().ne(now.iter().copied())
    };
    let news = (0_i64..).zip(&write.outcomes).filter(|(_, outcome)| changed(&outcome.item));
    insert(on, write, &news.collect::<Vec<_>>()).await?;
    let (changed, same): (Vec<&str>, Vec<&str>) = by_item.keys().partition(|item| changed(item));
    point_at(on, write, &changed).await?;
    confirm(on, write, &same).await
}

/// Says of items that this session's rows tell how they ended last.
async fn point_at(
    on: &mut Connection,
    write: &SessionWrite,
    items: &[&str],
) -> Result<(), StoreError> {
    for some in items.chunks(AT_ONCE) {
        let mut upsert = QueryBuilder::new(
            "INSERT INTO latest_outcomes (tenant, computer, item, session, stored) ",
        );
        upsert.push_values(some, |mut row, item| {
            row.push_bind(write.row.tenant.as_str())
                .push_bind(write.row.computer.as_str())
                .push_bind(*item)
                .push_bind(write.row.id.as_str())
                .push_bind(write.row.id.as_str());
        });
        upsert.push(
            " ON CONFLICT (tenant, computer, item) DO UPDATE SET session = excluded.session, stored = excluded.stored",
        );
        upsert.build().execute(&mut *on).await?;
    }
    Ok(())
}

/// Says of items that this session found them as what is stored of them says.
async fn confirm(
    on: &mut Connection,
    write: &SessionWrite,
    items: &[&str],
) -> Result<(), StoreError> {
    for some in items.chunks(AT_ONCE) {
        let mut update = QueryBuilder::new("UPDATE latest_outcomes SET session = ");
        update.push_bind(write.row.id.as_str());
        update.push(" WHERE tenant = ").push_bind(write.row.tenant.as_str());
        update.push(" AND computer = ").push_bind(write.row.computer.as_str());
        update.push(" AND item IN (");
        let mut names = update.separated(", ");
        for item in some {
            names.push_bind(*item);
        }
        update.push(")");
        update.build().execute(&mut *on).await?;
    }
    Ok(())
}

/// What is stored of the computer's items, each in the plan's order.
async fn known(
    on: &mut Connection,
    write: &SessionWrite,
) -> Result<BTreeMap<String, Vec<OutcomeRow>>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT o.item, o.action, o.reason, o.from_version, o.to_version, o.by_path, o.status, \
         o.result, o.message, o.exit_code, o.cause FROM latest_outcomes l \
         JOIN outcomes o ON o.tenant = l.tenant AND o.session = l.stored AND o.item = l.item \
         WHERE l.tenant = $1 AND l.computer = $2 ORDER BY o.place",
    )
    .bind(write.row.tenant.as_str())
    .bind(write.row.computer.as_str())
    .fetch_all(on)
    .await?;
    let mut known: BTreeMap<String, Vec<OutcomeRow>> = BTreeMap::new();
    for outcome in columns.into_iter().map(row) {
        known.entry(outcome.item.clone()).or_default().push(outcome);
    }
    Ok(known)
}

async fn insert(
    on: &mut Connection,
    write: &SessionWrite,
    outcomes: &[(i64, &OutcomeRow)],
) -> Result<(), StoreError> {
    for some in outcomes.chunks(AT_ONCE) {
        let mut insert = QueryBuilder::new(
            "INSERT INTO outcomes (tenant, session, place, item, action, reason, from_version, \
             to_version, by_path, status, result, message, exit_code, cause) ",
        );
        insert.push_values(some, |mut row, (place, outcome)| {
            row.push_bind(write.row.tenant.as_str())
                .push_bind(write.row.id.as_str())
                .push_bind(*place)
                .push_bind(&outcome.item)
                .push_bind(&outcome.action)
                .push_bind(&outcome.reason)
                .push_bind(&outcome.from)
                .push_bind(&outcome.to)
                .push_bind(&outcome.by)
                .push_bind(&outcome.status)
                .push_bind(&outcome.result)
                .push_bind(&outcome.message)
                .push_bind(outcome.exit_code)
                .push_bind(&outcome.cause);
        });
        insert.build().execute(&mut *on).await?;
    }
    Ok(())
}

/// Texts that may be missing.
type Text = Option<String>;
/// The columns of an outcome.
type Columns = (String, String, String, Text, Text, Text, String, Text, Text, Option<i32>, Text);

fn row(columns: Columns) -> OutcomeRow {
    let (item, action, reason, from, to, by, status, result, message, exit_code, cause) = columns;
    OutcomeRow { item, action, reason, from, to, by, status, result, message, exit_code, cause }
}

pub(super) async fn of_session(
    on: &mut Connection,
    scope: &TenantScope,
    id: &SessionId,
) -> Result<Vec<OutcomeRow>, StoreError> {
    let Some(session) = sessions::one(on, scope, id).await? else {
        return Ok(Vec::new());
    };
    let columns: Vec<Columns> = query_as(
        "SELECT item, action, reason, from_version, to_version, by_path, status, result, message, \
         exit_code, cause FROM outcomes WHERE tenant = $1 AND session = $2 ORDER BY place",
    )
    .bind(session.tenant.as_str())
    .bind(id.as_str())
    .fetch_all(on)
    .await?;
    Ok(columns.into_iter().map(row).collect())
}

/// Whose an outcome is, and the outcome.
type Latest = (
    String,
    String,
    String,
    String,
    Option<i64>,
    String,
    String,
    String,
    Text,
    Text,
    Text,
    String,
    Text,
    Text,
    Option<i32>,
    Text,
);

pub(super) async fn latest(
    on: &mut Connection,
    scope: &TenantScope,
) -> Result<Vec<LatestOutcome>, StoreError> {
    let rows: Vec<Latest> = query_as(
        "SELECT o.tenant, c.id AS computer, c.name AS computer_name, last.session, s.ended_at, \
         o.item, o.action, o.reason, o.from_version, o.to_version, o.by_path, o.status, o.result, \
         o.message, o.exit_code, o.cause \
         FROM latest_outcomes last \
         JOIN outcomes o ON o.tenant = last.tenant AND o.session = last.stored AND o.item = last.item \
         JOIN sessions s ON s.tenant = last.tenant AND s.id = last.session \
         JOIN computers c ON c.tenant = last.tenant AND c.id = last.computer \
         WHERE CAST($1 AS TEXT) IS NULL OR last.tenant = $1 \
         ORDER BY o.tenant, c.name, o.item, o.place",
    )
    .bind(scope.tenant())
    .fetch_all(on)
    .await?;
    rows.into_iter().map(latest_row).collect()
}

fn latest_row(columns: Latest) -> Result<LatestOutcome, StoreError> {
    let (tenant, computer, computer_name, session, ended_at, item, action, reason, ..) = columns;
    let (.., from, to, by, status, result, message, exit_code, cause) = columns;
    Ok(LatestOutcome {
        tenant: TenantId::new(tenant),
        computer: ComputerId::new(computer),
        computer_name,
        session: SessionId::new(session),
        ended_at: some_time(ended_at)?,
        outcome: row((
            item, action, reason, from, to, by, status, result, message, exit_code, cause,
        )),
    })
}

/// How each item of a computer ended last, in the order of that session's plan.
pub(super) async fn of_computer(
    on: &mut Connection,
    scope: &TenantScope,
    computer: &ComputerId,
) -> Result<Vec<OutcomeRow>, StoreError> {
    let columns: Vec<Columns> = query_as(
        "SELECT o.item, o.action, o.reason, o.from_version, o.to_version, o.by_path, o.status, \
         o.result, o.message, o.exit_code, o.cause FROM latest_outcomes last \
         JOIN outcomes o ON o.tenant = last.tenant AND o.session = last.stored AND o.item = last.item \
         WHERE last.tenant = (SELECT tenant FROM computers WHERE id = $2 AND (CAST($1 AS TEXT) IS NULL OR tenant = $1)) \
         AND last.computer = $2 ORDER BY o.item, o.place",
    )
    .bind(scope.tenant())
    .bind(computer.as_str())
    .fetch_all(on)
    .await?;
    Ok(columns.into_iter().map(row).collect())
}
