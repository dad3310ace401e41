//! The embedded body: one file, one writer, several readers.
//!
//! Write-ahead logging with `synchronous = FULL`: a commit has reached the
//! disk when it returns. All writes go through [`writer`], which commits what
//! has gathered in one transaction, so that one fsync serves many.

#[path = "../body/mod.rs"]
mod body;
mod copy;
mod fate;
mod migrate;
mod writer;

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::BoxFuture;
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Sqlite, SqliteConnection, SqlitePool};

use writer::Place;

use crate::StoreError;
use crate::outside;

#[cfg(not(feature = "simulation"))]
use fate::Fates;
#[cfg(feature = "simulation")]
pub use fate::{Fate, Fates};

type Connection = SqliteConnection;
type Database = SqliteStore;

/// How many reads run at a time.
const READERS: u32 = 4;

/// The store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    readers: SqlitePool,
    writer: writer::Writer,
}

impl SqliteStore {
    /// Opens the file, making it and its tables where they are missing.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(options(path), path, Fates::default(), Place::Apart).await
    }

    /// The same for a simulation, in which no power is ever cut: what was
    /// committed is there whether it has reached the disk or not.
    #[cfg(feature = "simulation")]
    pub async fn open_simulated(path: &Path, fates: Fates) -> Result<Self, StoreError> {
        let options = options(path).synchronous(SqliteSynchronous::Off);
        Self::open_with(options, path, fates, Place::Within).await
    }

    async fn open_with(
        options: SqliteConnectOptions,
        path: &Path,
        fates: Fates,
        place: Place,
    ) -> Result<Self, StoreError> {
        let _opening = outside::enter();
        let failed = |source| StoreError::Open { path: path.to_owned(), source };
        let mut connection = options.connect().await.map_err(failed)?;
        migrate::migrate(&mut connection).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(failed)?;
        let writer = writer::Writer::start(connection, fates, place)?;
        Ok(Self { path: path.to_owned(), readers, writer })
    }

    /// Waits for what is being written, and closes the file.
    pub async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }

    async fn reader(&self) -> Result<Reader, StoreError> {
        let under_way = outside::enter();
        Ok(Reader { connection: self.readers.acquire().await?, _under_way: under_way })
    }

    async fn write<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Connection) -> BoxFuture<'c, Result<T, StoreError>>
            + Send
            + 'static,
    {
        let _under_way = outside::enter();
        self.writer.run(work).await
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
}

/// A connection that reads.
struct Reader {
    connection: PoolConnection<Sqlite>,
    _under_way: outside::Guard,
}

impl Deref for Reader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}
