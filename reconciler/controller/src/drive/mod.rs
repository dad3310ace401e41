//! Sessions: one task for each computer that has something going on.
//!
//! A task ([`keeper`]) owns the sessions of its computer: it loads them from
//! the store, lets the core's machine decide, journals each event and then
//! performs the effects. What others send it only wakes it or reports; what
//! must not be lost is in the store, or is repeated by the agent. A task ends
//! when nothing is open, and one that panics takes nothing else with it.
//!
//! Next: [`journal`] for how events are written, [`planning`] for what the
//! machine asks of the policy, [`summary`] for what is stored beside the
//! journal, [`turns`] for who may run, [`news`] for those who watch.

pub(crate) mod begin;
pub(crate) mod journal;
mod keeper;
pub(crate) mod news;
mod outcome;
mod planning;
pub(crate) mod request;
mod summary;
mod turns;
pub(crate) mod undone;

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use jiff::Timestamp;
use ordain_store::rows::{SessionRow, TokenHash};
use ordain_store::{AgentId, ComputerId, SessionId, Store};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::follow::{Git, Past, PolicyState};
use crate::hub::Hub;
use crate::notify::Outside;

use keeper::Keeper;
use news::News;
use turns::Turns;

/// Signals that wait for one computer's task.
const INBOX: usize = 512;
/// How long a computer is left alone after its task failed.
const AFTER_FAILURE: Duration = Duration::from_secs(10);

/// What a computer's task is told.
#[derive(Debug)]
pub(crate) enum Signal {
    /// Look at what is stored.
    Wake,
    /// The computer's agent has said hello, and which order it is at.
    Connected { agent: AgentId, order: Option<u64> },
    /// An agent of the computer is gone.
    Disconnected { agent: AgentId },
    /// An entry of the agent's journal; up to `acked` it may not have them any more.
    Report { agent: AgentId, acked: u64, report: Box<ordain_wire::Report> },
    /// An order is not carried out.
    Refused { refusal: ordain_wire::Refusal },
    /// The agent asks for scripts.
    WantBlobs { agent: AgentId, ids: Vec<String> },
    /// Output as it comes.
    Output { order: u64, at: ordain_wire::AtSpec, text: String },
    /// Somebody cancels a session.
    Cancel { session: SessionId },
    /// Somebody puts a session off.
    Postpone { session: SessionId, until: Timestamp },
    /// A person decides about a session by the link in a message.
    Decide { session: SessionId, link: TokenHash, decision: Decision, answer: Answer },
}

/// What a person may decide about a session that waits for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    /// At once.
    Run,
    /// Not before this time.
    Postpone(Timestamp),
    /// Not at all.
    Cancel,
}

/// What has become of a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decided {
    /// It is in the journal, and the link is used up.
    Done,
    /// The link was used before, or is too old.
    Before,
    /// The session does not wait any more, or cannot do that now; the link is as it was.
    NotNow,
}

/// Where that is told.
pub(crate) type Answer = oneshot::Sender<Decided>;

/// What every task needs.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) git: Arc<Git>,
    pub(crate) policy: watch::Receiver<PolicyState>,
    pub(crate) turns: Turns,
    pub(crate) news: News,
    /// What waiting goes by.
    pub(crate) clock: Clock,
    /// Commits that were in force once.
    past: Past,
    /// Who else is told what happens.
    pub(crate) outside: Outside,
    closing: CancellationToken,
    tasks: TaskTracker,
    inboxes: Mutex<HashMap<ComputerId, mpsc::Sender<Signal>>>,
}

/// The way to the computers' tasks.
#[derive(Clone)]
pub(crate) struct Drive(Arc<Shared>);

impl Drive {
    pub(crate) fn new(
        store: Arc<dyn Store>,
        hub: Arc<Hub>,
        git: Arc<Git>,
        policy: watch::Receiver<PolicyState>,
        clock: Clock,
        outside: Outside,
        closing: CancellationToken,
    ) -> Self {
        let (turns, news) = (Turns::default(), News::default());
        Self(Arc::new(Shared {
            store,
            hub,
            git,
            policy,
            turns,
            news,
            clock,
            past: Past::default(),
            outside,
            closing,
            tasks: TaskTracker::new(),
            inboxes: Mutex::default(),
        }))
    }

    /// What happens to sessions, for those who watch.
    pub(crate) fn news(&self) -> &News {
        &self.0.news
    }

    /// Tells a computer's task, starting it where there is none.
    pub(crate) async fn tell(&self, computer: &ComputerId, signal: Signal) {
        let mut signal = signal;
        while !self.0.closing.is_cancelled() {
            match self.inbox(computer).send(signal).await {
                Ok(()) => return,
                // That task has just ended: the next one takes it.
                Err(unsent) => signal = unsent.0,
            }
        }
    }

    /// Lets sessions that were open go on.
    pub(crate) async fn resume(&self, open: &[SessionRow]) {
        let mut computers: Vec<&ComputerId> =
            open.iter().map(|session| &session.computer).collect();
        computers.sort();
        computers.dedup();
        for computer in computers {
            self.tell(computer, Signal::Wake).await;
        }
    }

    /// Wakes every task that there is.
    pub(crate) async fn wake_all(&self) {
        let computers: Vec<ComputerId> = self.inboxes().keys().cloned().collect();
        for computer in computers {
            self.tell(&computer, Signal::Wake).await;
        }
    }

    /// Waits until every task has ended; they do once the controller stops.
    pub(crate) async fn wait(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn inboxes(&self) -> MutexGuard<'_, HashMap<ComputerId, mpsc::Sender<Signal>>> {
        self.0.inboxes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn inbox(&self, computer: &ComputerId) -> mpsc::Sender<Signal> {
        let mut inboxes = self.inboxes();
        if let Some(inbox) = inboxes.get(computer).filter(|inbox| !inbox.is_closed()) {
            return inbox.clone();
        }
        let (inbox, signals) = mpsc::channel(INBOX);
        inboxes.insert(computer.clone(), inbox.clone());
        self.0.tasks.spawn(keep(self.clone(), computer.clone(), signals));
        inbox
    }
}

/// Runs a computer's task; after a failure the computer is left alone for a
/// moment and then looked at afresh, from what is stored.
async fn keep(drive: Drive, computer: ComputerId, signals: mpsc::Receiver<Signal>) {
    let mut keeper = Keeper::new(drive.clone(), computer.clone(), signals);
    let ended = AssertUnwindSafe(keeper.run()).catch_unwind().await;
    drive.0.turns.release(&computer);
    let trouble = match ended {
        Ok(Ok(())) => return,
        Ok(Err(error)) => crate::api::chain(&error),
        Err(_panic) => "a defect of this program".to_owned(),
    };
    tracing::error!(%computer, trouble, "the computer's sessions could not be kept; trying again");
    for agent in drive.0.hub.agents_of(&computer) {
        // What it reported in the meantime is not stored: connecting again repeats it.
        drive.0.hub.cut(&agent);
    }
    // Only now: whoever was about to tell it something finds its line cut.
    drop(keeper);
    tokio::select! {
        () = drive.0.closing.cancelled() => {}
        () = drive.0.clock.reach(drive.0.clock.now() + AFTER_FAILURE) => drive.tell(&computer, Signal::Wake).await,
    }
}
