//! The one connection to the controller: opened, held, opened again.
//!
//! `talk` is one conversation from hello to its end; here is what comes
//! between two of them: renewing the certificate, waiting, giving up. The
//! agent never listens on a port.

mod backoff;
mod talk;

use std::sync::Arc;
use std::time::{Duration, Instant};

use ordain_wire::AgentMessage;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use self::backoff::Backoff;
pub use self::talk::{Closed, Talked};
use crate::carry::{Desk, Queue};
use crate::command::{CommandError, Kind, chain};
use crate::dial::{DialError, dial};
use crate::enrol;
use crate::home::{self, Enrolment, Home, HomeError};
use crate::platform::Platform;
use crate::proxy::Proxy;
use crate::renew::renew_if_due;
use crate::tls;

/// How often things happen on a connection.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// A ping is sent so often.
    pub ping: Duration,
    /// A line that is silent for so long is dead.
    pub silence: Duration,
    /// Facts are looked at so often.
    pub facts: Duration,
    /// Facts that did not change are said again after so long.
    pub again: Duration,
    /// Reports that are not acknowledged after so long are sent again.
    pub repeat: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            ping: Duration::from_secs(30),
            silence: Duration::from_secs(75),
            facts: Duration::from_mins(5),
            again: Duration::from_hours(24),
            repeat: Duration::from_mins(1),
        }
    }
}

/// Everything a connection is made of.
pub struct Link {
    /// The data folder.
    pub home: Home,
    /// Who the agent is.
    pub enrolment: Enrolment,
    /// The way there.
    pub proxy: Option<Proxy>,
    /// The computer.
    pub platform: Arc<dyn Platform>,
    /// What is shared with the carrying thread.
    pub desk: Arc<Desk>,
    /// The way to it.
    pub queue: Queue,
    /// Output of running processes.
    pub live: mpsc::Receiver<AgentMessage>,
    /// How often things happen.
    pub pace: Pace,
}

/// Why there was no conversation.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There is no line.
    #[error(transparent)]
    Dial(#[from] DialError),
    /// The agent's own files.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// TLS cannot be set up with them.
    #[error("the agent's certificate or key cannot be used")]
    Credential(#[from] rustls::Error),
    /// The controller refuses.
    #[error("{0}")]
    Refused(CommandError),
    /// What answers does not speak the protocol.
    #[error("the controller does not open a socket")]
    Socket(#[source] Box<tungstenite::Error>),
    /// It took too long.
    #[error("the controller does not answer")]
    Late,
}

/// How long opening the socket over an open line may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// A failed renewal is tried again after this.
const RENEW_AGAIN: Duration = Duration::from_secs(30);
/// A conversation that lasted so long was a success, whatever ended it.
const LASTED: Duration = Duration::from_secs(30);

/// Read at a time, in bytes; longer messages get room of their own.
const READ_BUFFER: usize = 4096;
/// Gathered before the line gets it, in bytes: reports that belong together
/// leave together.
const WRITE_BUFFER: usize = 64 * 1024;

impl Link {
    /// Stays connected until `stop` resolves or the controller sends the agent away.
    ///
    /// # Errors
    /// [`Kind::Refused`] where the agent is not known any more.
    pub async fn hold(mut self, stop: impl Future<Output = ()>) -> Result<(), CommandError> {
        tokio::pin!(stop);
        let mut backoff = Backoff::default();
        let mut renew_after = Instant::now();
        loop {
            if Instant::now() >= renew_after {
                match self.renew().await {
                    Ok(()) => {}
                    Err(error) if error.kind == Kind::Refused => {
                        return Err(self.gone(&error.message));
                    }
                    Err(error) => {
                        tracing::error!(error = error.message, "the certificate cannot be renewed");
                        renew_after = Instant::now() + RENEW_AGAIN;
                    }
                }
            }
            let began = Instant::now();
            let Talked { closed, answered } = tokio::select! {
                () = &mut stop => return Ok(()),
                connected = self.connect() => match connected {
                    Ok(socket) => talk::talk(&mut self, socket, renew_after, &mut stop).await,
                    Err(ConnectError::Refused(error)) if error.kind == Kind::Refused => return Err(self.gone(&error.message)),
                    Err(error) => Talked { closed: Closed::Broken(why(&error)), answered: false },
                }
            };
            if answered && began.elapsed() > LASTED {
                backoff.reset();
            } else if answered {
                backoff.answered();
            }
            let wait = match closed {
                Closed::Told => return Ok(()),
                Closed::Removed(message) => return Err(self.gone(&message)),
                Closed::Renewal => Duration::ZERO,
                Closed::Clean if began.elapsed() > Duration::from_secs(5) => {
                    tracing::info!("the controller closed the connection");
                    backoff.soon()
                }
                Closed::Clean => backoff.next(),
                Closed::Broken(why) => {
                    let wait = backoff.next();
                    tracing::warn!(why, again_in_ms = wait.as_millis(), "not connected");
                    wait
                }
            };
            tokio::select! {
                () = &mut stop => return Ok(()),
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    async fn renew(&self) -> Result<(), CommandError> {
        if renew_if_due(&self.home, &self.enrolment, self.proxy.as_ref()).await? {
            tracing::info!("the certificate was renewed");
        }
        Ok(())
    }

    /// Remembers that the controller does not know this agent any more.
    fn gone(&mut self, message: &str) -> CommandError {
        self.enrolment.removed = true;
        if let Err(error) = self.home.keep(&self.enrolment) {
            tracing::warn!(error = %chain(&error), "the removal could not be written down");
        }
        CommandError::new(
            Kind::Refused,
            format!("the controller does not know this agent any more: {message}"),
        )
        .hint("enrol the computer again with a new token from `ordain enroll`")
    }

    /// Takes note that the computer was moved to another tenant. One that was
    /// enrolled with a trust anchor stays with the tenant of its enrolment.
    fn belong_to(&mut self, tenant: &str) -> Result<(), HomeError> {
        if self.enrolment.tenant == tenant || self.enrolment.anchor.is_some() {
            return Ok(());
        }
        tracing::warn!(from = self.enrolment.tenant, to = tenant, "moved to another tenant");
        let moved = Enrolment { tenant: tenant.to_owned(), ..self.enrolment.clone() };
        self.home.keep(&moved)?;
        self.enrolment = moved;
        Ok(())
    }

    async fn connect(&self) -> Result<talk::Socket, ConnectError> {
        let (server, pin) = self.home.controller(&self.enrolment)?;
        let config = tls::client_config(&pin, Some(self.home.credential()?))?;
        let line = dial(&server, self.proxy.as_ref(), Arc::new(config)).await?;
        let address = format!("wss://{}/agent/v1/connect", server.authority());
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BUFFER)
            .write_buffer_size(WRITE_BUFFER)
            .max_message_size(Some(ordain_wire::MAX_MESSAGE))
            .max_frame_size(Some(ordain_wire::MAX_MESSAGE));
        let opened = tokio_tungstenite::client_async_with_config(address, line, Some(config));
        match tokio::time::timeout(PATIENCE, opened).await {
            Err(_) => Err(ConnectError::Late),
            Ok(Ok((socket, _))) => Ok(socket),
            Ok(Err(tungstenite::Error::Http(response))) => {
                let status = response.status().as_u16();
                let error = enrol::refusal(status, response.body().as_deref().unwrap_or_default());
                let kind = if status == 403 { Kind::Refused } else { error.kind };
                Err(ConnectError::Refused(CommandError { kind, ..error }))
            }
            Ok(Err(error)) => Err(ConnectError::Socket(Box::new(error))),
        }
    }

    /// When half of the certificate's life is over, from now.
    fn until_renewal(&self) -> Duration {
        let half_life =
            self.home.certificate().map_or(i64::MAX, |(_, validity)| validity.half_life());
        let seconds = half_life.saturating_sub(home::now());
        Duration::from_secs(u64::try_from(seconds).unwrap_or_default().min(24 * 3600))
    }
}

fn why(error: &ConnectError) -> String {
    tls::pin_mismatch(error).map_or_else(|| chain(error), ToString::to_string)
}
