//! How long to wait before connecting again: doubling, with full jitter, up to a minute.

use std::time::Duration;

/// The longest wait, in milliseconds.
const LONGEST_MS: u64 = 60_000;
/// The upper end of the first wait, in milliseconds.
const FIRST_MS: u64 = 1_000;

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

    /// After a success.
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
}
