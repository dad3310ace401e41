//! Reports: what an agent has journaled, taken in once, stored, acknowledged.

use jiff::Timestamp;
use ordain_core::execute::Progress;
use ordain_core::session::{self, Event};
use ordain_store::rows::{KeptContent, KeptRow};
use ordain_store::{AgentId, ComputerId, StoreError, TenantId, TenantScope};
use ordain_wire::{ContentSpec, ControllerMessage, KeptSpec, Report, ReportBody};

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
        acked: u64,
        report: Report,
    ) -> Result<(), StoreError> {
        let mut batch = vec![(acked, report)];
        while batch.len() < BATCH {
            match self.signals.try_recv() {
                Ok(Signal::Report { agent: other, acked, report }) if other == agent => {
                    batch.push((acked, *report));
                }
                Ok(other) => {
                    self.stash.push_back(other);
                    break;
                }
                Err(_) => break,
            }
        }
        let stored = self.stored(&agent).await?;
        let (mut batch, whole) = in_line(batch, stored);
        let highest = batch.last().map_or(stored, |report| report.seq);
        self.keep(&agent, &mut batch).await?;
        let events: Vec<Event> =
            batch.into_iter().filter_map(|report| self.event(&agent, report)).collect();
        let under_way = events.iter().any(starts);
        let mut effects = Vec::new();
        if highest > stored {
            if events.is_empty() {
                self.shared().store.acknowledge(&agent, highest).await?;
            } else {
                let acked = Some((agent.clone(), highest));
                effects = self.step(events, Along { acked, ..Along::default() }).await?;
            }
            self.acked.insert(agent.clone(), highest);
        }
        if under_way {
            kill_point::reach("during-execution");
        }
        kill_point::reach("report-stored");
        // An agent that is gone asks for it when it comes back.
        let _sent = self.shared().hub.send(&agent, ControllerMessage::Ack { seq: highest });
        if !whole {
            tracing::warn!(%agent, stored = highest, "a report was lost on its way: the agent repeats what follows");
            self.shared().hub.cut(&agent);
        }
        self.perform(effects).await
    }

    /// Keeps what outlives its session, whether that is still under way or not:
    /// before anything is acknowledged, and once, however often it comes.
    async fn keep(&self, agent: &AgentId, batch: &mut Vec<Report>) -> Result<(), StoreError> {
        if !batch.iter().any(|report| matches!(report.body, ReportBody::Kept(_))) {
            return Ok(());
        }
        let store = &self.shared().store;
        let tenant = store.agent(&TenantScope::All, agent).await?.map(|row| row.tenant);
        let mut rows = Vec::new();
        let mut rest = Vec::with_capacity(batch.len());
        for Report { seq, order, session, body } in batch.drain(..) {
            match (body, &tenant) {
                (ReportBody::Kept(kept), Some(tenant)) => {
                    rows.push(kept_row(tenant, &self.computer, agent, seq, kept));
                }
                (ReportBody::Kept(_), None) => {}
                (body, _) => rest.push(Report { seq, order, session, body }),
            }
        }
        *batch = rest;
        store.keep(rows).await?;
        kill_point::reach("kept-stored");
        Ok(())
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

/// The reports that follow without a gap upon what is stored, and whether those
/// are all. Taking one in behind a gap would acknowledge what was never heard.
/// What was acknowledged to the agent is no gap: a store that knew more has done
/// that, and the agent may not have it any more.
fn in_line(batch: Vec<(u64, Report)>, stored: u64) -> (Vec<Report>, bool) {
    let mut last = stored;
    let mut taken = Vec::with_capacity(batch.len());
    for (acked, report) in batch {
        if report.seq <= last {
            continue;
        }
        if report.seq - 1 > last.max(acked) {
            return (taken, false);
        }
        last = report.seq;
        taken.push(report);
    }
    (taken, true)
}

/// The longest text that is kept, in bytes; an agent sends none that is longer.
const LONGEST: usize = 1024 * 1024;

fn kept_row(
    tenant: &TenantId,
    computer: &ComputerId,
    agent: &AgentId,
    seq: u64,
    kept: KeptSpec,
) -> KeptRow {
    let cut = |mut text: String| {
        text.truncate(text.floor_char_boundary(LONGEST));
        text
    };
    KeptRow {
        tenant: tenant.clone(),
        computer: computer.clone(),
        agent: agent.clone(),
        seq,
        item: cut(kept.item),
        name: cut(kept.name),
        made_at: Timestamp::from_millisecond(kept.made_ms).unwrap_or_else(|_| Timestamp::now()),
        content: match kept.content {
            ContentSpec::Plain { text } => KeptContent::Plain(cut(text)),
            ContentSpec::Escrow { age } => KeptContent::Escrow(cut(age)),
        },
    }
}

/// Whether a piece of work has just started on the computer.
fn starts(event: &Event) -> bool {
    matches!(event, Event::Reported { report: session::Report::Progress(Progress::Started(_)), .. })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(batch: &[(u64, u64)], stored: u64) -> (Vec<u64>, bool) {
        let report = |seq| {
            let (session, body) = ("s".to_owned(), ReportBody::Accepted);
            Report { seq, order: 1, session, body }
        };
        let batch = batch.iter().map(|(acked, seq)| (*acked, report(*seq))).collect();
        let (taken, whole) = in_line(batch, stored);
        (taken.iter().map(|report| report.seq).collect(), whole)
    }

    #[test]
    fn nothing_is_taken_in_behind_a_gap() {
        assert_eq!(taken(&[(0, 1), (0, 2)], 0), (vec![1, 2], true));
        assert_eq!(taken(&[(0, 1), (0, 2), (0, 2), (0, 3)], 1), (vec![2, 3], true), "repeated");
        assert_eq!(taken(&[(0, 2), (0, 1)], 0), (vec![], false), "out of order");
        assert_eq!(taken(&[(1, 3), (1, 2)], 1), (vec![], false), "the first on its line, too");
        assert_eq!(taken(&[(0, 1), (0, 3), (0, 2)], 0), (vec![1], false));
        assert_eq!(taken(&[(50, 51), (50, 52)], 10), (vec![51, 52], true), "a store of yesterday");
        assert_eq!(taken(&[(50, 52), (50, 51)], 10), (vec![], false), "and a gap behind it");
        assert_eq!(taken(&[(0, 0)], 0), (vec![], true), "no number that anything has");
    }
}
