//! Business hours: they keep computers from being rebooted, and so hold back
//! software that cannot do without.

use ordain_schema::document::{Body, BusinessHours, Reboot, RebootMode};

use super::Held;
use crate::calendar::business_hours;
use crate::fleet::Subject;
use crate::plan::Action;
use crate::resolve::Request;

/// That an action has to wait for the end of business hours.
pub(super) fn held(subject: &Subject<'_>, request: &Request, action: &Action) -> Option<Held> {
    let policy = subject.world.policy;
    if !policy.software(action.id).is_some_and(|software| software.reboot_needed) {
        return None;
    }
    let mode = reboot(subject, request);
    let always = mode.is_some_and(|mode| {
        mode.during_business_hours || matches!(mode.mode, RebootMode::Suppress)
    });
    if always {
        return None;
    }
    let until = business_hours(hours(subject)?, subject.world.now, &subject.tenant.zone)?;
    Some(Held { what: "business-hours".to_owned(), until: Some(until), path: None })
}

/// How the session may reboot: as its schedule says, else as the repository does.
fn reboot<'a>(subject: &Subject<'a>, request: &Request) -> Option<&'a Reboot> {
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
fn hours<'a>(subject: &Subject<'a>) -> Option<&'a BusinessHours> {
    let policy = subject.world.policy;
    let own = subject.tenant.id.and_then(|id| policy.tenant(id)?.business_hours.as_ref());
    own.or_else(|| policy.repository()?.defaults.business_hours.as_ref())
}
