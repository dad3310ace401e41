//! Which session is next: started ones first, then by who wants them, then by age.

use jiff::Timestamp;
use ordain_core::identity::Happening;
use ordain_core::session::{Effect, Event, Origin, Session, Status};
use ordain_store::rows::{AgentStatus, SessionFilter, SessionRow};
use ordain_store::{SessionId, StoreError, TenantScope};

use super::active::Active;
use super::{Along, Keeper};
use crate::drive::turns::{Claim, Limits};

/// Sessions of one computer that are looked at.
const MOST: u32 = 1000;

impl Keeper {
    /// Makes what is loaded agree with what is stored: takes the next session
    /// up when none is under way.
    pub(super) async fn reconcile(&mut self) -> Result<(), StoreError> {
        self.set_aside();
        while self.active.is_none() {
            let Some(next) = self.choose().await? else { return Ok(()) };
            let rested = rests_until(&next.session).is_some();
            let begun = next.session.status() != Status::Created;
            self.active = Some(next);
            // What this asks for is asked for again by the session's pending effects.
            let _asked = self.meet_connection().await?;
            let effects = if rested {
                self.step(vec![Event::Woken], Along::default()).await?
            } else if begun {
                self.pending()
            } else {
                self.advance(vec![Event::Begun], Along::default()).await?
            };
            self.perform(effects).await?;
            self.set_aside();
        }
        Ok(())
    }

    /// A session that rests keeps its computer from no other one.
    fn set_aside(&mut self) {
        let until = self.active.as_ref().and_then(|active| rests_until(&active.session));
        if until.is_some_and(|until| until > self.now()) {
            self.active = None;
            self.task = None;
            self.wake_at = None;
            self.give_turn_back();
        }
    }

    /// The session to take up, if it may run now.
    async fn choose(&mut self) -> Result<Option<Active>, StoreError> {
        self.waiting = false;
        let filter = SessionFilter {
            computer: Some(self.computer.clone()),
            open: true,
            before: None,
            limit: MOST,
        };
        let mut rows = self.shared().store.sessions(&TenantScope::All, &filter).await?;
        rows.reverse();
        let mut best: Option<Active> = None;
        let (now, mut earliest) = (self.now(), None);
        for row in rows {
            let Some(candidate) = self.load(row).await? else { continue };
            match rests_until(&candidate.session) {
                Some(until) if until > now => {
                    earliest = Some(earliest.map_or(until, |known: Timestamp| known.min(until)));
                    continue;
                }
                None if candidate.session.status() != Status::Created => {
                    if candidate.session.status() == Status::Running && candidate.connected {
                        self.shared().turns.keep(self.claim(&candidate));
                    }
                    return Ok(Some(candidate));
                }
                Some(_) | None => {}
            }
            if best.as_ref().is_none_or(|best| rank(&candidate) < rank(best)) {
                best = Some(candidate);
            }
        }
        if let Some(earliest) = earliest {
            self.waiting = true;
            self.wake_at = Some(earliest);
        }
        let Some(best) = best else {
            self.shared().turns.release(&self.computer);
            return Ok(None);
        };
        self.waiting = !self.may_begin(&best).await?;
        Ok((!self.waiting).then_some(best))
    }

    /// Loads a session; one whose journal cannot be read is closed, so that it keeps nobody waiting.
    async fn load(&self, row: SessionRow) -> Result<Option<Active>, StoreError> {
        match Active::load(&*self.shared().store, row.clone()).await {
            Ok(active) => Ok(Some(active)),
            Err(StoreError::Damaged(why)) => {
                tracing::error!(session = %row.id, why, "a session's journal cannot be read; the session is given up");
                let stored = self.shared().store.events(&TenantScope::All, &row.id, 1).await?;
                let reason = Some(format!("its journal cannot be read: {why}"));
                let closed = SessionRow {
                    status: Status::Failed.word().to_owned(),
                    open: false,
                    reason,
                    ..row
                };
                let after = stored.len() as u64;
                let mut write = ordain_store::rows::SessionWrite::of(closed, after, self.now());
                write.standing.push(Happening::Ended(Status::Failed));
                self.shared().store.journal(write).await?;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether pauses and limits let a session begin, or go on after it has waited
    /// for its computer or for its time. Where they do not, it stands in line.
    async fn may_begin(&self, candidate: &Active) -> Result<bool, StoreError> {
        let tenant = &candidate.row.tenant;
        let pauses = self.shared().store.pauses(&TenantScope::One(tenant.clone())).await?;
        if !pauses.is_empty() {
            tracing::info!(session = %candidate.row.id, "a session waits: starts are paused");
            // Nobody waits behind one that may not begin.
            self.shared().turns.release(&self.computer);
            return Ok(false);
        }
        Ok(self.shared().turns.take(self.claim(candidate), self.limits()))
    }

    /// What a session of the computer wants of the limits.
    pub(super) fn claim(&self, candidate: &Active) -> Claim {
        let state = self.shared().policy.borrow();
        let policy = state.in_force.as_ref().map(|in_force| &in_force.policy);
        let schedule = candidate.asked.schedule.as_ref().map(|name| {
            let schedule = policy.and_then(|policy| policy.schedule_at(name));
            (name.clone(), schedule.and_then(|schedule| schedule.concurrency))
        });
        // Who has waited for the computer goes before who has only just come.
        let origin = candidate.session.created().origin;
        let came_back = candidate.session.status() == Status::PendingConnectivity;
        let origin = match origin {
            Origin::Schedule if came_back => Origin::Connectivity,
            origin => origin,
        };
        Claim {
            computer: self.computer.clone(),
            tenant: candidate.row.tenant.clone(),
            schedule,
            origin,
        }
    }

    fn limits(&self) -> Limits {
        let state = self.shared().policy.borrow();
        let repository = state.in_force.as_ref().and_then(|in_force| in_force.policy.repository());
        let limits =
            repository.and_then(|repository| repository.limits.concurrent_sessions.as_ref());
        limits.map_or_else(Limits::default, |limits| Limits {
            global: limits.global,
            per_tenant: limits.per_tenant,
        })
    }

    /// Gives the computer's turn to those who wait.
    pub(super) fn give_turn_back(&self) {
        let shared = self.shared();
        shared.turns.release(&self.computer);
        for next in shared.turns.next(self.limits()) {
            let drive = self.drive.clone();
            shared.tasks.spawn(async move { drive.tell(&next, crate::drive::Signal::Wake).await });
        }
    }

    /// Whether the session under way may go on now. One that runs may; one that has
    /// waited takes a turn again.
    pub(super) async fn may_go_on(&self) -> Result<bool, StoreError> {
        let Some(active) = &self.active else { return Ok(false) };
        match active.session.status() {
            Status::PendingConnectivity | Status::AwaitingExecution => self.may_begin(active).await,
            _ => Ok(true),
        }
    }

    /// Tells the session what it does not know of its computer's connection; that
    /// its computer is back only once it may go on.
    pub(super) async fn meet_connection(&mut self) -> Result<Vec<Effect>, StoreError> {
        let online = self.is_reachable();
        let known = self.active.as_ref().is_none_or(|active| active.connected == online);
        let waits = |active: &Active| active.session.status() == Status::PendingConnectivity;
        if known {
            return Ok(Vec::new());
        }
        if online && self.active.as_ref().is_some_and(waits) && !self.may_go_on().await? {
            self.look_again();
            return Ok(Vec::new());
        }
        let event = if online { Event::Connected } else { Event::Disconnected };
        self.step(vec![event], Along::default()).await
    }

    pub(super) fn pending(&self) -> Vec<Effect> {
        self.active.as_ref().map_or_else(Vec::new, |active| active.session.pending())
    }

    /// Gives up what waits for an agent that will not answer: its computer was
    /// removed, or another agent was enrolled on it.
    pub(super) async fn meet_enrolment(&mut self) -> Result<(), StoreError> {
        let store = &self.drive.0.store;
        if store.computer(&TenantScope::All, &self.computer).await?.is_none() {
            let filter = SessionFilter {
                computer: Some(self.computer.clone()),
                open: true,
                before: None,
                limit: MOST,
            };
            for row in store.sessions(&TenantScope::All, &filter).await? {
                self.give_up(row, "the computer was removed").await?;
            }
            return Ok(());
        }
        let Some(active) = self.active.as_ref().filter(|active| active.session.order().is_some())
        else {
            return Ok(());
        };
        let scope = TenantScope::One(active.row.tenant.clone());
        let Some(order) = &active.order else { return Ok(()) };
        let agents = store.agents_of(&scope, &self.computer).await?;
        let own = agents.iter().find(|agent| agent.id == order.agent);
        // Whoever is enrolled while the one with the order is away knows nothing of it.
        let away = !self.shared().hub.is_connected(&order.agent);
        // Its own enrolment lies ahead of the order where the clock was set back.
        let mut others = agents.iter().filter(|other| other.id != order.agent);
        let replaced = others.any(|other| {
            other.status == AgentStatus::Active && other.enrolled_at > order.created_at
        });
        if own.is_none_or(|own| own.status != AgentStatus::Active) || (away && replaced) {
            let row = active.row.clone();
            self.give_up(row, "the computer was enrolled again while it worked on this session")
                .await?;
        }
        Ok(())
    }

    async fn give_up(&mut self, row: SessionRow, why: &str) -> Result<(), StoreError> {
        if self.active.as_ref().is_none_or(|active| active.row.id != row.id) {
            return self.aside(row, Event::Lost(why.to_owned())).await;
        }
        self.happens(Event::Lost(why.to_owned())).await
    }

    /// Lets a session that is not under way take an event in.
    async fn aside(&mut self, row: SessionRow, event: Event) -> Result<(), StoreError> {
        let Some(loaded) = self.load(row).await? else { return Ok(()) };
        let under_way = self.active.replace(loaded);
        let taken = self.step(vec![event], Along::default()).await;
        self.active = under_way;
        taken.map(|_effects| ())
    }

    /// Lets one of the computer's sessions take in what a person wants of it,
    /// under way or not.
    pub(super) async fn wanted(&mut self, id: &SessionId, event: Event) -> Result<(), StoreError> {
        if self.active.as_ref().is_some_and(|active| active.row.id == *id) {
            return self.happens(event).await;
        }
        match self.row_of(id).await? {
            Some(row) => self.aside(row, event).await,
            None => Ok(()),
        }
    }

    /// An open session of this computer that is not under way.
    pub(super) async fn one_beside(&self, id: &SessionId) -> Result<Option<Active>, StoreError> {
        match self.row_of(id).await? {
            Some(row) => self.load(row).await,
            None => Ok(None),
        }
    }

    async fn row_of(&self, id: &SessionId) -> Result<Option<SessionRow>, StoreError> {
        let row = self.shared().store.session(&TenantScope::All, id).await?;
        Ok(row.filter(|row| row.open && row.computer == self.computer))
    }
}

/// Until when a session leaves its computer to others: somebody put it off, or
/// its preflight does not hold. It begins anew after that.
fn rests_until(session: &Session) -> Option<Timestamp> {
    match session.status() {
        Status::Postponed | Status::PendingPreflight => session.waits_until(),
        _ => None,
    }
}

/// Who wants it first, then who came first.
fn rank(active: &Active) -> (usize, String) {
    let origin = active.session.created().origin;
    let place = Origin::ALL.iter().position(|each| *each == origin).unwrap_or(usize::MAX);
    (place, active.row.id.to_string())
}
