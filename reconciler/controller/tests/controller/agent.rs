//! An agent that speaks the wire and pretends to do what it is told.

use std::sync::Arc;

use futures_util::{SinkExt as _, StreamExt as _};
use ordain_core::execute::{End, Execution, Next, Outcome, Progress};
use ordain_core::item::Item;
use ordain_core::order::{
    Check, CheckHow, Expect, Finding, Found, RunWhat, Stay, Task, What, WorkPhase,
};
use ordain_wire::{
    AgentMessage, ControllerMessage, EnrolRequest, EnrolResponse, Hello, Identity, Order, PROTOCOL,
    Report, ReportBody, Welcome,
};
use rcgen::{CertificateParams, KeyPair};
use reqwest::{Method, StatusCode};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{Connector, MaybeTlsStream, WebSocketStream, client_async_tls_with_config};

use crate::harness::{PATIENCE, Running};

/// An enrolled agent.
pub(crate) struct Agent {
    pub(crate) id: String,
    pub(crate) tenant: String,
    pub(crate) key: KeyPair,
    pub(crate) certificate: String,
    pub(crate) ca: String,
    /// The journal: everything that was ever reported.
    pub(crate) journal: Vec<Report>,
    pub(crate) highest_order: u64,
    /// The order that it says to be at.
    pub(crate) current_order: Option<u64>,
    /// The pretended software.
    pub(crate) installed: Option<String>,
    /// Who it says it is.
    pub(crate) identity: Identity,
    /// What every `get` prints.
    pub(crate) says: String,
    /// What every test of a task answers at first.
    pub(crate) holds: bool,
    /// The environment of what was set last.
    pub(crate) environment: Vec<(String, String)>,
    /// Whether installing fails.
    pub(crate) fails: bool,
    /// What its clock shows; the real time where none.
    pub(crate) clock: Option<jiff::Timestamp>,
}

/// An open connection, and the number of the last order that came over it.
pub(crate) struct Line(pub(crate) WebSocketStream<MaybeTlsStream<TcpStream>>, u64);

pub(crate) fn csr(key: &KeyPair) -> String {
    CertificateParams::default().serialize_request(key).unwrap().pem().unwrap()
}

pub(crate) fn enrol_request(token: &str, name: &str, identity: &str, key: &KeyPair) -> Value {
    request_of(token, name, (identity, &format!("installation {name}")), key)
}

fn request_of(
    token: &str,
    name: &str,
    (identity, installation): (&str, &str),
    key: &KeyPair,
) -> Value {
    let identity = Identity {
        key: identity.to_owned(),
        installation_id: Some(installation.to_owned()),
        ..Identity::default()
    };
    json!(EnrolRequest { token: token.to_owned(), csr: csr(key), name: name.to_owned(), identity })
}

/// Asks to be enrolled, with a token of any kind.
pub(crate) async fn try_enrol(
    controller: &Running,
    token: &str,
    name: &str,
    identity: &str,
) -> Result<Agent, (StatusCode, Value)> {
    agent_of(controller, token, name, identity, &format!("installation {name}")).await
}

/// The same, of an installation of one's choice.
pub(crate) async fn agent_of(
    controller: &Running,
    token: &str,
    name: &str,
    identity: &str,
    installation: &str,
) -> Result<Agent, (StatusCode, Value)> {
    let key = KeyPair::generate().unwrap();
    let request = request_of(token, name, (identity, installation), &key);
    let (status, body) = controller.ask(Method::POST, "/agent/v1/enrol", None, Some(request)).await;
    if status != StatusCode::OK {
        return Err((status, body));
    }
    let answer: EnrolResponse = serde_json::from_value(body).unwrap();
    Ok(Agent {
        id: answer.agent,
        tenant: answer.tenant,
        key,
        certificate: answer.certificate,
        ca: answer.ca,
        journal: Vec::new(),
        highest_order: 0,
        current_order: None,
        installed: None,
        identity: Identity::default(),
        says: String::new(),
        holds: true,
        environment: Vec::new(),
        fails: false,
        clock: None,
    })
}

/// Enrols an agent with a token of its own.
pub(crate) async fn enrolled(controller: &Running, tenant: &str, name: &str) -> Agent {
    let token = controller.token(tenant, 1).await;
    try_enrol(controller, &token, name, &format!("uuid:{tenant}-{name}")).await.unwrap()
}

/// TLS with this certificate and key, trusting only the authority.
pub(crate) fn tls(ca: &str, certificate: Option<(&str, &KeyPair)>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes()).unwrap()).unwrap();
    let builder = ClientConfig::builder().with_root_certificates(roots);
    Arc::new(match certificate {
        None => builder.with_no_client_auth(),
        Some((pem, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()];
            let key: PrivateKeyDer<'static> = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
            builder.with_client_auth_cert(chain, key).unwrap()
        }
    })
}

/// Opens a socket with any TLS configuration.
pub(crate) async fn open(controller: &Running, tls: Arc<ClientConfig>) -> Result<Line, Error> {
    let stream = TcpStream::connect(controller.listening.address).await.unwrap();
    let url = format!("wss://127.0.0.1:{}/agent/v1/connect", controller.listening.address.port());
    let (line, _) =
        client_async_tls_with_config(url, stream, None, Some(Connector::Rustls(tls))).await?;
    Ok(Line(line, 0))
}

impl Agent {
    pub(crate) async fn open(&self, controller: &Running) -> Line {
        open(controller, tls(&self.ca, Some((&self.certificate, &self.key)))).await.unwrap()
    }

    /// The same files on another installation of the system.
    pub(crate) fn copied(&self, installation: &str) -> Self {
        let identity =
            Identity { installation_id: Some(installation.to_owned()), ..self.identity.clone() };
        Self {
            id: self.id.clone(),
            tenant: self.tenant.clone(),
            key: KeyPair::from_pem(&self.key.serialize_pem()).unwrap(),
            certificate: self.certificate.clone(),
            ca: self.ca.clone(),
            journal: Vec::new(),
            highest_order: self.highest_order,
            current_order: self.current_order,
            installed: None,
            identity,
            says: String::new(),
            holds: true,
            environment: Vec::new(),
            clock: self.clock,
            fails: false,
        }
    }

    pub(crate) fn hello(&self) -> AgentMessage {
        AgentMessage::Hello(Hello {
            protocol: PROTOCOL,
            version: "0.0.0-test".into(),
            boot_id: "boot".into(),
            identity: self.identity.clone(),
            highest_order: self.highest_order,
            current_order: self.current_order,
            acked: 0,
            clock: jiff::Timestamp::now().as_second(),
        })
    }

    /// Connects, greets, and repeats what was not acknowledged.
    pub(crate) async fn connect(&self, controller: &Running) -> (Line, Welcome) {
        let mut line = self.open(controller).await;
        line.say(&self.hello()).await;
        let ControllerMessage::Welcome(welcome) = line.hear().await else { panic!("no welcome") };
        for report in self.journal.iter().filter(|report| report.seq > welcome.acked) {
            line.say(&AgentMessage::Report(report.clone())).await;
        }
        (line, welcome)
    }

    /// Writes an entry of the journal and reports it.
    pub(crate) async fn report(&mut self, line: &mut Line, order: &Order, body: ReportBody) {
        let seq = self.journal.len() as u64 + 1;
        let report = Report { seq, order: order.number, session: order.session.clone(), body };
        self.journal.push(report.clone());
        line.say(&AgentMessage::Report(report)).await;
    }

    /// Carries an order out, as if everything went well.
    pub(crate) async fn obey(&mut self, line: &mut Line, order: &Order) {
        self.highest_order = self.highest_order.max(order.number);
        self.report(line, order, ReportBody::Accepted).await;
        match Task::try_from(order.body.clone()).unwrap() {
            Task::Detect(checks) => {
                let found = |check: &Check| match (&check.item, &check.how) {
                    (Item::Software(_), _) => Found::Software {
                        version: self.installed.clone(),
                        test: None,
                        offered: None,
                    },
                    (Item::Task { .. }, CheckHow::Get(_)) => Found::Output(self.says.clone()),
                    (Item::Task { .. }, _) => {
                        Found::Answer { answer: self.holds, changes: String::new() }
                    }
                };
                let findings = checks
                    .iter()
                    .map(|check| Finding { item: check.item.clone(), found: found(check) }.into())
                    .collect();
                self.report(line, order, ReportBody::Detected { findings }).await;
            }
            Task::Execute { steps, restarts } => {
                let mut execution = Execution::with_restarts(steps, restarts);
                loop {
                    let now = self.clock.unwrap_or_else(jiff::Timestamp::now);
                    let (at, work) = match execution.next(now) {
                        Next::Work(at, work) => (at, work),
                        Next::Held(step) => {
                            let progress = Progress::Held { step, at: now };
                            execution.apply(&progress).unwrap();
                            let body = ReportBody::Progress(progress.into());
                            self.report(line, order, body).await;
                            continue;
                        }
                        Next::Done => break,
                    };
                    let end = self.pretend(&work.what, work.phase, &work.expect);
                    let outcome = Outcome {
                        end,
                        output: format!("{} ran\n", work.phase.word()),
                        started_ms: 1,
                        ended_ms: 2,
                    };
                    for progress in [Progress::Started(at), Progress::Finished(at, outcome)] {
                        execution.apply(&progress).unwrap();
                        self.report(line, order, ReportBody::Progress(progress.into())).await;
                    }
                }
            }
        }
        self.report(line, order, ReportBody::Ended).await;
    }

    fn pretend(&mut self, what: &What, phase: WorkPhase, expect: &Expect) -> End {
        match (what, phase) {
            (What::Probe(_), _) => End::Detected(self.installed.clone()),
            (What::Fetch(_), _) => End::Fetched,
            (What::Reboot(reboot), _) if reboot.only_pending => End::Stayed(Stay::NotNeeded),
            (What::Reboot(_), _) => End::Exit(0),
            (What::Run(_), WorkPhase::Test) => {
                End::Answer { answer: *expect == Expect::True, code: 0 }
            }
            (What::Run(_), WorkPhase::Install) if self.fails => End::Exit(5),
            (What::Run(run), phase) => {
                assert!(matches!(run.what, RunWhat::Script { .. }));
                if phase == WorkPhase::Set {
                    self.environment.clone_from(&run.environment);
                }
                self.installed = (phase == WorkPhase::Install).then(|| "1.0".to_owned());
                End::Exit(0)
            }
        }
    }

    /// Obeys orders until a session has ended, as the controller's acknowledgement of its last report tells.
    pub(crate) async fn serve_until_acked(&mut self, line: &mut Line, orders: usize) {
        for _ in 0..orders {
            let order = line.order().await;
            self.obey(line, &order).await;
        }
        let last = self.journal.len() as u64;
        while line.next(|message| matches!(message, ControllerMessage::Ack { .. })).await
            != (ControllerMessage::Ack { seq: last })
        {}
    }
}

impl Line {
    pub(crate) async fn say(&mut self, message: &AgentMessage) {
        self.0.send(Message::Text(serde_json::to_string(message).unwrap().into())).await.unwrap();
    }

    pub(crate) async fn hear(&mut self) -> ControllerMessage {
        match tokio::time::timeout(PATIENCE, self.frame()).await.unwrap() {
            Some(Ok(Message::Text(text))) => serde_json::from_str(&text).unwrap(),
            other => panic!("no message but {other:?}"),
        }
    }

    /// The next frame that is not the line's own.
    pub(crate) async fn frame(&mut self) -> Option<Result<Message, Error>> {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => return other,
            }
        }
    }

    /// The next message of a kind; others are dropped.
    pub(crate) async fn next(
        &mut self,
        wanted: impl Fn(&ControllerMessage) -> bool,
    ) -> ControllerMessage {
        loop {
            let message = self.hear().await;
            if wanted(&message) {
                return message;
            }
        }
    }

    /// The next order; one that is only sent again is none.
    pub(crate) async fn order(&mut self) -> Order {
        let last = self.1;
        let is_news = |message: &ControllerMessage| matches!(message, ControllerMessage::Order(order) if order.number != last);
        match self.next(is_news).await {
            ControllerMessage::Order(order) => {
                self.1 = order.number;
                order
            }
            _ => unreachable!("chosen above"),
        }
    }

    /// Reads until the other side closes; gives the close code.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        loop {
            match tokio::time::timeout(PATIENCE, self.frame()).await.unwrap() {
                Some(Ok(Message::Close(frame))) => return frame.map(|frame| frame.code.into()),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return None,
            }
        }
    }
}
