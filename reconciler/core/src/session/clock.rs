//! When a session began and ended, and how long it ran: waiting does not count.

use jiff::Timestamp;

/// When a session began and ended, and how long it ran.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Clock {
    pub(super) started: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    pub(super) running_ms: i64,
    pub(super) running_since: Option<Timestamp>,
}

impl Clock {
    pub(super) fn tick(&mut self, now: Timestamp) {
        if let Some(since) = self.running_since {
            let passed = now.as_millisecond().saturating_sub(since.as_millisecond());
            self.running_ms = self.running_ms.saturating_add(passed.max(0));
            self.running_since = Some(now);
        }
    }

    pub(super) fn run(&mut self, running: bool, now: Timestamp) {
        self.running_since = running.then_some(now);
        if running && self.started.is_none() {
            self.started = Some(now);
        }
    }
}
