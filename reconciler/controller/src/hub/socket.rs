//! One connection's life: hello, welcome, messages both ways, end.
//!
//! What an agent says is judged here only as far as it can be read at all;
//! garbage ends this connection and touches nothing else.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use ordain_core::affinity;
use ordain_store::{StoreError, TenantScope};
use ordain_wire::{AgentMessage, ControllerMessage, Hello, PROTOCOL, Welcome};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::line::Line;
use super::meeting::{self, Greeted};
use super::{Member, ToSocket};
use crate::controller::Controller;
use crate::drive::Signal;

/// How long an agent may take to say hello.
const GREETING: Duration = Duration::from_secs(15);
/// How often an idle connection is asked whether it lives.
const PING: Duration = Duration::from_secs(30);
/// After how long without a word it is given up.
const SILENCE: Duration = Duration::from_secs(95);
/// How long a message may take on its way into the socket.
const SENDING: Duration = Duration::from_mins(1);

/// Why a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum End {
    #[error("the agent closed it")]
    Closed,
    #[error("the line failed: {0}")]
    Line(#[from] axum::Error),
    #[error("the agent said nothing for too long")]
    Silent,
    #[error("the agent takes nothing in")]
    Stuck,
    #[error("the agent sent what cannot be read: {0}")]
    Garbage(String),
    #[error("a newer connection of the agent took its place, or it was too slow")]
    Replaced,
    #[error("the agent was dismissed: {0}")]
    Dismissed(String),
    #[error("two say to be `{0}`: a person has to decide")]
    Doubtful(String),
    #[error("the controller stops")]
    Stopping,
    #[error("the store failed: {0}")]
    Store(#[from] StoreError),
}

/// Runs a connection until it ends.
pub(crate) async fn run(controller: Arc<Controller>, member: Member, mut socket: impl Line) {
    static NUMBERS: AtomicU64 = AtomicU64::new(1);
    let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
    let end = match greet(&controller, &member, &mut socket).await {
        Ok((hello, greeted)) => {
            let known = Known { waits: greeted.waits, acked: hello.acked };
            let orders = controller.hub.register(&member, greeted.life, number);
            tracing::info!(agent = %member.agent, tenant = %member.tenant, version = hello.version, "an agent connected");
            let order = hello.current_order;
            let signal = Signal::Connected { agent: member.agent.clone(), order };
            controller.drive.tell(&member.computer, signal).await;
            let end = converse(&controller, &member, known, &mut socket, orders).await;
            if controller.hub.unregister(&member, number) {
                let signal = Signal::Disconnected { agent: member.agent.clone() };
                controller.drive.tell(&member.computer, signal).await;
            }
            end
        }
        Err(end) => end,
    };
    match &end {
        End::Garbage(_) | End::Store(_) | End::Stuck | End::Doubtful(_) => {
            tracing::warn!(agent = %member.agent, %end, "a connection ended");
        }
        End::Closed
        | End::Line(_)
        | End::Silent
        | End::Replaced
        | End::Dismissed(_)
        | End::Stopping => {
            tracing::info!(agent = %member.agent, %end, "a connection ended");
        }
    }
    close(&mut socket, &end).await;
}

/// Tells an agent that it is not known any more.
pub(super) async fn say_goodbye(socket: &mut impl Line, why: &str) {
    let end = End::Dismissed(why.to_owned());
    close(socket, &end).await;
}

/// Hello and welcome.
async fn greet(
    controller: &Controller,
    member: &Member,
    socket: &mut impl Line,
) -> Result<(Hello, Greeted), End> {
    let first = timeout(GREETING, socket.hear()).await.map_err(|_| End::Silent)?;
    let message = read(first.ok_or(End::Closed)??)?;
    let Some(AgentMessage::Hello(hello)) = message else {
        return Err(End::Garbage("the first message is no hello".to_owned()));
    };
    let now = controller.clock.now();
    let greeted = meeting::judge(controller, member, &hello, now).await?;
    controller
        .store
        .agent_seen(&member.agent, now, &shortened(&hello.version), hello.highest_order)
        .await?;
    let agent =
        controller.store.agent(&TenantScope::One(member.tenant.clone()), &member.agent).await?;
    let skew = now.as_second() - hello.clock;
    if skew.abs() > 300 {
        tracing::warn!(agent = %member.agent, skew_seconds = skew, "the agent's clock is off");
    }
    let welcome = Welcome {
        protocol: hello.protocol.min(PROTOCOL),
        agent: member.agent.to_string(),
        tenant: member.tenant.to_string(),
        acked: agent.map_or(0, |agent| agent.acked),
        clock: now.as_second(),
    };
    send(socket, &ControllerMessage::Welcome(welcome)).await?;
    Ok((hello, greeted))
}

/// What the greeting told about an agent.
#[derive(Clone, Copy)]
struct Known {
    /// Whether it waits for a decision about who it is.
    waits: bool,
    /// Up to which number reports were acknowledged to it.
    acked: u64,
}

/// Both ways until the end.
async fn converse(
    controller: &Controller,
    member: &Member,
    known: Known,
    socket: &mut impl Line,
    mut orders: mpsc::Receiver<ToSocket>,
) -> End {
    let mut ping = interval_at(Instant::now() + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut heard = Instant::now();
    loop {
        // In this order: once the line is cut, nothing more is taken from it.
        let step = tokio::select! {
            biased;
            () = controller.closing.cancelled() => Err(End::Stopping),
            told = orders.recv() => match told {
                None => Err(End::Replaced),
                Some(ToSocket::Dismiss(why)) => Err(End::Dismissed(why)),
                Some(ToSocket::Send(message)) => send(socket, &message).await,
            },
            received = socket.hear() => {
                heard = Instant::now();
                match received {
                    None => Err(End::Closed),
                    Some(Err(error)) => Err(End::Line(error)),
                    Some(Ok(message)) => take_in(controller, member, known, message).await,
                }
            }
            _ = ping.tick() => if heard.elapsed() > SILENCE { Err(End::Silent) } else { write(socket, Message::Ping(Vec::new().into())).await },
        };
        if let Err(end) = step {
            return end;
        }
    }
}

async fn take_in(
    controller: &Controller,
    member: &Member,
    known: Known,
    message: Message,
) -> Result<(), End> {
    let signal = match read(message)? {
        None => return Ok(()),
        Some(AgentMessage::Hello(_)) => return Err(End::Garbage("a second hello".to_owned())),
        Some(AgentMessage::Facts(facts)) => {
            let value =
                serde_json::to_value(&facts).map_err(|error| End::Garbage(error.to_string()))?;
            let now = controller.clock.now();
            controller.store.record_facts(&member.computer, &value, now).await?;
            if let Some(upn) = affinity::upn(&facts.users) {
                controller.store.note_logon(&member.computer, &upn, now).await?;
            }
            if known.waits {
                controller.arrivals.notify_one();
            }
            return Ok(());
        }
        Some(AgentMessage::WantBlobs { ids }) => {
            Signal::WantBlobs { agent: member.agent.clone(), ids }
        }
        Some(AgentMessage::Report(report)) => {
            let (agent, acked) = (member.agent.clone(), known.acked);
            Signal::Report { agent, acked, report: Box::new(report) }
        }
        Some(AgentMessage::Refused(refusal)) => Signal::Refused { refusal },
        Some(AgentMessage::Output { order, at, text }) => Signal::Output { order, at, text },
    };
    controller.drive.tell(&member.computer, signal).await;
    Ok(())
}

/// Reads a frame; none where it is the line's own.
fn read(message: Message) -> Result<Option<AgentMessage>, End> {
    match message {
        Message::Text(text) => {
            serde_json::from_str(&text).map(Some).map_err(|error| End::Garbage(error.to_string()))
        }
        Message::Binary(_) => Err(End::Garbage("a binary message".to_owned())),
        Message::Ping(_) | Message::Pong(_) => Ok(None),
        Message::Close(_) => Err(End::Closed),
    }
}

async fn send(socket: &mut impl Line, message: &ControllerMessage) -> Result<(), End> {
    let text = serde_json::to_string(message).map_err(|error| End::Garbage(error.to_string()))?;
    write(socket, Message::Text(text.into())).await
}

async fn write(socket: &mut impl Line, message: Message) -> Result<(), End> {
    timeout(SENDING, socket.say(message)).await.map_err(|_| End::Stuck)?.map_err(End::Line)
}

async fn close(socket: &mut impl Line, end: &End) {
    if let End::Dismissed(why) = end {
        // An agent that is gone need not be told.
        let _told = send(socket, &ControllerMessage::Removed { message: why.clone() }).await;
    }
    let (code, reason) = match end {
        End::Closed | End::Line(_) => return,
        End::Stopping => (close_code::RESTART, "the controller stops"),
        End::Garbage(_) => (close_code::POLICY, "that cannot be read"),
        End::Store(_) => (close_code::ERROR, "the controller failed"),
        End::Dismissed(_) => (close_code::NORMAL, "not known any more"),
        End::Doubtful(_) => (close_code::AGAIN, "needs-decision"),
        End::Silent | End::Stuck | End::Replaced => (close_code::AWAY, "given up"),
    };
    let frame = CloseFrame { code, reason: Utf8Bytes::from_static(reason) };
    let _closed = write(socket, Message::Close(Some(frame))).await;
}

/// What an agent calls its version is bounded before it is stored.
fn shortened(version: &str) -> String {
    version.chars().filter(|c| !c.is_control()).take(64).collect()
}
