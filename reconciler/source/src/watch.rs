//! Wakes whoever reads a branch: when a local repository's refs change, when
//! a webhook calls, and now and then in any case.
//!
//! A signal says no more than "look again". Many may melt into one, and a
//! lost one costs a delay of one interval and nothing else. Reading the
//! branch is the reader's own business.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::repository::Repository;

/// How often to look when nothing calls, unless said otherwise.
pub const INTERVAL: Duration = Duration::from_mins(1);

/// A push changes several files; they are waited for this long.
const SETTLE: Duration = Duration::from_millis(30);

/// Why somebody was woken; for logs, not for decisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Refs changed, or a webhook called.
    Called,
    /// The interval passed.
    Interval,
}

/// Wakes a [`Watch`]; clones may be given to anyone.
#[derive(Debug, Clone, Default)]
pub struct Waker(Arc<Notify>);

impl Waker {
    /// Asks for another look. Never blocks; calls before the look melt.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// A source of signals for one reader.
pub struct Watch {
    waker: Waker,
    interval: Duration,
    next: Instant,
    /// A call was taken and is settling.
    called: bool,
    /// Kept alive; none for a remote, or where the system offers no events.
    watcher: Option<RecommendedWatcher>,
}

impl Watch {
    /// Signals for a local repository: its refs, and the interval in case the
    /// system loses or does not offer events (network file systems).
    pub fn local(repository: &Repository, interval: Duration) -> Self {
        let mut watch = Self::remote(interval);
        match refs_watcher(repository, watch.waker.clone()) {
            Ok(watcher) => watch.watcher = Some(watcher),
            Err(error) => tracing::warn!(
                repository = %repository.place().display(),
                %error,
                interval_seconds = interval.as_secs(),
                "refs cannot be watched; looking at intervals only"
            ),
        }
        watch
    }

    /// Signals for a remote repository: the interval, and webhooks through
    /// [`waker`](Self::waker).
    pub fn remote(interval: Duration) -> Self {
        Self {
            waker: Waker::default(),
            interval,
            next: Instant::now() + jittered(interval),
            called: false,
            watcher: None,
        }
    }

    /// The handle that webhooks call.
    pub fn waker(&self) -> Waker {
        self.waker.clone()
    }

    /// Whether changes of refs are noticed at once, not only at intervals.
    pub fn is_prompt(&self) -> bool {
        self.watcher.is_some()
    }

    /// Waits for the next signal. Dropping the future loses none.
    pub async fn next(&mut self) -> Signal {
        while !self.called {
            tokio::select! {
                () = self.waker.0.notified() => self.called = true,
                () = sleep_until(self.next) => {
                    self.next = Instant::now() + jittered(self.interval);
                    return Signal::Interval;
                }
            }
        }
        sleep(SETTLE).await;
        self.called = false;
        self.next = Instant::now() + jittered(self.interval);
        Signal::Called
    }
}

/// Between nine and eleven tenths, so that many readers do not call at once.
fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(rand::random_range(0.9..1.1))
}

fn refs_watcher(
    repository: &Repository,
    waker: Waker,
) -> Result<RecommendedWatcher, notify::Error> {
    let common = repository.git.commondir().to_owned();
    let own = repository.git.path().to_owned();
    let refs = common.join("refs");
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        // An error (such as an overflow) may hide a change.
        if event.map_or(true, |event| concerns_refs(&event)) {
            waker.wake();
        }
    })?;
    watcher.watch(&refs, RecursiveMode::Recursive)?;
    let mut folders: Vec<PathBuf> = vec![common.clone(), own, common.join("reftable")];
    folders.dedup();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        watcher.watch(folder, RecursiveMode::NonRecursive)?;
    }
    Ok(watcher)
}

/// Reading refs makes events too; only writes count, and of the files beside
/// `refs/` only those that hold refs.
fn concerns_refs(event: &Event) -> bool {
    let write = match event.kind {
        EventKind::Create(_) | EventKind::Remove(_) | EventKind::Any | EventKind::Other => true,
        EventKind::Modify(kind) => !matches!(kind, ModifyKind::Metadata(_)),
        EventKind::Access(_) => false,
    };
    write && (event.need_rescan() || event.paths.iter().any(|path| holds_refs(path)))
}

fn holds_refs(path: &Path) -> bool {
    if path.extension() == Some(OsStr::new("lock")) {
        return false;
    }
    let name = path.file_name().and_then(OsStr::to_str);
    matches!(name, Some("HEAD" | "packed-refs"))
        || path.components().any(|part| {
            let part = part.as_os_str();
            part == OsStr::new("refs") || part == OsStr::new("reftable")
        })
}
