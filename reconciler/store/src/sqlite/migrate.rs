//! Bringing the tables to the shape that this program knows.
//!
//! The number of the last step that was taken stands in the file itself
//! (`user_version`); each step is one transaction.

use sqlx::{Connection as _, SqliteConnection, query_scalar, raw_sql};

use crate::StoreError;

const STEPS: &[(&str, &str)] = &[
    (include_str!("../../migrations/sqlite/0001.sql"), "PRAGMA user_version = 1"),
    (include_str!("../../migrations/sqlite/0002.sql"), "PRAGMA user_version = 2"),
    (include_str!("../../migrations/sqlite/0003.sql"), "PRAGMA user_version = 3"),
    (include_str!("../../migrations/sqlite/0004.sql"), "PRAGMA user_version = 4"),
    (include_str!("../../migrations/sqlite/0005.sql"), "PRAGMA user_version = 5"),
    (include_str!("../../migrations/sqlite/0007.sql"), "PRAGMA user_version = 6"),
    (include_str!("../../migrations/sqlite/0009.sql"), "PRAGMA user_version = 7"),
    (include_str!("../../migrations/sqlite/0010.sql"), "PRAGMA user_version = 8"),
    (include_str!("../../migrations/sqlite/0011.sql"), "PRAGMA user_version = 9"),
    (include_str!("../../migrations/sqlite/0012.sql"), "PRAGMA user_version = 10"),
    (include_str!("../../migrations/sqlite/0013.sql"), "PRAGMA user_version = 11"),
];

pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let found: i64 = query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    let taken = usize::try_from(found).unwrap_or(usize::MAX);
    if taken > STEPS.len() {
        return Err(StoreError::Newer {
            found,
            known: i64::try_from(STEPS.len()).unwrap_or(i64::MAX),
        });
    }
    for (step, mark) in &STEPS[taken..] {
        let mut transaction = connection.begin().await?;
        raw_sql(*step).execute(&mut *transaction).await?;
        raw_sql(*mark).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}
