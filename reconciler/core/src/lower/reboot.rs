//! When a session may restart its computer, and when it does.
//!
//! The schedule's preference counts before the repository's. Business hours
//! keep every mode from it, `force` included, unless the preference says
//! otherwise. When people work is known days ahead and travels with the order,
//! since an execution may take its time.

use jiff::{SignedDuration, Timestamp};
use ordain_schema::document::{Reboot as Preference, RebootMode};

use crate::calendar::business_stretches;
use crate::fleet::Subject;
use crate::held::{hours, preference};
use crate::order::{Ask, Barred, Reboot, Restarts};
use crate::resolve::Request;

/// How far ahead business hours are told to an agent. What comes later is
/// barred: an order lives for a day.
const TOLD_AHEAD: SignedDuration = SignedDuration::from_hours(8 * 24);

/// How a session may restart a computer.
pub(super) struct Rebooting<'a> {
    preference: Option<&'a Preference>,
    now: Timestamp,
    barred: Vec<Barred>,
}

impl<'a> Rebooting<'a> {
    /// For a session on a computer, at the moment of its world.
    pub(super) fn new(subject: &Subject<'a>, request: &Request) -> Self {
        let now = subject.world.now;
        let preference = preference(subject, request);
        let by_day = preference.is_some_and(|preference| preference.during_business_hours);
        let hours = hours(subject).filter(|_| !by_day);
        let barred = hours.map_or_else(Vec::new, |hours| {
            let zone = &subject.tenant.zone;
            let end = now.saturating_add(TOLD_AHEAD).unwrap_or(Timestamp::MAX);
            let told = business_stretches(hours, now, end, zone);
            let told = told.into_iter().map(|(from, until)| Barred {
                from_ms: from.as_millisecond(),
                until_ms: Some(until.as_millisecond()),
            });
            let later = Barred { from_ms: end.as_millisecond(), until_ms: None };
            told.chain([later]).collect()
        });
        Self { preference, now, barred }
    }

    fn choice(&self) -> &RebootMode {
        self.preference.map_or(&RebootMode::IfNeeded, |preference| &preference.mode)
    }

    /// The word of the mode.
    pub(super) fn mode(&self) -> &'static str {
        self.choice().word()
    }

    /// The restart that an action may ask for; none where no action may.
    pub(super) fn within(&self) -> Option<Reboot> {
        self.reboot(false)
    }

    /// Whether people work now, which keeps it from restarting.
    pub(super) fn is_barred(&self) -> bool {
        self.barred.iter().any(|stretch| stretch.contains(self.now.as_millisecond()))
    }

    fn reboot(&self, only_pending: bool) -> Option<Reboot> {
        let ask = match self.choice() {
            RebootMode::Suppress => return None,
            RebootMode::IfNeeded | RebootMode::Force => None,
            RebootMode::Prompt { timeout, on_timeout } => {
                Some(Ask { seconds: timeout.0, on_timeout: *on_timeout })
            }
        };
        Some(Reboot { only_pending, ask, barred: self.barred.clone() })
    }

    /// The restarts around the execution.
    pub(super) fn around(&self) -> Restarts {
        match self.choice() {
            RebootMode::Suppress => Restarts::default(),
            RebootMode::Force => Restarts { start: self.reboot(false), end: self.reboot(false) },
            RebootMode::IfNeeded | RebootMode::Prompt { .. } => {
                Restarts { start: None, end: self.reboot(true) }
            }
        }
    }
}
