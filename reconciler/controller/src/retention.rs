//! Forgetting what need not be kept any longer, as the repository says.
//!
//! Goes by what is stored and by the clock alone: whatever was left out is
//! found the next time. A little at a time, so that sessions are not held up.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ordain_schema::document::Seconds;
use ordain_store::StoreError;
use ordain_store::rows::{Pruned, Retained};

use crate::api;
use crate::controller::Controller;

/// How often it is looked.
const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How often it is looked whether a commit is in force.
const LOOK_SOON: SignedDuration = SignedDuration::from_mins(1);
/// Between two strokes of work.
const REST: Duration = Duration::from_millis(200);
/// Of how many sessions a stroke removes something.
const STROKE: u32 = 200;
/// How long journals are kept where nothing is said, in days.
const LOGS_DAYS: u64 = 30;
/// How long results are kept where nothing is said, in days.
const OUTCOMES_DAYS: u64 = 400;
const DAY: u64 = 24 * 60 * 60;

/// Forgets, until the end.
pub(crate) async fn run(controller: Arc<Controller>) {
    let (closing, clock) = (controller.closing.clone(), controller.clock.clone());
    loop {
        let now = clock.now();
        let next = match retained(&controller, now) {
            Some(before) => {
                if let Err(error) = forget(&controller, before).await {
                    tracing::error!(error = %api::chain(&error), "old sessions could not be removed; trying again");
                }
                LOOK_EVERY
            }
            None => LOOK_SOON,
        };
        tokio::select! {
            () = closing.cancelled() => return,
            () = clock.reach(now.saturating_add(next).unwrap_or(Timestamp::MAX)) => {}
        }
    }
}

/// Removes everything that is older, stroke by stroke.
async fn forget(controller: &Controller, before: Retained) -> Result<(), StoreError> {
    let mut all = Pruned::default();
    while !controller.closing.is_cancelled() {
        let pruned = controller.store.prune(before, STROKE).await?;
        if pruned == Pruned::default() {
            break;
        }
        all.journals += pruned.journals;
        all.sessions += pruned.sessions;
        all.calls += pruned.calls;
        tokio::time::sleep(REST).await;
    }
    if all != Pruned::default() {
        tracing::info!(
            journals = all.journals,
            sessions = all.sessions,
            calls = all.calls,
            "what is older than `retention` was removed"
        );
    }
    Ok(())
}

/// What is older than this is removed; nothing before a commit is in force,
/// since nobody has said how long it is kept. Journals go with their results at the latest.
fn retained(controller: &Controller, now: Timestamp) -> Option<Retained> {
    let in_force = controller.policy().in_force?;
    let defaults = in_force.policy.repository().map(|repository| &repository.defaults);
    let said = defaults.and_then(|defaults| defaults.retention.as_ref());
    let before = |kept: Option<Seconds>, days: u64| {
        let seconds = kept.map_or(days * DAY, |kept| kept.0);
        let kept = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
        now.checked_sub(kept).unwrap_or(Timestamp::MIN)
    };
    let logs = before(said.and_then(|said| said.logs), LOGS_DAYS);
    let outcomes = before(said.and_then(|said| said.outcomes), OUTCOMES_DAYS);
    Some(Retained { logs: logs.max(outcomes), outcomes })
}
