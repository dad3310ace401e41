//! The daemon without its listener: the same parts, loops and connections,
//! driven by a clock that is set by hand and by lines within the process.
//!
//! For tests and benchmarks across crates. Built only with the feature
//! `simulation`. Whoever holds a [`Daemon`] owns the runtime it lives on:
//! dropping both is what a crash is.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::ws::Message;
use jiff::Timestamp;
use ordain_core::session::{Kind, Origin};
use ordain_schema::document::Offline;
use ordain_source::Watch;
use ordain_store::rows::AgentStatus;
use ordain_store::{AgentId, ComputerId, SessionId, SqliteStore, TenantScope};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::authority::Authority;
use crate::config::ServeConfig;
use crate::data::DataFolder;
use crate::drive::request::Asked;
use crate::drive::{Signal, begin};
use crate::follow::Git;
use crate::hub::{Line, Member, socket};
use crate::serve::{Composed, ServeError, compose};

/// How often the branch is looked at where nobody asks for it.
const SELDOM: Duration = Duration::from_hours(24 * 365);

/// A daemon without a listener.
pub struct Daemon {
    composed: Composed,
    /// Held as long as the daemon runs.
    _folder: DataFolder,
}

/// An agent's end of a line: messages as text, both ways, in order.
#[derive(Debug)]
pub struct Wire {
    /// What the agent says.
    pub say: UnboundedSender<String>,
    /// What it hears; at its end once the controller has closed the line.
    pub hear: UnboundedReceiver<String>,
}

/// What is wanted of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Its id; the order of ids is the order of sessions.
    pub id: String,
    /// The computer's id.
    pub computer: String,
    /// Its kind.
    pub kind: Kind,
    /// The item that it is limited to.
    pub item: Option<String>,
}

impl Daemon {
    /// Starts everything but the listener over a store.
    ///
    /// # Errors
    /// As [`crate::serve()`].
    pub async fn start(config: &ServeConfig, store: Arc<SqliteStore>) -> Result<Self, ServeError> {
        let folder = DataFolder::open(&config.data)?;
        let authority = Authority::load_or_make(&folder, Timestamp::now())?;
        let git = Git::open(config.repository.clone(), folder.root(), config.access.clone());
        let (git, branch) = (Arc::new(git.await?), Watch::remote(SELDOM));
        let url = "https://controller.invalid".to_owned();
        let composed = compose(config, &folder, store, authority, (git, branch), url).await?;
        Ok(Self { composed, _folder: folder })
    }

    /// Has the branch looked at, and waits until that commit was decided about
    /// and is in force.
    pub async fn follow(&self, revision: &str) {
        let controller = &self.composed.controller;
        controller.waker.wake();
        let mut policy = controller.policy.clone();
        let in_force = policy.wait_for(|state| {
            let in_force = state.in_force.as_ref();
            in_force.is_some_and(|in_force| in_force.revision == revision)
        });
        // It goes only together with the daemon.
        let _gone = in_force.await;
    }

    /// Opens a line for an agent; none for one that is not welcome.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn connect(&self, agent: &str) -> Result<Option<Wire>, ServeError> {
        let controller = &self.composed.controller;
        let known = controller.store.agent(&TenantScope::All, &AgentId::new(agent)).await?;
        let Some(row) = known.filter(|row| row.status == AgentStatus::Active) else {
            return Ok(None);
        };
        let (say, from_agent) = unbounded_channel();
        let (to_agent, hear) = unbounded_channel();
        let member = Member { agent: row.id, tenant: row.tenant, computer: row.computer };
        let line = Inside { from_agent, to_agent, pinged: false };
        let tracker = controller.sockets.clone();
        tracker.spawn(socket::run(controller.clone(), member, line));
        Ok(Some(Wire { say, hear }))
    }

    /// Begins a session as a technician does; none where there is no such computer.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn begin(&self, wanted: Wanted) -> Result<Option<String>, ServeError> {
        let controller = &self.composed.controller;
        let id = ComputerId::new(wanted.computer);
        let Some(computer) = controller.store.computer(&TenantScope::All, &id).await? else {
            return Ok(None);
        };
        let (kind, offline) = (wanted.kind, Offline::OnConnect);
        let wish = begin::Wish { kind, origin: Origin::Technician, offline };
        let asked = Asked { item: wanted.item, ..Asked::default() };
        let now = controller.clock.now();
        let row = begin::row(&computer, kind, SessionId::new(wanted.id), now);
        Ok(Some(controller.drive.begin(row, wish, &asked).await?.id.to_string()))
    }

    /// Cancels a session.
    pub async fn cancel(&self, computer: &str, session: &str) {
        let signal = Signal::Cancel { session: SessionId::new(session) };
        self.composed.controller.drive.tell(&ComputerId::new(computer), signal).await;
    }
}

/// The controller's end of a line within the process.
struct Inside {
    from_agent: UnboundedReceiver<String>,
    to_agent: UnboundedSender<String>,
    pinged: bool,
}

impl Line for Inside {
    async fn hear(&mut self) -> Option<Result<Message, axum::Error>> {
        if std::mem::take(&mut self.pinged) {
            return Some(Ok(Message::Pong(Vec::new().into())));
        }
        let text = self.from_agent.recv().await?;
        Some(Ok(Message::Text(text.into())))
    }

    async fn say(&mut self, message: Message) -> Result<(), axum::Error> {
        match message {
            Message::Text(text) => {
                let sent = self.to_agent.send(text.to_string());
                sent.map_err(axum::Error::new)
            }
            Message::Ping(_) => {
                self.pinged = true;
                Ok(())
            }
            Message::Pong(_) | Message::Binary(_) | Message::Close(_) => Ok(()),
        }
    }
}
