//! `init --format json`.

use serde::Serialize;

/// The repository that was made.
#[derive(Serialize)]
pub(crate) struct Made {
    /// Its folder, as written.
    pub path: String,
    /// The first commit.
    pub commit: String,
    /// How many files it holds.
    pub files: usize,
}
