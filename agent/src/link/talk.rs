//! One conversation with the controller: hello, welcome, then whatever comes.
//!
//! Nothing that the controller sends can end the program: what makes no sense
//! is logged, and the connection is closed.

use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_util::{SinkExt as _, StreamExt as _};
use ordain_wire::{AgentMessage, ControllerMessage, Facts, Hello, PROTOCOL, Refusal, Welcome};
use tokio::net::TcpStream;
use tokio::time::{Instant as Tick, interval_at, sleep_until, timeout};
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{self, Message, Utf8Bytes};

use super::Link;
use crate::blobs::BlobError;
use crate::command::chain;
use crate::facts;
use crate::home;
use crate::identity::{self, Dmi};
use crate::intake::{self, Came, Recent, Stand, Taken};
use crate::journal::OrderId;

/// The socket of a conversation.
pub(super) type Socket = WebSocketStream<TlsStream<TcpStream>>;

/// Why a conversation ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closed {
    /// This program was told to stop.
    Told,
    /// The controller said farewell.
    Clean,
    /// The certificate is due for renewal.
    Renewal,
    /// The controller does not know this agent any more.
    Removed(String),
    /// The line broke, or what came made no sense.
    Broken(String),
}

/// A conversation that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Talked {
    /// Why.
    pub closed: Closed,
    /// Whether the controller answered a ping behind hello, welcome and facts:
    /// that it takes a connection alone says little.
    pub answered: bool,
}

/// How long a message may take to leave, and the welcome to come.
const PATIENCE: Duration = Duration::from_secs(30);
/// How many reports are read from the journal at a time.
const BATCH: usize = 16;

/// Talks until something ends it.
pub(super) async fn talk(
    link: &mut Link,
    socket: Socket,
    renew_after: Instant,
    stop: &mut Pin<&mut impl Future<Output = ()>>,
) -> Talked {
    let mut talk = match Talk::open(link, socket).await {
        Ok(talk) => talk,
        Err(closed) => return Talked { closed, answered: false },
    };
    let renewal = Tick::from_std(renew_after).max(Tick::now() + talk.link.until_renewal());
    match talk.go_on(renewal, stop).await {
        Err(closed) => {
            talk.close(&closed).await;
            Talked { closed, answered: talk.heard.pong }
        }
        Ok(never) => match never {},
    }
}

struct Talk<'a> {
    link: &'a mut Link,
    socket: Socket,
    /// Reports up to this number were sent on this connection.
    sent: u64,
    heard: Heard,
    recent: Recent,
    facts: Facts,
    /// When they were said last.
    said: Instant,
    skew: i64,
}

impl<'a> Talk<'a> {
    async fn open(link: &'a mut Link, socket: Socket) -> Result<Self, Closed> {
        let (heard, recent) = (Heard::now(), Recent::default());
        let (facts, said) = (Facts::default(), Instant::now());
        let mut talk = Self { link, socket, sent: 0, heard, recent, facts, said, skew: 0 };
        let hello = talk.hello().map_err(Closed::Broken)?;
        talk.send(&AgentMessage::Hello(hello)).await?;
        let first = timeout(PATIENCE, hear(&mut talk.socket, &mut talk.heard))
            .await
            .map_err(|_| Closed::Broken("no welcome came".into()))??;
        match read(&first)? {
            ControllerMessage::Welcome(welcome) => talk.welcomed(&welcome).await?,
            ControllerMessage::Removed { message } => return Err(Closed::Removed(message)),
            _ => return Err(Closed::Broken("the first message is no welcome".into())),
        }
        Ok(talk)
    }

    fn hello(&self) -> Result<Hello, String> {
        let key = self.link.home.key().map_err(|error| chain(&error))?;
        let dmi = Dmi::read(self.link.platform.dmi_root());
        let journal = self.link.desk.journal();
        Ok(Hello {
            protocol: PROTOCOL,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            boot_id: self.link.platform.boot_id(),
            identity: identity::derive(
                &dmi,
                self.link.platform.installation_id(),
                &home::fingerprint(&key),
            ),
            highest_order: journal.highest_order(),
            current_order: journal.current_order(),
            acked: journal.acked(),
            clock: home::now(),
        })
    }

    async fn welcomed(&mut self, welcome: &Welcome) -> Result<(), Closed> {
        if welcome.protocol == 0 || welcome.protocol > PROTOCOL {
            return Err(Closed::Broken(format!(
                "the controller speaks protocol {}",
                welcome.protocol
            )));
        }
        if welcome.agent == self.link.enrolment.agent {
            self.link.belong_to(&welcome.tenant).map_err(|error| Closed::Broken(chain(&error)))?;
        }
        let me = &self.link.enrolment;
        if (welcome.agent.as_str(), welcome.tenant.as_str()) != (&me.agent, &me.tenant) {
            let why = format!(
                "the controller takes this agent for `{}` of `{}`",
                welcome.agent, welcome.tenant
            );
            return Err(Closed::Broken(why));
        }
        self.skew = welcome.clock.saturating_sub(home::now());
        if self.skew.abs() > 60 {
            tracing::warn!(
                seconds = self.skew,
                "the controller's clock differs from this computer's"
            );
        }
        tracing::info!(agent = welcome.agent, tenant = welcome.tenant, "connected");
        self.acked(welcome.acked);
        self.facts = self.gather();
        self.send(&AgentMessage::Facts(self.facts.clone())).await?;
        self.push(Message::Ping(Vec::new().into())).await?;
        self.want_blobs().await?;
        self.report().await
    }

    /// Only ever returns with the reason of the end.
    async fn go_on(
        &mut self,
        renewal: Tick,
        stop: &mut Pin<&mut impl Future<Output = ()>>,
    ) -> Result<std::convert::Infallible, Closed> {
        let pace = self.link.pace;
        let every = |period| interval_at(Tick::now() + period, period);
        let (mut ping, mut look, mut repeat) =
            (every(pace.ping), every(pace.facts), every(pace.repeat));
        let desk = self.link.desk.clone();
        let mut acked_before = 0;
        loop {
            tokio::select! {
                () = &mut *stop => return Err(Closed::Told),
                text = hear(&mut self.socket, &mut self.heard) => self.answer(&text?).await?,
                () = desk.reported.notified() => self.report().await?,
                () = desk.blobs.asked() => self.want_blobs().await?,
                Some(output) = self.link.live.recv() => self.send(&output).await?,
                _ = ping.tick() => {
                    if self.heard.last.elapsed() > pace.silence {
                        return Err(Closed::Broken("the line is dead".into()));
                    }
                    self.push(Message::Ping(Vec::new().into())).await?;
                }
                _ = look.tick() => self.look().await?,
                _ = repeat.tick() => {
                    let acked = desk.journal().acked();
                    if acked == acked_before {
                        self.sent = acked;
                        self.report().await?;
                    }
                    acked_before = acked;
                }
                () = sleep_until(renewal) => return Err(Closed::Renewal),
            }
        }
    }

    async fn answer(&mut self, text: &str) -> Result<(), Closed> {
        if let Some(order) = self.recent.again(text) {
            return self.take(order, text).await;
        }
        match read(text)? {
            ControllerMessage::Order(order) => self.take(order.into(), text).await,
            ControllerMessage::Cancel { session } => {
                let journal = self.link.desk.journal();
                let concerned = journal.unfinished().iter().any(|number| {
                    journal.known(*number).is_some_and(|known| known.session == session)
                });
                drop(journal);
                if concerned {
                    tracing::info!(session, "cancelled");
                    self.link.desk.stop.request(&session);
                }
                Ok(())
            }
            ControllerMessage::Blob(blob) => match self.link.desk.blobs.deliver(&blob) {
                Ok(()) => Ok(()),
                Err(error) => self.refuse_script(&error).await,
            },
            ControllerMessage::Ack { seq } => {
                self.acked(seq);
                Ok(())
            }
            ControllerMessage::Removed { message } => Err(Closed::Removed(message)),
            ControllerMessage::Welcome(_) => {
                Err(Closed::Broken("a second welcome makes no sense".into()))
            }
        }
    }

    async fn take(&mut self, order: Came, text: &str) -> Result<(), Closed> {
        let OrderId { number, session } = order.id();
        let me = &self.link.enrolment;
        let stand =
            Stand { agent: &me.agent, tenant: &me.tenant, now: home::now(), skew: self.skew };
        let desk = self.link.desk.clone();
        let taken = intake::take(order, text, &mut self.recent, &mut desk.journal(), stand);
        match taken {
            Taken::In => {
                tracing::info!(order = number, session, "order accepted");
                crate::kill_point::reach("after-accept");
                self.link.queue.put(number);
                self.report().await
            }
            Taken::Before => {
                // In their order: a report that came before another is sent before it.
                self.report().await?;
                let reports = self.link.desk.journal().reports_of(number);
                let reports = reports.map_err(|error| Closed::Broken(chain(&error)))?;
                let message = |report| text_of(&AgentMessage::Report(report));
                self.send_all(reports.into_iter().map(message)).await
            }
            Taken::Refused(refusal) => self.send(&AgentMessage::Refused(refusal)).await,
        }
    }

    /// Says at once that a script was not what it should be. The order itself
    /// goes on: what names the script fails with the same word, as its reports say.
    async fn refuse_script(&mut self, error: &BlobError) -> Result<(), Closed> {
        let (order, session) = {
            let journal = self.link.desk.journal();
            let order = journal.current_order().unwrap_or_default();
            (order, journal.known(order).map(|known| known.session.clone()).unwrap_or_default())
        };
        let code = "script-mismatch".to_owned();
        let refusal = Refusal { order, session, code, message: chain(error) };
        self.send(&AgentMessage::Refused(refusal)).await
    }

    fn acked(&mut self, seq: u64) {
        if let Err(error) = self.link.desk.journal().ack(seq) {
            tracing::warn!(error = %chain(&error), "an acknowledgement could not be written down");
        }
    }

    /// Sends what the journal holds and this connection has not seen.
    async fn report(&mut self) -> Result<(), Closed> {
        loop {
            let batch = self.link.desk.journal().unacked_after(self.sent, BATCH);
            let batch = batch.map_err(|error| Closed::Broken(chain(&error)))?;
            let Some(last) = batch.last() else { return Ok(()) };
            self.sent = last.seq;
            self.send_all(batch.into_iter().map(|report| report.text)).await?;
        }
    }

    async fn send_all(&mut self, texts: impl Iterator<Item = String>) -> Result<(), Closed> {
        for text in texts {
            within_patience(self.socket.feed(Message::text(text))).await?;
        }
        within_patience(self.socket.flush()).await
    }

    async fn want_blobs(&mut self) -> Result<(), Closed> {
        let ids = self.link.desk.blobs.wanted();
        if ids.is_empty() { Ok(()) } else { self.send(&AgentMessage::WantBlobs { ids }).await }
    }

    async fn look(&mut self) -> Result<(), Closed> {
        let facts = self.gather();
        if facts == self.facts && self.said.elapsed() < self.link.pace.again {
            return Ok(());
        }
        (self.facts, self.said) = (facts, Instant::now());
        self.send(&AgentMessage::Facts(self.facts.clone())).await
    }

    fn gather(&self) -> Facts {
        facts::gather(&*self.link.platform, &self.link.enrolment.name)
    }

    async fn send(&mut self, message: &AgentMessage) -> Result<(), Closed> {
        self.push(Message::text(text_of(message))).await
    }

    async fn push(&mut self, message: Message) -> Result<(), Closed> {
        within_patience(self.socket.send(message)).await
    }

    async fn close(&mut self, closed: &Closed) {
        let code = match closed {
            Closed::Told | Closed::Removed(_) => CloseCode::Away,
            Closed::Clean | Closed::Renewal => CloseCode::Normal,
            Closed::Broken(_) => CloseCode::Protocol,
        };
        let frame = CloseFrame { code, reason: "".into() };
        let _ = timeout(Duration::from_secs(1), self.socket.close(Some(frame))).await;
    }
}

fn text_of(message: &AgentMessage) -> String {
    serde_json::to_string(message).expect("messages hold nothing that JSON cannot say")
}

async fn within_patience(
    sent: impl Future<Output = Result<(), tungstenite::Error>>,
) -> Result<(), Closed> {
    match timeout(PATIENCE, sent).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Closed::Broken(chain(&error))),
        Err(_) => Err(Closed::Broken("the line takes nothing".into())),
    }
}

/// What was heard on a connection.
struct Heard {
    /// When anything came last.
    last: Instant,
    /// Whether a ping was ever answered.
    pong: bool,
}

impl Heard {
    fn now() -> Self {
        Self { last: Instant::now(), pong: false }
    }
}

fn read(text: &str) -> Result<ControllerMessage, Closed> {
    ControllerMessage::read(text)
        .map_err(|error| Closed::Broken(format!("a message makes no sense: {error}")))
}

/// The next message that says something. Safe to drop between messages.
async fn hear(socket: &mut Socket, heard: &mut Heard) -> Result<Utf8Bytes, Closed> {
    loop {
        let message = match socket.next().await {
            None => return Err(Closed::Broken("the line broke".into())),
            Some(Err(error)) => return Err(Closed::Broken(chain(&error))),
            Some(Ok(message)) => message,
        };
        heard.last = Instant::now();
        match message {
            Message::Text(text) => return Ok(text),
            Message::Binary(_) => {
                return Err(Closed::Broken("a binary message makes no sense".into()));
            }
            Message::Close(_) => return Err(Closed::Clean),
            Message::Pong(_) => heard.pong = true,
            Message::Ping(_) | Message::Frame(_) => {}
        }
    }
}
