//! How long to wait before connecting again: doubling, with full jitter, up to a minute.
//!
//! A controller that answered is alive, so the long waits that its absence
//! earned are over; only one that kept up a conversation for a while is
//! sound, and gets the shortest wait. So a controller that is restarted some
//! times in a row has its agents back within seconds, and one that falls over
//! whenever its agents come back is not met by all of them within one second.

use std::time::Duration;

/// The longest wait, in milliseconds.
const LONGEST_MS: u64 = 60_000;
/// The upper end of the first wait, in milliseconds.
const FIRST_MS: u64 = 1_000;

/// What of the failures in a row is left after an answer: the bound is four times the first.
const LEFT: u32 = 2;

/// Counts failures in a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Backoff {
    failures: u32,
}

impl Backoff {
    /// After another failure: anything up to a bound that doubles.
    pub(super) fn next(&mut self) -> Duration {
        let bound = FIRST_MS.saturating_mul(1 << self.failures.min(16)).min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(rand::random_range(0..=bound))
    }

    /// After a farewell: at once, give or take, so that a fleet does not come as one.
    pub(super) fn soon(&mut self) -> Duration {
        self.failures = 0;
        Duration::from_millis(rand::random_range(0..=250))
    }

    /// After a conversation in which the controller answered, however soon it ended.
    pub(super) fn answered(&mut self) {
        self.failures = self.failures.min(LEFT);
    }

    /// After a conversation that lasted.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_below_a_minute() {
        let mut backoff = Backoff::default();
        for failure in 0..200u32 {
            let bound = Duration::from_millis((FIRST_MS << failure.min(10)).min(LONGEST_MS));
            assert!(backoff.next() <= bound, "failure {failure}");
        }
        assert!(backoff.soon() <= Duration::from_millis(250));
        assert!(backoff.next() <= Duration::from_secs(1));
    }

    #[test]
    fn an_answer_ends_the_long_waits_and_keeps_some_jitter() {
        let mut backoff = Backoff::default();
        for _restart in 0..50 {
            for _absent in 0..20 {
                backoff.next();
            }
            backoff.answered();
            let waits: Vec<Duration> = (0..200)
                .map(|_| {
                    let mut each = backoff.clone();
                    each.next()
                })
                .collect();
            assert!(waits.iter().all(|wait| *wait <= Duration::from_secs(4)), "{waits:?}");
            assert!(waits.iter().any(|wait| *wait > Duration::from_secs(1)), "{waits:?}");
        }
        let mut fresh = Backoff::default();
        fresh.answered();
        assert!(fresh.next() <= Duration::from_secs(1), "an answer never makes a wait longer");
        backoff.reset();
        assert!(backoff.next() <= Duration::from_secs(1));
    }
}
