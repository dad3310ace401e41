//! The clock that schedules go by: the computer's own, or one that is set by hand.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// A clock. Everything that starts because its time has come asks it.
#[derive(Debug, Clone, Default)]
pub struct Clock(Option<watch::Receiver<Timestamp>>);

impl Clock {
    /// A clock that shows what it is told, for tests that let hours pass at once.
    pub fn set_by(shown: watch::Receiver<Timestamp>) -> Self {
        Self(Some(shown))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.as_ref().map_or_else(Timestamp::now, |shown| *shown.borrow())
    }

    /// Ends at a moment.
    pub(crate) async fn reach(&self, at: Timestamp) {
        match &self.0 {
            None => {
                let left = Duration::try_from(at.duration_since(Timestamp::now()));
                tokio::time::sleep(left.unwrap_or_default()).await;
            }
            Some(shown) => {
                let reached = shown.clone().wait_for(|now| *now >= at).await.is_ok();
                if !reached {
                    // Whoever set the clock is gone: it stands still.
                    std::future::pending::<()>().await;
                }
            }
        }
    }
}
