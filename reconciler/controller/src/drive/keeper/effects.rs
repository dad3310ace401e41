//! Carrying out what the machine asks for. Each may happen more than once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ordain_core::fleet::Domains;
use ordain_core::order::Task;
use ordain_core::policy::Policy;
use ordain_core::session::{Effect, Event, Status};
use ordain_schema::document::{Approval, ComputerFacts, RolloutFacts};
use ordain_store::rows::{NewOrder, OrderRow, SerialClaim};
use ordain_store::{AgentId, StoreError, TenantId, TenantScope};
use ordain_wire::{ControllerMessage, Order};

use super::super::{Signal, planning};
use super::{Along, Keeper};
use crate::follow::InForce;
use crate::kill_point;
use crate::recorded::Told;

/// How long an order may lie before an agent refuses it.
const ORDER_LIFETIME: Duration = Duration::from_hours(24);
/// How often a plan is made again for rollouts that begin with it.
const PLANS: u32 = 3;

impl Keeper {
    /// Performs effects, and whatever follows from their answers. What only
    /// leads from one thought to the next is written down with the last of them.
    pub(super) async fn perform(&mut self, effects: Vec<Effect>) -> Result<(), StoreError> {
        let mut outstanding: VecDeque<Effect> = effects.into();
        while let Some(effect) = outstanding.pop_front() {
            if !is_thought(&effect) {
                self.write_down().await?;
            }
            let more = match effect {
                Effect::Resolve => {
                    let event = self.resolve().await?;
                    self.advance(vec![event], Along::default()).await?
                }
                Effect::MakePlan => {
                    let event = self.make_plan().await?;
                    self.advance(vec![event], Along::default()).await?
                }
                Effect::TakeSerial(what) => self.take_serial(what).await?,
                Effect::NumberOrder => self.number_order().await?,
                Effect::SendOrder { number, task } => {
                    self.send_order(number, task);
                    Vec::new()
                }
                Effect::CancelOrder { number } => {
                    self.cancel_order(number);
                    Vec::new()
                }
                Effect::Wake { seconds } => {
                    self.wake_at = Some(self.now() + Duration::from_secs(seconds.into()));
                    Vec::new()
                }
                Effect::WakeAt(at) => {
                    self.wake_at = Some(at);
                    Vec::new()
                }
                Effect::Ended(status) => {
                    let active = self.active.as_ref();
                    let serial = active.is_some_and(|active| !active.session.serial().is_empty());
                    self.ended(status);
                    if serial {
                        self.wake_line().await?;
                    }
                    Vec::new()
                }
            };
            outstanding.extend(more);
        }
        self.write_down().await
    }

    async fn resolve(&mut self) -> Result<Event, StoreError> {
        let in_force = self.shared().policy.borrow().in_force.clone();
        let Some(in_force) = in_force else {
            return Ok(Event::NotResolved(
                "no valid commit is in force yet; `ordain status` says why".to_owned(),
            ));
        };
        let Some(subject) = self.subject(&in_force).await? else {
            return Ok(Event::NotResolved("the computer was removed".to_owned()));
        };
        if !subject.standing.is_settled() {
            let why = "two say to be this computer; `ordain computers decide` tells them apart";
            return Ok(Event::NotResolved(why.to_owned()));
        }
        if let Some(active) = &mut self.active {
            active.policy = Some(in_force.clone());
        }
        Ok(planning::resolve(in_force, subject, self.now()).await)
    }

    async fn make_plan(&mut self) -> Result<Event, StoreError> {
        let current = self.shared().policy.borrow().in_force.clone();
        let resolved = self.active.as_ref().and_then(|active| active.policy.clone());
        let Some(in_force) = resolved.or(current) else {
            return Ok(Event::NotPlanned(
                "no valid commit is in force yet; `ordain status` says why".to_owned(),
            ));
        };
        for _ in 0..PLANS {
            let Some(subject) = self.subject(&in_force).await? else {
                return Ok(Event::NotPlanned("the computer was removed".to_owned()));
            };
            let made = planning::plan(in_force.clone(), subject, self.now()).await;
            if made.begins.is_empty() {
                return Ok(made.event);
            }
            self.shared().store.start_rollouts(made.begins).await?;
        }
        Ok(Event::NotPlanned("its rollouts keep changing; it is planned again later".to_owned()))
    }

    /// What deployments have installed on the computer and let go of, each with
    /// the last commit that said that it is taken away then.
    async fn forsaken(
        &self,
        in_force: &Arc<InForce>,
        scope: &TenantScope,
        facts: &ComputerFacts,
        approvals: &[Approval],
        tenant: &[ComputerFacts],
    ) -> Result<Vec<planning::Left>, StoreError> {
        let shared = self.shared();
        let rows = shared.store.installed(scope, &self.computer).await?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let (facts, approvals) = (facts.clone(), approvals.to_vec());
        let tenant = tenant.to_vec();
        let rows =
            planning::let_go(in_force.clone(), facts, approvals, tenant, rows, self.now()).await;
        let mut forsaken = Vec::new();
        for (item, row) in rows {
            match shared.past.commit(&shared.git, &row.revision).await {
                Ok(past) => {
                    forsaken.push(planning::Left { deployment: row.deployment, item, past });
                }
                Err(error) => {
                    tracing::error!(revision = row.revision, item = row.item, error = %crate::api::chain(&error), "the commit that takes an item away again cannot be read: the item stays");
                }
            }
        }
        Ok(forsaken)
    }

    /// The key by which the computer's rings go, where there are any.
    async fn key(
        &self,
        in_force: &InForce,
        scope: &TenantScope,
    ) -> Result<Option<String>, StoreError> {
        if !has_rollouts(&in_force.policy) {
            return Ok(None);
        }
        crate::recorded::key(&*self.shared().store, scope, &self.computer).await
    }

    /// The rollouts that may hold something back on the computer.
    async fn rollouts(
        &self,
        in_force: &InForce,
        tenant: &TenantId,
    ) -> Result<Vec<RolloutFacts>, StoreError> {
        if !has_rollouts(&in_force.policy) {
            return Ok(Vec::new());
        }
        crate::recorded::rollouts_of(&*self.shared().store, &in_force.policy, tenant).await
    }

    /// Everything that planning needs to know of the computer.
    pub(super) async fn subject(
        &self,
        in_force: &Arc<InForce>,
    ) -> Result<Option<planning::Known>, StoreError> {
        let Some(active) = &self.active else { return Ok(None) };
        let scope = TenantScope::One(active.row.tenant.clone());
        let Some(row) = self.shared().store.computer(&scope, &self.computer).await? else {
            return Ok(None);
        };
        let recorded = self.shared().store.findings(&scope, Some(&self.computer)).await?;
        let said = self.shared().store.facts(&scope, Some(&self.computer)).await?;
        let hub = &self.shared().hub;
        let tenant = if in_force.scripts.ask_about(&in_force.policy, row.tenant.as_str()) {
            let policy = Some(&*in_force.policy);
            crate::recorded::computers(&*self.shared().store, &scope, policy, |id| {
                hub.is_online(id)
            })
            .await?
        } else {
            Vec::new()
        };
        let facts = ComputerFacts {
            key: self.key(in_force, &scope).await?,
            ..crate::recorded::computer(
                &row,
                &Told { findings: &recorded, facts: &said },
                &Domains::new(&in_force.policy),
                hub.is_online(&self.computer),
            )
        };
        let approvals =
            crate::recorded::approvals(&*self.shared().store, &scope, Some(&in_force.policy))
                .await?;
        Ok(Some(planning::Known {
            standing: row.standing,
            forsaken: self.forsaken(in_force, &scope, &facts, &approvals, &tenant).await?,
            approvals,
            zone: crate::recorded::time_zone(&row),
            facts,
            tenant,
            findings: active.session.findings().to_vec(),
            asked: active.asked.clone(),
            kind: active.session.created().kind,
            rollouts: self.rollouts(in_force, &row.tenant).await?,
        }))
    }

    async fn number_order(&mut self) -> Result<Vec<Effect>, StoreError> {
        // The agent asks for what is outstanding when it connects.
        let Some(agent) = self.shared().hub.agent_of(&self.computer) else { return Ok(Vec::new()) };
        let Some(row) = self.shared().store.agent(&TenantScope::All, &agent).await? else {
            return Ok(Vec::new());
        };
        let revision = self
            .active
            .as_ref()
            .and_then(|active| active.session.revision())
            .unwrap_or_default()
            .to_owned();
        let number = row.last_order + 1;
        // By the agent's clock, which no test sets.
        let expires_at = Timestamp::now() + ORDER_LIFETIME;
        let created_at = self.moment();
        let Some(active) = &mut self.active else { return Ok(Vec::new()) };
        active.order = Some(OrderRow {
            tenant: active.row.tenant.clone(),
            agent: agent.clone(),
            number,
            session: active.row.id.clone(),
            revision: revision.clone(),
            created_at,
            expires_at,
        });
        let order = NewOrder { agent, number, revision, expires_at };
        self.advance(
            vec![Event::Numbered(number)],
            Along { order: Some(order), ..Along::default() },
        )
        .await
    }

    fn send_order(&mut self, number: u64, task: Arc<Task>) {
        self.task = Some(task.clone());
        let Some(active) = &self.active else { return };
        let Some(written) = active.order(number).cloned() else {
            tracing::error!(session = %active.row.id, number, "an order that was never written down is not sent");
            return;
        };
        let agent = written.agent;
        let order = Order {
            number,
            agent: agent.to_string(),
            tenant: active.row.tenant.to_string(),
            session: active.row.id.to_string(),
            revision: written.revision,
            expires: written.expires_at.as_second(),
            body: (*task).clone().into(),
        };
        kill_point::reach(match &*task {
            Task::Detect(_) => "before-detect-sent",
            Task::Execute { .. } => "before-execute-sent",
        });
        self.send(&agent, ControllerMessage::Order(order));
        kill_point::reach(match &*task {
            Task::Detect(_) => "during-detection",
            Task::Execute { .. } => "execute-sent",
        });
    }

    fn cancel_order(&self, number: u64) {
        let Some(active) = &self.active else { return };
        if let Some(order) = active.order(number) {
            tracing::info!(session = %active.row.id, number, "the agent is told to stop");
            let session = active.row.id.to_string();
            self.send(&order.agent, ControllerMessage::Cancel { session });
        }
    }

    /// A message that does not get through is asked for again by the next connection.
    fn send(&self, agent: &AgentId, message: ControllerMessage) {
        let _sent = self.shared().hub.send(agent, message);
    }

    /// Takes the turns of what runs one at a time, where they are free.
    async fn take_serial(&mut self, what: Vec<String>) -> Result<Vec<Effect>, StoreError> {
        if !self.may_go_on().await? {
            return Ok(Vec::new());
        }
        let Some(active) = &self.active else { return Ok(Vec::new()) };
        let row = &active.row;
        let (tenant, session) = (row.tenant.clone(), row.id.clone());
        let claim = SerialClaim { tenant, session, computer: row.computer.clone(), what };
        if !self.shared().store.take_serial(claim).await? {
            tracing::info!(session = %row.id, "a session waits: what it does runs one at a time");
            self.give_turn_back();
            return Ok(Vec::new());
        }
        kill_point::reach("serial-taken");
        self.step(vec![Event::SerialTaken], Along::default()).await
    }

    /// Has those look who stand in line for what runs one at a time.
    pub(super) async fn wake_line(&self) -> Result<(), StoreError> {
        let shared = self.shared();
        for next in shared.store.serial_line(&TenantScope::All).await? {
            let drive = self.drive.clone();
            shared.tasks.spawn(async move { drive.tell(&next, Signal::Wake).await });
        }
        Ok(())
    }

    fn ended(&mut self, status: Status) {
        if let Some(active) = self.active.take() {
            let row = &active.row;
            tracing::info!(session = %row.id, tenant = %row.tenant, computer = row.computer_name, status = status.word(), reason = row.reason, "a session ended");
        }
        self.task = None;
        self.wake_at = None;
        self.give_turn_back();
    }
}

/// Whether an effect is the controller's own affair: nobody else hears of it, and
/// it needs nothing of what the session took in to be stored.
fn is_thought(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Resolve | Effect::NumberOrder | Effect::Wake { .. } | Effect::WakeAt(_)
    )
}

fn has_rollouts(policy: &Policy) -> bool {
    policy.rollout(None).is_some() || policy.deployments().iter().any(|one| one.rollout.is_some())
}
