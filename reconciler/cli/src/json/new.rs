//! `new --format json`.

use serde::Serialize;

/// What was written.
#[derive(Serialize)]
pub(crate) struct Written {
    /// The paths of the files, from the repository's root.
    pub files: Vec<String>,
}
