//! One computer's task: its sessions, one after the other.
//!
//! [`Keeper::run`] first makes what is stored and what is loaded agree, then
//! waits for a signal, takes it in, and begins again. [`active`] is the session
//! under way; [`effects`] carries out what the machine asks for.

mod active;
mod blobs;
mod effects;
mod outside;
mod pathways;
mod queue;
mod reports;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use ordain_core::identity::Happening;
use ordain_core::order::Task;
use ordain_core::session::{Effect, Event, Kind, Session, Status};
use ordain_store::rows::SessionWrite;
use ordain_store::{AgentId, ComputerId, StoreError};
use tokio::sync::mpsc;

use super::{Drive, Shared, Signal, journal, news, summary, undone};
use crate::kill_point;
use active::Active;

/// How long a session that may not go on waits until it looks by itself.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// One computer's task.
pub(super) struct Keeper {
    drive: Drive,
    computer: ComputerId,
    signals: mpsc::Receiver<Signal>,
    /// Signals that were taken out of the line and not handled yet.
    stash: VecDeque<Signal>,
    active: Option<Active>,
    /// Whether sessions wait for their turn.
    waiting: bool,
    /// When the machine wants to be woken.
    wake_at: Option<Timestamp>,
    /// The order that is under way, for the scripts it names.
    task: Option<Arc<Task>>,
    /// Up to where each agent's reports are stored.
    acked: HashMap<AgentId, u64>,
}

/// What a write carries besides events.
#[derive(Default)]
struct Along {
    acked: Option<(AgentId, u64)>,
    order: Option<ordain_store::rows::NewOrder>,
    used_link: Option<ordain_store::rows::TokenHash>,
}

impl Keeper {
    pub(super) fn new(drive: Drive, computer: ComputerId, signals: mpsc::Receiver<Signal>) -> Self {
        Self {
            drive,
            computer,
            signals,
            stash: VecDeque::new(),
            active: None,
            waiting: false,
            wake_at: None,
            task: None,
            acked: HashMap::new(),
        }
    }

    fn shared(&self) -> &Shared {
        &self.drive.0
    }

    /// Keeps the computer's sessions moving until there are none, or the controller stops.
    pub(super) async fn run(&mut self) -> Result<(), StoreError> {
        loop {
            self.reconcile().await?;
            if self.active.is_none() && !self.waiting && self.leave().await {
                return Ok(());
            }
            let Some(signal) = self.next().await else { return Ok(()) };
            self.take(signal).await?;
        }
    }

    /// The next signal; none when the controller stops.
    async fn next(&mut self) -> Option<Signal> {
        if let Some(signal) = self.stash.pop_front() {
            return Some(signal);
        }
        let (wake_at, clock) = (self.wake_at, &self.drive.0.clock);
        let timer = async {
            match wake_at {
                Some(at) => clock.reach(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = self.drive.0.closing.cancelled() => None,
            signal = self.signals.recv() => signal,
            () = timer => Some(Signal::Wake),
        }
    }

    /// Ends the task, unless somebody has told it something in the meantime.
    async fn leave(&mut self) -> bool {
        if !self.stash.is_empty() {
            return false;
        }
        {
            let mut inboxes = self.drive.inboxes();
            if !self.signals.is_empty() {
                return false;
            }
            inboxes.remove(&self.computer);
            self.signals.close();
        }
        // Whoever was about to send has either sent or will start another task.
        let mut left = Vec::new();
        while let Some(signal) = self.signals.recv().await {
            left.push(signal);
        }
        let (drive, computer) = (self.drive.clone(), self.computer.clone());
        self.shared().tasks.spawn(async move {
            for signal in left {
                drive.tell(&computer, signal).await;
            }
        });
        true
    }

    /// Takes one signal in.
    async fn take(&mut self, signal: Signal) -> Result<(), StoreError> {
        match signal {
            Signal::Wake => self.woken().await,
            Signal::Connected { agent, order } => self.connected(&agent, order).await,
            Signal::Disconnected { agent } => self.disconnected(&agent).await,
            Signal::Report { agent, acked, report } => self.reports(agent, acked, *report).await,
            Signal::Refused { refusal } => self.refused(refusal).await,
            Signal::WantBlobs { agent, ids } => {
                self.send_blobs(agent, ids);
                Ok(())
            }
            Signal::Output { order, at, text } => {
                self.output(order, at, text);
                Ok(())
            }
            Signal::Cancel { session } => self.wanted(&session, Event::Cancelled).await,
            Signal::Decide { session, link, decision, answer } => {
                let decided = self.decide(&session, link, decision).await?;
                // Whoever asked may have gone; the decision stands.
                let _nobody = answer.send(decided);
                Ok(())
            }
            Signal::Postpone { session, until } => {
                self.wanted(&session, Event::Postponed(until)).await?;
                kill_point::reach("postponed-journaled");
                Ok(())
            }
        }
    }

    async fn woken(&mut self) -> Result<(), StoreError> {
        self.meet_enrolment().await?;
        let effects = self.meet_connection().await?;
        self.perform(effects).await?;
        let now = self.now();
        let due = self.wake_at.is_some_and(|at| at <= now);
        if due {
            self.wake_at = None;
        }
        let Some(active) = &self.active else { return Ok(()) };
        match (active.session.status(), active.session.waits_until()) {
            (Status::PendingConnectivity, _) if !due => Ok(()),
            (Status::AwaitingExecution, None) => self.perform(self.pending()).await,
            (Status::AwaitingExecution, Some(at)) if now < at => {
                self.wake_at = Some(at);
                Ok(())
            }
            (Status::AwaitingExecution, Some(_)) if !self.may_go_on().await? => {
                self.look_again();
                Ok(())
            }
            (Status::AwaitingExecution, Some(_)) => self.happens(Event::Woken).await,
            _ if due => self.happens(Event::Woken).await,
            _ => Ok(()),
        }
    }

    /// Whoever gives a turn back, or ends a pause, says so; that may be lost.
    fn look_again(&mut self) {
        self.wake_at = Some(self.now() + LOOK_AGAIN);
    }

    async fn refused(&mut self, refusal: ordain_wire::Refusal) -> Result<(), StoreError> {
        let own =
            self.active.as_ref().is_some_and(|active| active.row.id.as_str() == refusal.session);
        tracing::warn!(computer = %self.computer, order = refusal.order, code = refusal.code, message = refusal.message, own, "an agent refused an order");
        if own {
            let (code, message) = (bounded(&refusal.code, 64), bounded(&refusal.message, 2000));
            self.happens(Event::Refused { order: refusal.order, code, message }).await?;
        }
        Ok(())
    }

    /// Journals one event and performs what follows from it.
    async fn happens(&mut self, event: Event) -> Result<(), StoreError> {
        let effects = self.step(vec![event], Along::default()).await?;
        self.perform(effects).await
    }

    /// Lets the active session take events in, and has them on the disk before it returns.
    async fn step(&mut self, events: Vec<Event>, along: Along) -> Result<Vec<Effect>, StoreError> {
        let effects = self.advance(events, along).await?;
        self.write_down().await?;
        Ok(effects)
    }

    /// Lets the active session take events in, to be written down together with
    /// what comes next: [`Self::write_down`] is due before anybody hears of it.
    /// Where that fails, the task ends, and the next one begins with what is stored.
    async fn advance(
        &mut self,
        events: Vec<Event>,
        along: Along,
    ) -> Result<Vec<Effect>, StoreError> {
        let now = self.moment();
        let Some(active) = &self.active else { return Ok(Vec::new()) };
        let mut session = active.session.clone();
        let mut learnt = active.learnt.clone();
        let (mut effects, mut findings, mut entries) = (Vec::new(), Vec::new(), Vec::new());
        let detected = |session: &ordain_core::session::Session| session.findings().len();
        let before = detected(&session);
        for event in &events {
            entries.push(journal::write(event)?);
            effects.extend(session.step(event.clone(), now));
            findings.extend(learnt.take(&active.row, &session, event, now));
        }
        let row = summary::row(&active.row, &session, now);
        let mut write = SessionWrite::of(row.clone(), active.entries, now);
        write.events = entries;
        write.orders = along.order.into_iter().collect();
        write.acked = along.acked;
        write.used_link = along.used_link;
        write.facts = self.drive.0.inventory_facts(active.policy.as_deref(), &findings);
        write.findings = findings;
        write.inventoried = before == 0 && detected(&session) > 0 && active.is_whole();
        if session.status().is_over() {
            write.outcomes = summary::outcomes(&session);
            write.held = undone::left(&active.asked, &session, now)?;
        }
        write.gives_back = !active.session.serial().is_empty() && session.serial().is_empty();
        write.standing = standing_after(&active.session, &session);
        let learnt_of = summary::installed(&session);
        write.installed = learnt_of.difference(&active.installed).cloned().collect();
        self.tell(&active.session, &session, &mut write).await?;
        let Some(active) = &mut self.active else { return Ok(Vec::new()) };
        active.installed = learnt_of;
        active.entries += write.events.len() as u64;
        active.note(&events);
        (active.session, active.learnt, active.row) = (session, learnt, row);
        active.unwritten = Some(match active.unwritten.take() {
            Some(earlier) => earlier.then(write),
            None => write,
        });
        self.settle_turn();
        Ok(effects)
    }

    /// Has what the active session took in on the disk, in earnest.
    async fn write_down(&mut self) -> Result<(), StoreError> {
        let unwritten = self.active.as_mut().and_then(|active| active.unwritten.take());
        let Some(write) = unwritten else { return Ok(()) };
        let (id, gives_back) = (write.row.id.clone(), write.gives_back);
        let told = (!write.messages.is_empty(), !write.calls.is_empty());
        self.drive.0.store.journal(write).await?;
        self.shared().outside.wake(told.0, told.1);
        self.drive.0.news.tell(news::Item::Journaled(id));
        if gives_back {
            self.wake_line().await?;
        }
        Ok(())
    }

    /// A session that waits for its computer does not keep others from running.
    fn settle_turn(&self) {
        let Some(active) = &self.active else { return };
        match active.session.status() {
            // It takes the turn of what runs one at a time, or gives its own back.
            Status::AwaitingExecution if active.session.stands_in_line() && active.connected => {}
            Status::PendingConnectivity | Status::AwaitingExecution => self.give_turn_back(),
            Status::Running if active.connected => self.shared().turns.keep(self.claim(active)),
            // Who is away stands in nobody's way, and goes on beyond the limits.
            Status::Running => self.give_turn_back(),
            _ => {}
        }
    }

    /// When what happens now will have happened: what is written together has one time.
    fn moment(&self) -> Timestamp {
        let unwritten = self.active.as_ref().and_then(|active| active.unwritten.as_ref());
        unwritten.map_or_else(|| self.now(), |write| write.at)
    }

    /// Now, as a journal keeps it: a replay sees the same times.
    fn now(&self) -> Timestamp {
        let now = self.drive.0.clock.now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }

    fn output(&self, order: u64, at: ordain_wire::AtSpec, text: String) {
        let Some(active) = &self.active else { return };
        if active.session.order() == Some(order)
            && let Ok(at) = at.try_into()
        {
            self.shared().news.tell(news::Item::Output {
                session: active.row.id.clone(),
                at,
                text,
            });
        }
    }
}

/// What it means for its computer's standing that a session went on.
fn standing_after(before: &Session, after: &Session) -> Vec<Happening> {
    let (before, now) = (before.status(), after.status());
    if after.created().kind != Kind::Onboarding || before.is_over() {
        return Vec::new();
    }
    let begun = (before == Status::Created).then_some(Happening::Begun);
    // Where it was only observed, the computer still waits to be taken in.
    let observed = now == Status::Passed && after.execution().is_none();
    let ended = now.is_over().then_some(if observed { Status::Missed } else { now });
    let ended = ended.map(Happening::Ended);
    begun.into_iter().chain(ended).collect()
}

fn bounded(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}
