//! git's smart HTTP protocol: one GET for the refs, a POST for each round.
//!
//! A worker thread owns the HTTP client and its runtime, so that libgit2's
//! blocking calls are safe on any thread. Here it is decided when a
//! credential is sent and which redirects are followed. What the bytes mean
//! is libgit2's business.

use std::fs;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel};
use std::thread;
use std::time::Duration;

use git2::transport::{Service, SmartSubtransport, SmartSubtransportStream};
use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, LOCATION, USER_AGENT};
use reqwest::{Certificate, Client, Response, StatusCode, redirect};
use url::Url;

use super::pipe::{Chunk, Pipe};
use super::{Errand, Fault};
use crate::access::Secret;
use crate::location::{Remote, is_loopback};

/// Redirects that are followed, of the first request only, as git does.
const REDIRECTS: usize = 5;
/// The largest request that is made; negotiation needs far less.
const LARGEST_REQUEST: usize = 16 << 20;
/// What GitHub takes for a token's user name, and the others do not look at.
const TOKEN_USER: &str = "x-access-token";

/// Forges answer `git/` agents with git's protocol rather than a page.
const AGENT: &str = concat!("git/2.0 (ordain ", env!("CARGO_PKG_VERSION"), ")");

pub(super) struct Http {
    errand: Arc<Errand>,
    worker: Sender<Request>,
}

/// A request to the worker, with the way for its answer.
struct Request {
    kind: Kind,
    answer: SyncSender<Chunk>,
}

enum Kind {
    /// `GET info/refs`.
    Refs,
    /// `POST git-upload-pack` with this body.
    Pack(Vec<u8>),
}

impl Http {
    pub(super) fn new(errand: Arc<Errand>) -> Self {
        let (worker, requests) = channel();
        let hired = Arc::clone(&errand);
        thread::spawn(move || work(&hired, &requests));
        Self { errand, worker }
    }
}

impl SmartSubtransport for Http {
    fn action(
        &self,
        _url: &str,
        service: Service,
    ) -> Result<Box<dyn SmartSubtransportStream>, git2::Error> {
        let refs = match service {
            Service::UploadPackLs => true,
            Service::UploadPack => false,
            Service::ReceivePackLs | Service::ReceivePack => {
                return Err(git2::Error::from_str("only fetching is supported"));
            }
        };
        Ok(Box::new(Exchange {
            refs,
            body: Vec::new(),
            answer: None,
            worker: self.worker.clone(),
            patience: self.errand.access.patience,
        }))
    }

    fn close(&self) -> Result<(), git2::Error> {
        Ok(())
    }
}

/// One request and its answer: written first, sent by the first read.
struct Exchange {
    refs: bool,
    body: Vec<u8>,
    answer: Option<Pipe>,
    worker: Sender<Request>,
    patience: Duration,
}

impl Write for Exchange {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.answer.take().is_some() {
            self.body.clear();
        }
        if self.body.len() + bytes.len() > LARGEST_REQUEST {
            return Err(io::Error::other("the request grows too large"));
        }
        self.body.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Exchange {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.answer.is_none() {
            // The worker keeps time itself; this bound is for a worker that hangs.
            let (answer, pipe) = Pipe::new(self.patience * 4);
            let kind =
                if self.refs { Kind::Refs } else { Kind::Pack(std::mem::take(&mut self.body)) };
            let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
            self.worker.send(Request { kind, answer }).map_err(gone)?;
            self.answer = Some(pipe);
        }
        self.answer.as_mut().map_or(Ok(0), |pipe| pipe.read(buffer))
    }
}

/// The worker: takes requests until the transport is dropped.
fn work(errand: &Errand, requests: &Receiver<Request>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let mut talk = None;
    for request in requests {
        let result = match &runtime {
            Ok(runtime) => runtime.block_on(async {
                let talk = match &mut talk {
                    Some(talk) => talk,
                    None => talk.insert(Talk::new(errand)?),
                };
                talk.answer(&request).await
            }),
            Err(error) => Err(Fault::Connection { reason: error.to_string() }),
        };
        if let Err(fault) = result {
            let shown = io::Error::other(fault.to_string());
            errand.keep(fault);
            // The reader may have gone; then nobody needs to know.
            let _ = request.answer.send(Err(shown));
        }
    }
}

/// A conversation with one server.
struct Talk<'e> {
    errand: &'e Errand,
    client: Client,
    /// Where the repository is, after redirects.
    base: Url,
    login: Option<(String, Option<Secret>)>,
}

impl<'e> Talk<'e> {
    fn new(errand: &'e Errand) -> Result<Self, Fault> {
        let Remote::Http { url, login } = &errand.remote else {
            return Err(Fault::NotGit);
        };
        let access = &errand.access;
        permitted(url, access.allow_http)?;
        let in_url = login.as_ref();
        let login = match (&access.token, in_url) {
            (Some(token), in_url) => {
                let name = access.username.clone();
                let name = name.or_else(|| in_url.map(|login| login.username.expose().to_owned()));
                Some((name.unwrap_or_else(|| TOKEN_USER.to_owned()), Some(token.clone())))
            }
            (None, Some(login)) => {
                Some((login.username.expose().to_owned(), login.password.clone()))
            }
            (None, None) => None,
        };
        Ok(Self { errand, client: client(errand, url)?, base: url.clone(), login })
    }

    async fn answer(&mut self, request: &Request) -> Result<(), Fault> {
        let mut response = match &request.kind {
            Kind::Refs => self.refs().await?,
            Kind::Pack(body) => self.pack(body.clone()).await?,
        };
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    if request.answer.send(Ok(chunk.to_vec())).is_err() {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.connection(&error)),
            }
        }
    }

    async fn refs(&mut self) -> Result<Response, Fault> {
        let mut asked = false;
        let mut redirects = 0;
        loop {
            let url = below(&self.base, "info/refs", Some("service=git-upload-pack"));
            let request =
                self.client.get(url).header(ACCEPT, "*/*").header(CACHE_CONTROL, "no-cache");
            let response = self.send(request).await?;
            let status = response.status();
            if status.is_redirection() {
                redirects += 1;
                if redirects > REDIRECTS {
                    return Err(Fault::Redirect { reason: "without end" });
                }
                self.follow(&response)?;
            } else if status == StatusCode::UNAUTHORIZED && self.login.is_none() && !asked {
                asked = true;
                self.login = ask(self.errand, &self.base);
                if self.login.is_none() {
                    return Err(Fault::Unauthorized { sent: false });
                }
            } else {
                self.check(status)?;
                let git = content_type(&response) == "application/x-git-upload-pack-advertisement";
                return if git { Ok(response) } else { Err(Fault::NotGit) };
            }
        }
    }

    async fn pack(&self, body: Vec<u8>) -> Result<Response, Fault> {
        let request = self
            .client
            .post(below(&self.base, "git-upload-pack", None))
            .header(CONTENT_TYPE, "application/x-git-upload-pack-request")
            .header(ACCEPT, "application/x-git-upload-pack-result")
            .body(body);
        let response = self.send(request).await?;
        if response.status().is_redirection() {
            return Err(Fault::Redirect { reason: "in the middle of a fetch" });
        }
        self.check(response.status())?;
        let git = content_type(&response) == "application/x-git-upload-pack-result";
        if git { Ok(response) } else { Err(Fault::NotGit) }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Fault> {
        let mut request = request.header(USER_AGENT, AGENT);
        if let Some((name, password)) = &self.login {
            request = request.basic_auth(name, password.as_ref().map(Secret::expose));
        }
        request.send().await.map_err(|error| self.connection(&error))
    }

    /// Goes to where the server points: never to a lesser scheme, only to the
    /// same resource, and without our credentials when the host changes.
    fn follow(&mut self, response: &Response) -> Result<(), Fault> {
        let header = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let target = header.and_then(|text| response.url().join(text).ok());
        let Some(mut target) = target else {
            return Err(Fault::Redirect { reason: "to nowhere" });
        };
        let base = target.path().strip_suffix("/info/refs").map(str::to_owned);
        let Some(base) = base else {
            return Err(Fault::Redirect { reason: "to something that is no repository" });
        };
        if self.base.scheme() == "https" && target.scheme() != "https" {
            return Err(Fault::Redirect { reason: "to a connection without encryption" });
        }
        permitted(&target, self.errand.access.allow_http)?;
        target.set_path(&base);
        target.set_query(None);
        let bare = target.set_username("").and_then(|()| target.set_password(None));
        bare.map_err(|()| Fault::Redirect { reason: "to nowhere" })?;
        if target.origin() != self.base.origin() {
            self.login = None;
        }
        self.base = target;
        Ok(())
    }

    fn check(&self, status: StatusCode) -> Result<(), Fault> {
        match status {
            StatusCode::OK => Ok(()),
            StatusCode::UNAUTHORIZED => Err(Fault::Unauthorized { sent: self.login.is_some() }),
            StatusCode::FORBIDDEN => Err(Fault::Forbidden),
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(Fault::NoRepository),
            status => Err(Fault::Status { status: status.as_u16() }),
        }
    }

    /// A library's error in words, outermost left out: it repeats the URL.
    fn connection(&self, error: &reqwest::Error) -> Fault {
        if error.is_timeout() {
            return Fault::Silent { seconds: self.errand.access.patience.as_secs() };
        }
        let mut reasons = Vec::new();
        let mut next = std::error::Error::source(error);
        while let Some(error) = next {
            let words = error.to_string();
            if !reasons.iter().any(|known: &String| known.contains(&words)) {
                reasons.push(words);
            }
            next = error.source();
        }
        if reasons.is_empty() {
            reasons.push("the connection failed".to_owned());
        }
        Fault::Connection { reason: reasons.join(": ") }
    }
}

fn client(errand: &Errand, url: &Url) -> Result<Client, Fault> {
    // Another part of the process may have installed the same one before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let access = &errand.access;
    let mut builder = Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(access.patience.min(Duration::from_secs(30)))
        .read_timeout(access.patience)
        .http1_only();
    if is_loopback(url) {
        builder = builder.no_proxy();
    }
    if let Some(path) = &access.ca_file {
        let wrong =
            |reason: String| Fault::CaFile { reason: format!("{}: {reason}", path.display()) };
        let pem = fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let bundle = Certificate::from_pem_bundle(&pem).map_err(|_| wrong("no PEM".to_owned()))?;
        if bundle.is_empty() {
            return Err(wrong("no certificate inside".to_owned()));
        }
        builder = builder.tls_certs_only(bundle);
    }
    builder.build().map_err(|error| {
        let reason = std::error::Error::source(&error).map(ToString::to_string);
        Fault::Connection { reason: reason.unwrap_or_else(|| error.to_string()) }
    })
}

fn permitted(url: &Url, allow_http: bool) -> Result<(), Fault> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if allow_http || is_loopback(url) => Ok(()),
        _ => Err(Fault::Plain),
    }
}

fn below(base: &Url, path: &str, query: Option<&str>) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/{path}", base.path().trim_end_matches('/')));
    url.set_query(query);
    url
}

fn content_type(response: &Response) -> &str {
    let value = response.headers().get(CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Asks the askpass program, where there is one, for a password.
fn ask(errand: &Errand, base: &Url) -> Option<(String, Option<Secret>)> {
    let program = errand.access.askpass.as_ref()?;
    let name = errand.access.username.clone().unwrap_or_else(|| TOKEN_USER.to_owned());
    let host = base.host_str().unwrap_or_default();
    let output = Command::new(program)
        .arg(format!("Password for '{}://{name}@{host}': ", base.scheme()))
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let password = text.lines().next().filter(|line| !line.is_empty())?;
    output.status.success().then(|| (name, Some(Secret::new(password))))
}
