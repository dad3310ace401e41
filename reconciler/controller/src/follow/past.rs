//! Commits that were in force once: what they said is read again from git
//! where something that they began has to be undone.

use std::sync::{Arc, Mutex, PoisonError};

use super::judge::Judge;
use super::{Git, GitError, InForce};

/// The commit that was asked for last.
#[derive(Debug, Default)]
pub(crate) struct Past(Mutex<Option<Arc<InForce>>>);

impl Past {
    /// A commit by its id, whether valid for this version of the program or not.
    pub(crate) async fn commit(&self, git: &Git, revision: &str) -> Result<Arc<InForce>, GitError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| kept.revision == revision) {
            return Ok(kept);
        }
        let judged = Judge::default().judge(git, revision).await?;
        let read = Arc::new(judged.put_in_force(revision.to_owned()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(read.clone());
        Ok(read)
    }
}
