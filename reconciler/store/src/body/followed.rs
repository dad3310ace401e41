//! Queries about what goes by the clock: up to when it was followed.
//!
//! A moment is the whole installation's and says nothing of any tenant.

use jiff::Timestamp;
use sqlx::query_as;

use super::super::Connection;
use super::text::{millis, time};
use crate::StoreError;

/// The sessions that schedules start.
pub(super) const SCHEDULES: &str = "schedules";

pub(super) async fn until(
    on: &mut Connection,
    what: &str,
) -> Result<Option<Timestamp>, StoreError> {
    let until: Option<(i64,)> = query_as("SELECT until FROM followed WHERE what = $1")
        .bind(what)
        .fetch_optional(on)
        .await?;
    until.map(|(until,)| time(until)).transpose()
}

pub(super) async fn note(
    on: &mut Connection,
    what: &str,
    until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO followed (what, until) VALUES ($1, $2) \
         ON CONFLICT (what) DO UPDATE SET until = excluded.until \
         WHERE excluded.until > followed.until",
    )
    .bind(what)
    .bind(millis(until))
    .execute(on)
    .await?;
    Ok(())
}
