//! The hub: every agent's one connection, and how to reach it.
//!
//! Says who is connected and hands messages to the task that owns the socket.
//! Nothing here remembers: what must not be lost is sent again after a
//! reconnect by whoever wants it sent. [`socket`] owns a connection's life,
//! [`admission`] who may have one,
//! [`meeting`] whether it is who it was.

mod admission;
mod line;
mod meeting;
pub(crate) mod socket;

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use ordain_core::identity::Life;
use ordain_store::{AgentId, ComputerId, TenantId};
use ordain_wire::ControllerMessage;
use tokio::sync::mpsc;

pub(crate) use admission::connect;
#[cfg(feature = "simulation")]
pub(crate) use line::Line;

/// Messages that wait for a slow agent; one that falls further behind is cut off and starts anew.
const QUEUE: usize = 256;

/// Who is connected, and the way there.
#[derive(Default)]
pub(crate) struct Hub {
    members: Mutex<Members>,
}

/// Both ways to a connection.
#[derive(Default)]
struct Members {
    connections: HashMap<AgentId, Connection>,
    /// A computer's pathways, the one that came first in front.
    agents: HashMap<ComputerId, Vec<AgentId>>,
}

/// The hub's end of a connection.
struct Connection {
    /// Tells a connection from the one before it of the same agent.
    number: u64,
    computer: ComputerId,
    /// Who it says it is; none where it does not say.
    life: Option<Life>,
    to_socket: mpsc::Sender<ToSocket>,
}

/// What a socket's task is told.
#[derive(Debug)]
enum ToSocket {
    Send(ControllerMessage),
    /// Say why, and close.
    Dismiss(String),
}

/// Who is at the other end of a socket.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) agent: AgentId,
    pub(crate) tenant: TenantId,
    pub(crate) computer: ComputerId,
}

impl Members {
    fn remove(&mut self, agent: &AgentId) -> Option<Connection> {
        let connection = self.connections.remove(agent)?;
        if let Some(pathways) = self.agents.get_mut(&connection.computer) {
            pathways.retain(|other| other != agent);
            if pathways.is_empty() {
                self.agents.remove(&connection.computer);
            }
        }
        Some(connection)
    }
}

impl Hub {
    fn members(&self) -> MutexGuard<'_, Members> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a message to the agent's connection; false where there is none or it is too slow.
    pub(crate) fn send(&self, agent: &AgentId, message: ControllerMessage) -> bool {
        let mut members = self.members();
        let Some(connection) = members.connections.get(agent) else { return false };
        let sent = connection.to_socket.try_send(ToSocket::Send(message)).is_ok();
        if !sent {
            tracing::warn!(%agent, "the agent takes no messages; its connection is dropped");
            members.remove(agent);
        }
        sent
    }

    /// The same, but waits for room; for what is large and many.
    pub(crate) async fn send_patiently(&self, agent: &AgentId, message: ControllerMessage) -> bool {
        let to_socket =
            self.members().connections.get(agent).map(|connection| connection.to_socket.clone());
        match to_socket {
            Some(to_socket) => to_socket.send(ToSocket::Send(message)).await.is_ok(),
            None => false,
        }
    }

    /// Drops an agent's connection, so that it connects afresh.
    pub(crate) fn cut(&self, agent: &AgentId) {
        self.members().remove(agent);
    }

    /// Tells an agent that it is not known any more, and closes its connection.
    pub(crate) fn dismiss(&self, agent: &AgentId, why: &str) {
        if let Some(connection) = self.members().remove(agent) {
            // Dropping the sender closes a connection that is too full to be told.
            let _told = connection.to_socket.try_send(ToSocket::Dismiss(why.to_owned()));
        }
    }

    /// The agents that are connected.
    pub(crate) fn online(&self) -> Vec<AgentId> {
        self.members().connections.keys().cloned().collect()
    }

    /// Whether an agent of the computer is connected.
    pub(crate) fn is_online(&self, computer: &ComputerId) -> bool {
        self.members().agents.contains_key(computer)
    }

    /// The computer's agent that has been connected longest.
    pub(crate) fn agent_of(&self, computer: &ComputerId) -> Option<AgentId> {
        self.members().agents.get(computer)?.first().cloned()
    }

    /// The computer's agents that are connected.
    pub(crate) fn agents_of(&self, computer: &ComputerId) -> Vec<AgentId> {
        self.members().agents.get(computer).cloned().unwrap_or_default()
    }

    /// Whether an agent is connected.
    pub(crate) fn is_connected(&self, agent: &AgentId) -> bool {
        self.members().connections.contains_key(agent)
    }

    /// Whether a connection of this very agent is open that says to be somebody else.
    fn is_beside(&self, agent: &AgentId, life: &Life) -> bool {
        let members = self.members();
        let other = members.connections.get(agent).and_then(|one| one.life.as_ref());
        other.is_some_and(|other| !other.fits(life))
    }

    /// Takes a connection in; an older one of the same agent is closed.
    fn register(
        &self,
        member: &Member,
        life: Option<Life>,
        number: u64,
    ) -> mpsc::Receiver<ToSocket> {
        let (to_socket, orders) = mpsc::channel(QUEUE);
        let computer = member.computer.clone();
        let connection = Connection { number, computer: computer.clone(), life, to_socket };
        let mut members = self.members();
        members.remove(&member.agent);
        members.connections.insert(member.agent.clone(), connection);
        members.agents.entry(computer).or_default().push(member.agent.clone());
        orders
    }

    /// Forgets a connection, unless a newer one has taken its place. Gives whether it was the agent's.
    fn unregister(&self, member: &Member, number: u64) -> bool {
        let mut members = self.members();
        let own = members
            .connections
            .get(&member.agent)
            .is_some_and(|connection| connection.number == number);
        if own {
            members.remove(&member.agent);
        }
        own
    }
}
