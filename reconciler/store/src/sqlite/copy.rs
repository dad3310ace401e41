//! A copy of the database as it stands, while it is written to.

use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _, query};

use super::SqliteStore;
use crate::StoreError;

impl SqliteStore {
    /// Copies a database file into another one that is not there yet: what was
    /// committed when the copy began, all or nothing, packed. Whoever writes
    /// meanwhile is not held up.
    pub async fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
        let failed = |source| StoreError::Open { path: from.to_owned(), source };
        let options = SqliteConnectOptions::new().filename(from).create_if_missing(false);
        let mut connection = options.connect().await.map_err(failed)?;
        let to = to.to_string_lossy();
        query("VACUUM INTO $1").bind(&*to).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }
}
