//! A computer's pathways: any one that is connected is enough, and an order
//! stays with the one that it was numbered for.

use ordain_core::session::Event;
use ordain_store::{AgentId, StoreError, TenantScope};
use ordain_wire::ControllerMessage;

use super::Keeper;

impl Keeper {
    pub(super) async fn connected(
        &mut self,
        agent: &AgentId,
        order: Option<u64>,
    ) -> Result<(), StoreError> {
        if let Some(row) = self.shared().store.agent(&TenantScope::All, agent).await? {
            self.acked.insert(agent.clone(), row.acked);
        }
        if let Some(number) = order {
            self.stop_what_is_over(agent, number).await?;
        }
        self.look_around().await
    }

    /// Has an agent stop an order whose session was ended while it was away.
    async fn stop_what_is_over(&self, agent: &AgentId, number: u64) -> Result<(), StoreError> {
        let store = &self.shared().store;
        let Some(order) = store.order(&TenantScope::All, agent, number).await? else {
            return Ok(());
        };
        let session = store.session(&TenantScope::One(order.tenant), &order.session).await?;
        if session.is_some_and(|session| !session.open) {
            tracing::info!(session = %order.session, %agent, number, "the agent is told to stop: its session is over");
            let message = ControllerMessage::Cancel { session: order.session.to_string() };
            // An agent that is gone again says so again.
            let _sent = self.shared().hub.send(agent, message);
        }
        Ok(())
    }

    pub(super) async fn disconnected(&mut self, agent: &AgentId) -> Result<(), StoreError> {
        tracing::debug!(computer = %self.computer, %agent, "a pathway is gone");
        self.look_around().await
    }

    /// Tells the session under way how its pathway stands. One that only looks
    /// goes to another pathway where its own is gone; what changes the computer
    /// stays, since its agent may be at it.
    async fn look_around(&mut self) -> Result<(), StoreError> {
        if self.active.is_none() {
            return Ok(());
        }
        if let Some(own) = self.own_pathway().cloned()
            && !self.shared().hub.is_connected(&own)
            && self.shared().hub.is_online(&self.computer)
            && let Some(order) = self.looking()
        {
            let message = format!("agent {own} is not connected any more, another one is");
            self.happens(Event::Refused { order, code: "stale".to_owned(), message }).await?;
        }
        let online = self.is_reachable();
        if self.active.as_ref().is_some_and(|active| !active.connected) {
            if !online {
                // Who is away stands in nobody's way.
                self.give_turn_back();
            }
            let effects = self.meet_connection().await?;
            return self.perform(effects).await;
        }
        self.happens(if online { Event::Connected } else { Event::Disconnected }).await
    }

    /// The order under way, where it only looks and was not accepted yet.
    fn looking(&self) -> Option<u64> {
        let session = &self.active.as_ref()?.session;
        if session.execution().is_some() { None } else { session.order() }
    }

    /// The pathway that the order under way was numbered for.
    pub(super) fn own_pathway(&self) -> Option<&AgentId> {
        let active = self.active.as_ref()?;
        active.order(active.session.order()?).map(|order| &order.agent)
    }

    /// Whether the session under way can go on: by its own pathway, or by any
    /// where it has none yet.
    pub(super) fn is_reachable(&self) -> bool {
        let hub = &self.shared().hub;
        match self.own_pathway() {
            Some(own) => hub.is_connected(own),
            None => hub.is_online(&self.computer),
        }
    }
}
