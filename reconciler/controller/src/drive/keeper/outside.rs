//! What the outside is told of a session, persons and webhooks, and what a
//! person decides by the link that came with it.
//!
//! What is told on which occasion is [`crate::notify`]'s.

use ordain_core::schedule;
use ordain_core::session::{Effect, Event, Session};
use ordain_store::rows::{LinkRow, NewMessage, SessionWrite, TokenHash};
use ordain_store::{SessionId, StoreError, TenantScope};

use super::super::{Decided, Decision, planning};
use super::{Along, Keeper};
use crate::notify::{About, calls, compare, due};

impl Keeper {
    /// Adds what a step gives occasion to, to be written with it.
    pub(super) async fn tell(
        &self,
        before: &Session,
        behind: &Session,
        write: &mut SessionWrite,
    ) -> Result<(), StoreError> {
        write.messages = self.letters(before, behind).await?;
        let hooks = &self.shared().outside.hooks;
        let mut known = Vec::new();
        if !write.outcomes.is_empty() && compare(hooks, write.row.tenant.as_str()) {
            let scope = TenantScope::One(write.row.tenant.clone());
            known = self.shared().store.last_outcomes(&scope, &write.row.computer).await?;
        }
        write.calls = calls(hooks, before.status().word(), behind, write, &known);
        Ok(())
    }

    /// Carries out what a person decides by a link about a session that waits for
    /// its time, or that was put off and rests beside the one under way.
    pub(super) async fn decide(
        &mut self,
        id: &SessionId,
        link: TokenHash,
        decision: Decision,
    ) -> Result<Decided, StoreError> {
        if self.active.as_ref().is_some_and(|active| active.row.id == *id) {
            let (decided, effects) = self.decided(link, decision).await?;
            self.perform(effects).await?;
            return Ok(decided);
        }
        let Some(resting) = self.one_beside(id).await? else { return Ok(Decided::NotNow) };
        let under_way = self.active.replace(resting);
        let decided = self.decided(link, decision).await;
        self.active = under_way;
        decided.map(|(decided, _effects)| decided)
    }

    /// What the loaded session makes of a decision: journaled and the link used
    /// up in one write, so that a crash leaves both or neither.
    async fn decided(
        &mut self,
        link: TokenHash,
        decision: Decision,
    ) -> Result<(Decided, Vec<Effect>), StoreError> {
        let Some(active) = &self.active else { return Ok((Decided::NotNow, Vec::new())) };
        let scope = TenantScope::One(active.row.tenant.clone());
        let held = self.shared().store.link(&scope, &link).await?;
        let open = |held: &LinkRow| held.used_at.is_none() && self.now() <= held.until;
        if !held.is_some_and(|held| held.key.session == active.row.id && open(&held)) {
            return Ok((Decided::Before, Vec::new()));
        }
        let decidable = active.session.decidable_until().is_some();
        let (event, possible) = match decision {
            Decision::Run => (Event::Hurried, active.session.can_be_hurried()),
            Decision::Postpone(until) => (Event::Postponed(until), decidable),
            Decision::Cancel => (Event::Cancelled, decidable),
        };
        if !possible || (decision == Decision::Run && !self.may_go_on().await?) {
            return Ok((Decided::NotNow, Vec::new()));
        }
        let along = Along { used_link: Some(link), ..Along::default() };
        let effects = self.step(vec![event], along).await?;
        Ok((Decided::Done, effects))
    }

    async fn letters(
        &self,
        before: &Session,
        behind: &Session,
    ) -> Result<Vec<NewMessage>, StoreError> {
        let nothing = Vec::new();
        let (Some(active), Some(mailing)) = (&self.active, &self.shared().outside.mailing) else {
            return Ok(nothing);
        };
        let in_force = self.shared().policy.borrow().in_force.clone();
        let Some(in_force) = active.policy.clone().or(in_force) else { return Ok(nothing) };
        let policy = &in_force.policy;
        let name = active.asked.schedule.as_deref();
        let Some(schedule) = name.and_then(|name| policy.schedule_at(name)) else {
            return Ok(nothing);
        };
        let Some(due) = due(before, behind, &schedule.notify) else { return Ok(nothing) };
        let Some(known) = self.subject(&in_force).await? else { return Ok(nothing) };
        let tenant = policy.tenants().find(active.row.tenant.as_str());
        let zone = schedule::zone(policy, schedule, tenant, known.zone.as_deref());
        let person = planning::primary(in_force.clone(), known, self.now()).await;
        let about = About {
            policy,
            tenant,
            computer: &active.row.computer_name,
            zone,
            person: person.as_deref(),
            url: &mailing.url,
        };
        Ok(about.messages(due, behind))
    }
}
