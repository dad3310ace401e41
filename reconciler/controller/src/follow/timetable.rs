//! Starting the sessions whose time has come: schedules with `cron` and `every`.
//!
//! The loop looks at the stretch of time since it looked last, which is
//! stored, and starts what fell due in it; after a stop, of several starts
//! that were missed only the last one counts. A session's id follows from its
//! schedule, computer and time, so that a crash in between starts none twice.
//! When something is due is the core's arithmetic (`ordain_core::schedule`).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ordain_core::fleet::World;
use ordain_core::plan::starts_for;
use ordain_core::policy::{Policy, ScheduleEntry};
use ordain_core::resolve::is_excluded;
use ordain_core::schedule::{self, Seat, Timer};
use ordain_schema::document::ComputerFacts;
use ordain_store::rows::ComputerRow;
use ordain_store::{StoreError, TenantId, TenantScope};

use super::InForce;
use super::comeback::come_back;
use super::rollouts;
use super::starts::Start;
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::{api, recorded, tokens};

/// How often the clock is looked at.
const TICK: SignedDuration = SignedDuration::from_secs(15);

/// The loop's own things.
pub(crate) struct Timetable {
    controller: Arc<Controller>,
    /// Up to when everything was started.
    followed: Timestamp,
}

/// Computers that are due, with the schedule's place and the time.
type Due = Vec<(usize, Timestamp)>;

impl Timetable {
    /// Goes on where an earlier run stopped.
    pub(crate) async fn new(controller: Arc<Controller>) -> Result<Self, StoreError> {
        let now = controller.clock.now();
        let followed = controller.store.schedules_followed(&TenantScope::All).await?;
        Ok(Self { controller, followed: followed.unwrap_or(now).min(now) })
    }

    /// Starts what is due, until the end.
    pub(crate) async fn run(mut self) {
        let closing = self.controller.closing.clone();
        let clock = self.controller.clock.clone();
        loop {
            let now = clock.now();
            if let Err(error) = self.look(now).await {
                tracing::error!(error = %api::chain(&error), "what schedules start is not known; trying again");
            }
            if let Err(error) = rollouts::halt(&self.controller, now).await {
                tracing::error!(error = %api::chain(&error), "how rollouts stand is not known; trying again");
            }
            if let Err(error) = come_back(&self.controller, now).await {
                tracing::error!(error = %api::chain(&error), "what may be carried out now is not known; trying again");
            }
            tokio::select! {
                () = closing.cancelled() => return,
                () = clock.reach(now + TICK) => {}
            }
        }
    }

    /// Starts what fell due since the last look.
    async fn look(&mut self, now: Timestamp) -> Result<(), StoreError> {
        let in_force = self.controller.policy.borrow().in_force.clone();
        let Some(in_force) = in_force.filter(|_| now > self.followed) else { return Ok(()) };
        let timers = timers(&in_force.policy);
        if !timers.is_empty() {
            for (tenant, due) in self.due(&in_force.policy, &timers, now).await? {
                self.start(&in_force, tenant, due).await?;
            }
        }
        self.controller.store.note_schedules_followed(now).await?;
        self.followed = now;
        Ok(())
    }

    /// Whose time has come, by tenant and computer; who is reached is not asked yet.
    async fn due(
        &self,
        policy: &Policy,
        timers: &[(usize, Timer)],
        now: Timestamp,
    ) -> Result<BTreeMap<TenantId, BTreeMap<String, Due>>, StoreError> {
        let mut all: BTreeMap<TenantId, BTreeMap<String, Due>> = BTreeMap::new();
        for row in self.controller.store.computers(&TenantScope::All).await? {
            let due = self.due_of(policy, timers, &row, now);
            if !due.is_empty() {
                all.entry(row.tenant).or_default().insert(row.name, due);
            }
        }
        Ok(all)
    }

    fn due_of(
        &self,
        policy: &Policy,
        timers: &[(usize, Timer)],
        row: &ComputerRow,
        now: Timestamp,
    ) -> Due {
        let tenant = policy.tenants().find(row.tenant.as_str());
        let own_zone = recorded::time_zone(row);
        let due = |(place, timer): &(usize, Timer)| {
            let entry = &policy.schedules()[*place];
            let zone = schedule::zone(policy, policy.schedule(entry), tenant, own_zone.as_deref());
            let seat = seat(policy, entry, row);
            Some((*place, timer.due(&zone, seat, self.followed, now)?))
        };
        timers.iter().filter_map(due).collect()
    }

    /// Starts the sessions of a tenant's computers that are reached.
    async fn start(
        &self,
        in_force: &Arc<InForce>,
        tenant: TenantId,
        due: BTreeMap<String, Due>,
    ) -> Result<(), StoreError> {
        let scope = TenantScope::One(tenant);
        let (store, hub) = (&*self.controller.store, &self.controller.hub);
        let policy = Some(&*in_force.policy);
        let computers = recorded::computers(store, &scope, policy, |id| hub.is_online(id)).await?;
        let (policy, now) = (in_force.clone(), self.controller.clock.now());
        let looked = spawn_blocking(move || reached(&policy, computers, &due, now)).await;
        let Ok(starts) = looked else {
            tracing::error!(
                ?scope,
                "a defect of this program; the tenant's schedules start nothing now"
            );
            return Ok(());
        };
        for (at, start) in starts {
            if !start.is_under_way(&self.controller).await? {
                start.begin(&self.controller, at, "clock").await?;
            }
        }
        Ok(())
    }
}

/// The schedules in force that go by the clock, by their place in the policy.
fn timers(policy: &Policy) -> Vec<(usize, Timer)> {
    let all = policy.schedules().iter().enumerate();
    all.filter_map(|(place, entry)| Some((place, Timer::of(policy.schedule(entry))?))).collect()
}

/// When the schedules in force that reach a computer start its next sessions,
/// each by its name, the soonest first. `computers` are those of its tenant.
pub(crate) fn next_starts(
    in_force: &InForce,
    row: &ComputerRow,
    computers: Vec<ComputerFacts>,
    now: Timestamp,
) -> Vec<(String, Timestamp)> {
    let policy = &in_force.policy;
    let fleet = in_force.fleet(computers);
    let world = World::new(policy, &fleet, now);
    let subject = world.subjects().find(|subject| subject.facts.name == row.name);
    let Some(subject) = subject.filter(|subject| !is_excluded(subject)) else { return Vec::new() };
    let tenant = policy.tenants().find(row.tenant.as_str());
    let own_zone = recorded::time_zone(row);
    let mut next = Vec::new();
    for (place, timer) in timers(policy) {
        let entry = &policy.schedules()[place];
        let zone = schedule::zone(policy, policy.schedule(entry), tenant, own_zone.as_deref());
        let at = timer.next(&zone, seat(policy, entry, row), now);
        let at = at.filter(|_| starts_for(&subject, entry));
        next.extend(at.map(|at| (policy.schedule_name(entry), at)));
    }
    next.sort_by_key(|(_, at)| *at);
    next
}

/// Where a computer sits among those of a schedule.
fn seat(policy: &Policy, entry: &ScheduleEntry, row: &ComputerRow) -> Seat {
    Seat(tokens::spread(&[&policy.schedule_name(entry), row.id.as_str()]))
}

/// Of the computers that are due, those that their schedules reach.
fn reached(
    in_force: &InForce,
    computers: Vec<ComputerFacts>,
    due: &BTreeMap<String, Due>,
    now: Timestamp,
) -> Vec<(Timestamp, Start)> {
    let fleet = in_force.fleet(computers);
    let world = World::new(&in_force.policy, &fleet, now);
    let mut starts = Vec::new();
    for place in 0..fleet.computers().len() {
        let subject = world.subject(place);
        let own = due.get(&subject.facts.name).map_or(&[][..], Vec::as_slice);
        for (schedule, at) in own {
            let entry = &in_force.policy.schedules()[*schedule];
            if !is_excluded(&subject) && starts_for(&subject, entry) {
                starts.push((*at, Start::new(&in_force.policy, entry, &subject)));
            }
        }
    }
    starts
}
