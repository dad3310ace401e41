//! A controller that a test plays: its CA, its listener, one agent at a time.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use futures_util::{SinkExt as _, StreamExt as _};
use ordain_wire::{
    AgentMessage, ControllerMessage, EnrolRequest, EnrolResponse, Facts, Hello, Order,
    RenewRequest, RenewResponse, Report, Welcome,
};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, CertifiedIssuer, IsCa,
    KeyPair,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use sha2::Digest as _;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

/// How long anything may take before a test gives up.
const PATIENCE: Duration = Duration::from_mins(1);

type Line = TlsStream<TcpStream>;

/// The controller, and the data folder of its one agent.
pub(crate) struct Stage {
    ca: CertifiedIssuer<'static, KeyPair>,
    acceptor: TlsAcceptor,
    listener: TcpListener,
    pub(crate) address: SocketAddr,
    pub(crate) folder: TempDir,
    /// From when to when certificates are good, in seconds from now.
    pub(crate) life: (i64, i64),
}

/// A request of an agent, before its answer.
pub(crate) struct Asked {
    pub(crate) line: Line,
    pub(crate) path: String,
    pub(crate) fields: String,
    pub(crate) body: Vec<u8>,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let leaf = leaf.signed_by(&key, &ca).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(ca.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone());
        let clients = clients.allow_unauthenticated().build().unwrap();
        let chain: Vec<CertificateDer<'static>> = vec![leaf.der().clone(), ca.der().clone()];
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(chain, PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            ca,
            acceptor: TlsAcceptor::from(Arc::new(config)),
            address: listener.local_addr().unwrap(),
            listener,
            folder: tempfile::tempdir().unwrap(),
            life: (-60, 3600),
        }
    }

    /// The pin of the CA's key.
    pub(crate) fn pin(&self) -> String {
        use rcgen::PublicKeyData as _;
        let hash = sha2::Sha256::digest(self.ca.key().subject_public_key_info());
        format!("sha256/{}", base64::engine::general_purpose::STANDARD.encode(hash))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The agent's program with its arguments, in an environment without proxies.
    pub(crate) fn agent(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ordain-agent"));
        command.args([verb, "--data"]).arg(self.data()).stdin(Stdio::null());
        for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"]
        {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn enrol_command(&self) -> Command {
        let mut command = self.agent("enroll");
        command.args([
            "--server",
            &format!("https://{}", self.address),
            "--token",
            "t-1",
            "--pin",
            &self.pin(),
            "--name",
            "pc-1",
        ]);
        command
    }

    /// Lets the agent enrol.
    pub(crate) async fn enrol(&self) {
        let mut command = self.enrol_command();
        let program = tokio::task::spawn_blocking(move || command.output().unwrap());
        let asked = self.asked().await;
        assert_eq!(asked.path, "/agent/v1/enrol");
        let request: EnrolRequest = serde_json::from_slice(&asked.body).unwrap();
        let response = EnrolResponse {
            agent: "a-1".into(),
            tenant: "contoso".into(),
            certificate: self.certificate(&request.csr),
            ca: self.ca.pem(),
        };
        asked.answer(200, &serde_json::to_vec(&response).unwrap()).await;
        let output = program.await.unwrap();
        assert!(output.status.success(), "{}", error_of(&output));
    }

    pub(crate) fn ca_pem(&self) -> String {
        self.ca.pem()
    }

    /// A certificate over the request's key.
    pub(crate) fn certificate(&self, csr: &str) -> String {
        let mut request = CertificateSigningRequestParams::from_pem(csr).unwrap();
        request.params.not_before = from_now(self.life.0).into();
        request.params.not_after = from_now(self.life.1).into();
        request.signed_by(&self.ca).unwrap().pem()
    }

    /// Answers a renewal.
    pub(crate) async fn renew(&self, asked: Asked) -> RenewRequest {
        assert_eq!(asked.path, "/agent/v1/renew");
        let request: RenewRequest = serde_json::from_slice(&asked.body).unwrap();
        let response =
            RenewResponse { certificate: self.certificate(&request.csr), ca: self.ca.pem() };
        asked.answer(200, &serde_json::to_vec(&response).unwrap()).await;
        request
    }

    /// Starts the agent; its log goes to a file.
    pub(crate) fn run(&self) -> Running {
        self.run_logging("debug")
    }

    /// The same at that level.
    pub(crate) fn run_logging(&self, level: &str) -> Running {
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let child = self.agent("run").args(["--log", level]).stderr(log).spawn().unwrap();
        Running(child)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The next request.
    pub(crate) async fn asked(&self) -> Asked {
        self.within("a request", async {
            loop {
                let (tcp, _) = self.listener.accept().await.unwrap();
                let Ok(mut line) = self.acceptor.accept(tcp).await else { continue };
                let mut bytes = Vec::new();
                while !bytes.ends_with(b"\r\n\r\n") {
                    match line.read_u8().await {
                        Ok(byte) => bytes.push(byte),
                        Err(_) => break,
                    }
                }
                let head = String::from_utf8(bytes).unwrap();
                let length = field(&head, "content-length")
                    .and_then(|length| length.parse().ok())
                    .unwrap_or(0);
                let mut body = vec![0; length];
                if line.read_exact(&mut body).await.is_err() {
                    continue;
                }
                let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
                return Asked { line, path, fields: head, body };
            }
        })
        .await
    }

    /// The next connection, up to the welcome.
    pub(crate) async fn connected(&self) -> Conversation {
        self.connected_after(0).await
    }

    /// The same for a controller that has reports up to `acked`.
    pub(crate) async fn connected_after(&self, acked: u64) -> Conversation {
        self.welcomed("contoso", acked).await
    }

    /// The same for a controller that takes the agent for one of that tenant.
    pub(crate) async fn welcomed(&self, tenant: &str, acked: u64) -> Conversation {
        let mut conversation = self.greeted().await;
        let clock = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
        let welcome =
            Welcome { protocol: 1, agent: "a-1".into(), tenant: tenant.into(), acked, clock };
        conversation.say(&ControllerMessage::Welcome(welcome)).await;
        conversation
    }

    /// The next connection, up to the hello.
    pub(crate) async fn greeted(&self) -> Conversation {
        let asked = self.asked().await;
        assert_eq!(asked.path, "/agent/v1/connect", "{}", self.log());
        let presented = asked.line.get_ref().1.peer_certificates().map_or(0, <[_]>::len);
        assert_eq!(presented, 1, "the agent shows its certificate");
        let mut conversation = asked.upgrade().await;
        let AgentMessage::Hello(hello) = conversation.hear().await else {
            panic!("hello comes first")
        };
        conversation.hello = Some(hello);
        conversation
    }

    async fn within<T>(&self, what: &str, future: impl Future<Output = T>) -> T {
        let finished = tokio::time::timeout(PATIENCE, future).await;
        finished.unwrap_or_else(|_| panic!("{what} did not come; the agent says:\n{}", self.log()))
    }
}

fn from_now(seconds: i64) -> std::time::SystemTime {
    let span = Duration::from_secs(seconds.unsigned_abs());
    let now = std::time::SystemTime::now();
    if seconds < 0 { now - span } else { now + span }
}

fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = head.lines().filter_map(|line| line.split_once(':'));
    lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
}

impl Asked {
    pub(crate) async fn answer(mut self, status: u16, body: &[u8]) {
        let head = format!(
            "HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        self.line.write_all(head.as_bytes()).await.unwrap();
        self.line.write_all(body).await.unwrap();
        let _ = self.line.shutdown().await;
    }

    async fn upgrade(mut self) -> Conversation {
        let key = derive_accept_key(field(&self.fields, "sec-websocket-key").unwrap().as_bytes());
        let head = format!(
            "HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {key}\r\n\r\n"
        );
        self.line.write_all(head.as_bytes()).await.unwrap();
        let socket = WebSocketStream::from_raw_socket(self.line, Role::Server, None).await;
        Conversation { socket, hello: None }
    }
}

/// A socket with the agent.
pub(crate) struct Conversation {
    pub(crate) socket: WebSocketStream<Line>,
    hello: Option<Hello>,
}

impl Conversation {
    pub(crate) fn hello(&self) -> &Hello {
        self.hello.as_ref().unwrap()
    }

    pub(crate) async fn say(&mut self, message: &ControllerMessage) {
        self.say_raw(Message::text(serde_json::to_string(message).unwrap())).await;
    }

    pub(crate) async fn say_raw(&mut self, message: Message) {
        self.socket.send(message).await.unwrap();
    }

    pub(crate) async fn order(&mut self, order: &Order) {
        self.say(&ControllerMessage::Order(order.clone())).await;
    }

    /// The next message.
    pub(crate) async fn hear(&mut self) -> AgentMessage {
        loop {
            let message =
                tokio::time::timeout(PATIENCE, self.socket.next()).await.expect("a message comes");
            match message.expect("the line holds").expect("the line holds") {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Close(_) => panic!("the agent closed"),
                _ => {}
            }
        }
    }

    /// Returns when the agent has closed the connection, however it did.
    pub(crate) async fn closed(&mut self) {
        let closing = async {
            while let Some(Ok(message)) = self.socket.next().await {
                if message.is_close() {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, closing).await.expect("the agent closes");
    }

    /// The next message that satisfies the wish; scripts are delivered and others passed over meanwhile.
    pub(crate) async fn hear_until<T>(
        &mut self,
        scripts: &[&str],
        wish: impl Fn(AgentMessage) -> Option<T>,
    ) -> T {
        loop {
            match self.hear().await {
                AgentMessage::WantBlobs { ids } => {
                    for id in ids {
                        let script = scripts.iter().find(|script| crate::orders::id(script) == id);
                        let blob = script.map_or(ordain_wire::Blob { id, data: None }, |script| {
                            crate::orders::blob(script)
                        });
                        self.say(&ControllerMessage::Blob(blob)).await;
                    }
                }
                message => {
                    if let Some(found) = wish(message) {
                        return found;
                    }
                }
            }
        }
    }

    pub(crate) async fn facts(&mut self) -> Facts {
        self.hear_until(&[], |message| match message {
            AgentMessage::Facts(facts) => Some(facts),
            _ => None,
        })
        .await
    }

    /// Reports up to the end of that order.
    pub(crate) async fn until_ended(&mut self, number: u64, scripts: &[&str]) -> Vec<Report> {
        let mut reports: Vec<Report> = Vec::new();
        loop {
            let report = self.hear_until(scripts, |message| match message {
                AgentMessage::Report(report) => Some(report),
                AgentMessage::Refused(refusal) => panic!("{refusal:?}"),
                _ => None,
            });
            let report = report.await;
            let ended = report.order == number && report.body == ordain_wire::ReportBody::Ended;
            reports.push(report);
            if ended {
                return reports;
            }
        }
    }
}

/// The agent's process; killed when the test is over.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    pub(crate) fn terminate(&self) {
        let pid = nix::unistd::Pid::from_raw(i32::try_from(self.0.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    }

    /// The exit code, once there is one.
    pub(crate) async fn code(mut self) -> Option<i32> {
        let pid = self.0.id();
        let wait = tokio::task::spawn_blocking(move || {
            let status = self.0.wait().unwrap();
            (self, status)
        });
        let (_, status) = tokio::time::timeout(PATIENCE, wait)
            .await
            .unwrap_or_else(|_| panic!("agent {pid} goes on"))
            .unwrap();
        status.code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a program said on standard error.
pub(crate) fn error_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs a command while the stage does something else.
pub(crate) async fn output(mut command: Command) -> Output {
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}
