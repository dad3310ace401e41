//! Business hours: they keep computers from being rebooted, and so hold back
//! software that cannot do without.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ordain_schema::document::{Body, BusinessHours, Reboot, RebootMode};

use super::Held;
use crate::calendar::{business_hours, next_business_hours};
use crate::fleet::Subject;
use crate::plan::Action;
use crate::resolve::Request;

/// The hours in which an action has to wait, with the zone they go by.
pub(super) struct Waits<'a> {
    hours: &'a BusinessHours,
    zone: &'a TimeZone,
}

impl<'a> Waits<'a> {
    /// Those of an action that cannot do without a reboot, where its session
    /// may reboot at other times.
    pub(super) fn of(subject: &'a Subject<'a>, request: &Request, action: &Action) -> Option<Self> {
        let policy = subject.world.policy;
        if !policy.software(action.id).is_some_and(|software| software.reboot_needed) {
            return None;
        }
        let mode = preference(subject, request);
        let always = mode.is_some_and(|mode| {
            mode.during_business_hours || matches!(mode.mode, RebootMode::Suppress)
        });
        let hours = hours(subject).filter(|_| !always)?;
        Some(Self { hours, zone: &subject.tenant.zone })
    }

    /// That it has to wait for their end.
    pub(super) fn held(&self, at: Timestamp) -> Option<Held> {
        let until = business_hours(self.hours, at, self.zone)?;
        Some(Held { what: "business-hours".to_owned(), until: Some(until), path: None })
    }

    /// When they begin next.
    pub(super) fn begin(&self, at: Timestamp) -> Option<Timestamp> {
        next_business_hours(self.hours, at, self.zone)
    }
}

/// How the session may reboot: as its schedule says, else as the repository does.
pub(crate) fn preference<'a>(subject: &Subject<'a>, request: &Request) -> Option<&'a Reboot> {
    let policy = subject.world.policy;
    let own = request.schedule.and_then(|index| {
        match &policy.document(policy.schedules()[index].document).body {
            Body::Schedule(schedule) => schedule.reboot.as_ref(),
            _ => None,
        }
    });
    own.or_else(|| policy.repository()?.defaults.reboot.as_ref())
}

/// The business hours of a computer's tenant, else the repository's.
pub(crate) fn hours<'a>(subject: &Subject<'a>) -> Option<&'a BusinessHours> {
    let policy = subject.world.policy;
    let own = subject.tenant.id.and_then(|id| policy.tenant(id)?.business_hours.as_ref());
    own.or_else(|| policy.repository()?.defaults.business_hours.as_ref())
}
