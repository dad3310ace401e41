//! Reports: what an agent has journaled, taken in once, stored, acknowledged.

use ordain_core::execute::Progress;
use ordain_core::session::{self, Event};
use ordain_store::{AgentId, StoreError, TenantScope};
use ordain_wire::{ControllerMessage, Report};

use super::super::{Signal, journal};
use super::{Along, Keeper};
use crate::kill_point;

/// Reports that share a write.
const BATCH: usize = 128;

impl Keeper {
    /// Takes a report in, with those that have come behind it in the meantime.
    pub(super) async fn reports(
        &mut self,
        agent: AgentId,
        first: Report,
    ) -> Result<(), StoreError> {
        let mut batch = vec![first];
        while batch.len() < BATCH {
            match self.signals.try_recv() {
                Ok(Signal::Report { agent: other, report }) if other == agent => {
                    batch.push(*report);
                }
                Ok(other) => {
                    self.stash.push_back(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let stored = self.stored(&agent).await?;
        let highest = batch.iter().map(|report| report.seq).max().unwrap_or(0);
        batch.retain(|report| report.seq > stored);
        let events: Vec<Event> =
            batch.into_iter().filter_map(|report| self.event(&agent, report)).collect();
        let under_way = events.iter().any(starts);
        let mut effects = Vec::new();
        if highest > stored {
            if events.is_empty() {
                self.shared().store.acknowledge(&agent, highest).await?;
            } else {
                let acked = Some((agent.clone(), highest));
                effects = self.step(events, Along { acked, order: None }).await?;
            }
            self.acked.insert(agent.clone(), highest);
        }
        if under_way {
            kill_point::reach("during-execution");
        }
        kill_point::reach("report-stored");
        // An agent that is gone asks for it when it comes back.
        let _sent =
            self.shared().hub.send(&agent, ControllerMessage::Ack { seq: highest.max(stored) });
        self.perform(effects).await
    }

    /// Up to where an agent's reports are stored.
    async fn stored(&mut self, agent: &AgentId) -> Result<u64, StoreError> {
        if let Some(stored) = self.acked.get(agent) {
            return Ok(*stored);
        }
        let row = self.shared().store.agent(&TenantScope::All, agent).await?;
        let stored = row.map_or(0, |row| row.acked);
        self.acked.insert(agent.clone(), stored);
        Ok(stored)
    }

    /// The event that a report is to the session under way; none where it is about another one.
    fn event(&self, agent: &AgentId, report: Report) -> Option<Event> {
        let active = self.active.as_ref()?;
        if active.row.id.as_str() != report.session {
            tracing::debug!(%agent, session = report.session, "a report about a session that is over");
            return None;
        }
        let (order, seq) = (report.order, report.seq);
        match journal::report(report.body) {
            Ok(report) => Some(Event::Reported { order, seq, report }),
            Err(error) => {
                tracing::error!(%agent, session = %active.row.id, seq, %error, "a report makes no sense; the session is given up");
                Some(Event::Lost(format!("the agent sent a report that makes no sense: {error}")))
            }
        }
    }
}

/// Whether a piece of work has just started on the computer.
fn starts(event: &Event) -> bool {
    matches!(event, Event::Reported { report: session::Report::Progress(Progress::Started(_)), .. })
}
