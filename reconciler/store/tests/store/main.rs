//! One suite for every database that the store can stand on.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod enrolments;
mod identities;
mod journal;
mod kept;
mod known;
mod outgoing;
mod retention;
mod serial;
mod sqlite;
mod unfinished;

use jiff::Timestamp;
use ordain_store::Store;

/// A moment in the tests' own time, in seconds.
fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_800_000_000 + second).unwrap()
}

/// Everything that holds on every database; each part uses tenants of its own.
async fn whole_suite(store: &dyn Store) {
    known::commits(store).await;
    known::facts_and_findings(store).await;
    known::pauses(store).await;
    enrolments::tokens(store).await;
    identities::places(store).await;
    identities::meetings(store).await;
    identities::decisions(store).await;
    identities::moves(store).await;
    identities::users(store).await;
    known::inventory(store).await;
    enrolments::restoring(store).await;
    enrolments::race_for_the_last_use(store).await;
    journal::appends(store).await;
    journal::orders_rise(store).await;
    journal::lists(store).await;
    journal::scopes(store).await;
    serial::one_at_a_time(store).await;
    retention::kept(store).await;
    known::schedules(store).await;
    unfinished::held(store).await;
    unfinished::rollouts(store).await;
    unfinished::installed(store).await;
    kept::history(store).await;
    kept::audit(store).await;
    outgoing::messages(store).await;
    outgoing::calls(store).await;
    outgoing::last_outcomes(store).await;
}
