//! Files laid over a repository for one test.

use std::sync::Arc;

use ordain_schema::document::GivenFile;
use ordain_schema::{Content, Entry, Mode, Snapshot};

/// The snapshot with these files added or replaced. Their object ids are not
/// git's: nothing of an overlay ever reaches an agent.
pub fn overlay(snapshot: &Snapshot, given: &[GivenFile]) -> Snapshot {
    let mut laid = snapshot.clone();
    laid.revision = None;
    for (index, file) in given.iter().enumerate() {
        let entry = Entry {
            mode: Mode::File,
            id: Some(format!("given-{index}").into()),
            content: Content::Bytes(Arc::from(file.text.as_bytes())),
        };
        laid.entries.insert(file.file.clone(), entry);
    }
    laid
}
