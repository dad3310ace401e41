//! Which computers no session touches: those that git pins as excluded, the
//! members of groups that say so, and those that a person has taken out.

use super::reach::{Missing, Reach, member};
use crate::fleet::Subject;

/// Whether no session of any kind may touch a computer.
pub fn is_excluded(subject: &Subject<'_>) -> bool {
    subject.facts.excluded
        || subject.pin.is_some_and(|pin| pin.excluded)
        || memberships(subject).any(|reach| reach == Reach::Yes)
}

/// What would have to be known to say that a computer is not excluded.
pub fn unknown_exclusion(subject: &Subject<'_>) -> Vec<Missing> {
    let unknown = memberships(subject).filter_map(|reach| match reach {
        Reach::Unknown(missing) | Reach::Unattested(missing) => Some(missing),
        Reach::Yes | Reach::No => None,
    });
    unknown.collect()
}

/// Whether it is a member of each group that excludes its members; a tenant's
/// group is about that tenant's own computers alone. All that the controller
/// knows counts: that nothing is done it may decide alone.
fn memberships(subject: &Subject<'_>) -> impl Iterator<Item = Reach> {
    let groups = subject.world.policy.excluding().iter();
    let about = groups.filter(|(owner, _)| owner.is_none() || *owner == subject.tenant.id);
    about.map(|(_, group)| member(&subject.believing(), *group))
}
