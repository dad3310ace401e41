//! Whom a commit in force concerns: just the computers for which it puts
//! something else into the plan, or whose winners ask for something else.
//!
//! The loop compares the commit in force with the last one that was followed,
//! which is stored; a crash or a storm of pushes costs nothing but one
//! comparison over a longer way. Schedules with `on: commit` start sessions
//! for those computers. The comparison itself is `ordain_core::change`.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ordain_core::change::{Changed, woken, woken_for};
use ordain_core::fleet::{Fleet, Subject, World};
use ordain_core::plan::starts_for;
use ordain_core::policy::{Policy, ScheduleEntry};
use ordain_schema::document::{Approval, ComputerFacts, Inventory};
use ordain_store::{StoreError, TenantId, TenantScope};

use super::judge::Judge;
use super::starts::Start;
use super::{Git, GitError, InForce};
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::{api, kill_point, recorded};

/// How long it takes until something that failed is tried again.
const AGAIN: Duration = Duration::from_secs(30);

/// The loop's own things.
pub(crate) struct Concern {
    controller: Arc<Controller>,
    git: Arc<Git>,
    judge: Judge,
    /// The commit that was followed last, where it was in this run.
    last: Option<Arc<InForce>>,
}

/// Why a commit could not be followed; the next try may do better.
#[derive(Debug, thiserror::Error)]
enum ConcernError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("the store")]
    Store(#[from] StoreError),
    #[error("a defect of this program; the log has more")]
    Panicked,
}

impl Concern {
    pub(crate) fn new(controller: Arc<Controller>, git: Arc<Git>) -> Self {
        Self { controller, git, judge: Judge::default(), last: None }
    }

    /// Follows each commit that comes in force, until the end.
    pub(crate) async fn run(mut self) {
        let mut policy = self.controller.policy.clone();
        let closing = self.controller.closing.clone();
        let clock = self.controller.clock.clone();
        loop {
            let in_force = policy.borrow_and_update().in_force.clone();
            let mut failed = false;
            if let Some(in_force) = in_force
                && let Err(error) = self.follow(in_force).await
            {
                failed = true;
                tracing::error!(error = %api::chain(&error), "whom the commit concerns is not known yet; trying again");
            }
            // A commit may change limits: those that wait for their turn look again.
            self.controller.drive.wake_all().await;
            tokio::select! {
                () = closing.cancelled() => return,
                changed = policy.changed() => if changed.is_err() { return },
                () = clock.reach(clock.now() + AGAIN), if failed => {}
            }
        }
    }

    async fn follow(&mut self, in_force: Arc<InForce>) -> Result<(), ConcernError> {
        let followed = self.controller.store.commit_followed(&TenantScope::All).await?;
        if followed.as_ref().is_some_and(|row| row.revision == in_force.revision) {
            self.last = Some(in_force);
            return Ok(());
        }
        let before = match followed {
            None => None,
            Some(row) => self.before(&row.revision).await?,
        };
        let concerned = match before {
            // Nothing was declared before: nobody waits for a change.
            None => Vec::new(),
            Some(before) => self.compare(before, &in_force).await?,
        };
        let computers = concerned.len();
        self.controller.store.note_followed(&in_force.revision, concerned).await?;
        tracing::info!(revision = in_force.revision, computers, "the commit is followed");
        self.last = Some(in_force);
        Ok(())
    }

    /// The commit that was followed last; nothing where it is not to be had any more.
    async fn before(&mut self, revision: &str) -> Result<Option<Arc<InForce>>, ConcernError> {
        if let Some(last) = self.last.take().filter(|last| last.revision == revision) {
            return Ok(Some(last));
        }
        match self.judge.judge(&self.git, revision).await {
            Ok(judged) => Ok(Some(Arc::new(judged.put_in_force(revision.to_owned())))),
            Err(GitError::Panicked) => Err(ConcernError::Panicked),
            Err(error) => {
                tracing::warn!(revision, error = %api::chain(&error), "the commit before cannot be read: no session starts for the change");
                Ok(None)
            }
        }
    }

    /// Starts what is to be started; gives the computers concerned.
    async fn compare(
        &self,
        before: Arc<InForce>,
        after: &Arc<InForce>,
    ) -> Result<Vec<(TenantId, String)>, ConcernError> {
        let changed = Changed::between(&before.policy, &after.policy);
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        let computers = self.recorded(&changed, &after.policy).await?;
        let store = &*self.controller.store;
        let approvals = recorded::approvals(store, &TenantScope::All, Some(&after.policy)).await?;
        let (after, now) = (after.clone(), self.controller.clock.now());
        let revision = after.revision.clone();
        let looked =
            spawn_blocking(move || look(&before, &after, &changed, (computers, approvals), now))
                .await;
        let (concerned, starts) = looked.map_err(|_| ConcernError::Panicked)?;
        let decided = self.controller.store.commit_in_force(&TenantScope::All).await?;
        let decided =
            decided.filter(|row| row.revision == revision).map_or(now, |row| row.decided_at);
        for start in starts {
            start.begin(&self.controller, decided, &revision).await?;
        }
        kill_point::reach("commit-followed");
        Ok(concerned)
    }

    /// What is recorded of the tenants that may be concerned.
    async fn recorded(
        &self,
        changed: &Changed,
        policy: &Policy,
    ) -> Result<Vec<ComputerFacts>, StoreError> {
        let (store, hub) = (&*self.controller.store, &self.controller.hub);
        let scopes = match changed.tenants() {
            None => vec![TenantScope::All],
            Some(tenants) => {
                tenants.into_iter().map(|id| TenantScope::One(TenantId::new(id))).collect()
            }
        };
        let mut computers = Vec::new();
        for scope in scopes {
            let online = |id: &_| hub.is_online(id);
            computers.extend(recorded::computers(store, &scope, Some(policy), online).await?);
        }
        Ok(computers)
    }
}

/// Which computers are concerned, and what is started for them.
fn look(
    before: &InForce,
    after: &InForce,
    changed: &Changed,
    (computers, approvals): (Vec<ComputerFacts>, Vec<Approval>),
    now: Timestamp,
) -> (Vec<(TenantId, String)>, Vec<Start>) {
    let fleet = Fleet::new(Inventory { computers, approvals, ..Inventory::default() });
    let (old_fleet, new_fleet) = (before.answered(fleet.clone()), after.answered(fleet));
    let old = World::new(&before.policy, &old_fleet, now);
    let new = World::new(&after.policy, &new_fleet, now);
    let places = woken(&old, &new, changed);
    let subjects: Vec<Subject<'_>> =
        places.iter().map(|place| new.subject(place as usize)).collect();
    let mut starts = Vec::new();
    for entry in on_commit(&after.policy) {
        // One that is limited to an item starts where that item's row is another one.
        let item = after.policy.schedule(entry).item.as_ref();
        let own = item.map(|item| woken_for(&old, &new, changed, Some(&item.value)));
        for (place, subject) in places.iter().zip(&subjects) {
            let concerned = own.as_ref().is_none_or(|own| own.contains(place));
            if concerned && starts_for(subject, entry) {
                starts.push(Start::new(&after.policy, entry, subject));
            }
        }
    }
    let name =
        |subject: &Subject<'_>| (TenantId::new(&subject.facts.tenant), subject.facts.name.clone());
    (subjects.iter().map(name).collect(), starts)
}

/// The schedules that start sessions when winners change.
fn on_commit(policy: &Policy) -> impl Iterator<Item = &ScheduleEntry> {
    policy.schedules().iter().filter(|entry| {
        let schedule = policy.schedule(entry);
        schedule.when.on.is_some() && !schedule.disabled
    })
}
