//! Wakes whoever reads a folder as it stands, when a file in it changes.
//!
//! A signal says no more than "look again"; several changes that come together
//! are one. What stands in the folder is read by `worktree.rs`, branches are
//! watched by `watch.rs`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;

/// How long nothing must change before changes count as one.
const SETTLE: Duration = Duration::from_millis(100);

/// A folder cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("the folder cannot be watched")]
pub struct WatchError(#[source] notify::Error);

/// A source of signals about a folder. Changes from its making on are noticed.
pub struct FolderWatch {
    changed: Arc<Notify>,
    /// Kept alive.
    _watcher: RecommendedWatcher,
}

impl FolderWatch {
    /// Watches a folder and everything below it, git's own files aside.
    pub fn new(folder: &Path) -> Result<Self, WatchError> {
        let changed = Arc::new(Notify::new());
        let waker = Arc::clone(&changed);
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // An error (such as an overflow) may hide a change.
            if event.map_or(true, |event| concerns_files(&event)) {
                waker.notify_one();
            }
        })
        .map_err(WatchError)?;
        watcher.watch(folder, RecursiveMode::Recursive).map_err(WatchError)?;
        Ok(Self { changed, _watcher: watcher })
    }

    /// Waits for the next change, and until nothing more changes. Dropping the
    /// future while it waits for the first one loses none.
    pub async fn next(&self) {
        self.changed.notified().await;
        while tokio::time::timeout(SETTLE, self.changed.notified()).await.is_ok() {}
    }
}

/// Whether an event is about a file of the folder; reading makes events too.
fn concerns_files(event: &Event) -> bool {
    let of_git = |path: &Path| path.components().any(|part| part.as_os_str() == ".git");
    let write = !matches!(event.kind, EventKind::Access(_));
    write && (event.need_rescan() || !event.paths.iter().all(|path| of_git(path)))
}
