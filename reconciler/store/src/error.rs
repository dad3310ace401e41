//! How the store fails.

use std::path::PathBuf;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("cannot open the database {}", path.display())]
    Open {
        /// Where it is, or should be.
        path: PathBuf,
        /// What the database said.
        source: sqlx::Error,
    },
    /// The database was made by a newer program.
    #[error(
        "the database has schema {found}, this program knows up to {known}; start the newer program, or restore a backup"
    )]
    Newer {
        /// The schema's number in the database.
        found: i64,
        /// The highest number this program knows.
        known: i64,
    },
    /// The database refused or failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The thread that writes cannot be started.
    #[error("cannot start the thread that writes the database")]
    Thread(#[source] std::io::Error),
    /// A row says something that this program did not write.
    #[error("a row of the database is damaged: {0}")]
    Damaged(String),
    /// Somebody else wrote this journal in the meantime.
    #[error("the journal of {0} was continued by somebody else")]
    Conflict(String),
    /// What is to be changed is not there.
    #[error("{0} is not there")]
    Missing(String),
    /// The transaction did not reach the disk; nothing of it was written.
    #[error("the database could not commit; the controller's log says why")]
    NotCommitted,
    /// The store is shutting down.
    #[error("the store is closed")]
    Closed,
}

impl StoreError {
    /// Whether the database refused a row because one of the same key is there.
    pub(crate) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(error)) if error.is_unique_violation())
    }
}
