//! A small forge: `git http-backend` behind HTTP/1.1, with or without TLS,
//! that can be told to misbehave.
//!
//! Hand-rolled on threads: one per connection, each request answered either
//! by the test's own rule or by git's CGI program.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request as the forge saw it.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

/// What the test's rule makes of a request.
pub(crate) enum Reply {
    /// Whatever git says.
    Git,
    /// What git says, cut off after so many bytes of its body.
    Cut(usize),
    /// Status line and headers, then the body.
    Own(&'static str, String, Vec<u8>),
    /// Nothing, ever.
    Silence,
}

type Rule = dyn Fn(&Request) -> Reply + Send + Sync;

/// A running forge. Its threads end with the test's process.
pub(crate) struct Forge {
    port: u16,
    scheme: &'static str,
    /// The certificate, where there is TLS.
    pub(crate) ca: Option<String>,
    log: Arc<Mutex<Vec<Request>>>,
}

impl Forge {
    /// Serves the repositories below `root` over TLS.
    pub(crate) fn tls(
        root: PathBuf,
        rule: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        // The crate under test installs the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![cert.der().clone()], key)
            .unwrap();
        let mut forge = Self::start(root, Some(Arc::new(config)), Arc::new(rule));
        forge.ca = Some(cert.pem());
        forge
    }

    /// The same without TLS.
    pub(crate) fn plain(
        root: PathBuf,
        rule: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(root, None, Arc::new(rule))
    }

    fn start(root: PathBuf, tls: Option<Arc<ServerConfig>>, rule: Arc<Rule>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Vec::new()));
        let scheme = if tls.is_some() { "https" } else { "http" };
        let seen = Arc::clone(&log);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, tls) = (root.clone(), tls.clone());
                let (rule, seen) = (Arc::clone(&rule), Arc::clone(&seen));
                thread::spawn(move || match tls {
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        talk(StreamOwned::new(connection, stream), &root, &*rule, &seen);
                    }
                    None => talk::<TcpStream>(stream, &root, &*rule, &seen),
                });
            }
        });
        Self { port, scheme, ca: None, log }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://localhost:{}/{path}", self.scheme, self.port)
    }

    /// All requests so far.
    pub(crate) fn log(&self) -> Vec<Request> {
        self.log.lock().unwrap().clone()
    }
}

/// Answers requests until the other side goes or something fails; failures
/// show in the client.
fn talk<S: Read + Write>(stream: S, root: &Path, rule: &Rule, log: &Mutex<Vec<Request>>) {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader) {
        log.lock().unwrap().push(request.clone());
        let (status, headers, body, cut) = match rule(&request) {
            Reply::Git => {
                let (status, headers, body) = backend(root, &request);
                (status, headers, body, None)
            }
            Reply::Cut(most) => {
                let (status, headers, body) = backend(root, &request);
                (status, headers, body, Some(most))
            }
            Reply::Own(status, headers, body) => (status.to_owned(), headers, body, None),
            Reply::Silence => loop {
                thread::park();
            },
        };
        // In chunks, since forges answer so.
        let mut answer =
            format!("HTTP/1.1 {status}\r\n{headers}Transfer-Encoding: chunked\r\n\r\n")
                .into_bytes();
        for chunk in body[..cut.unwrap_or(body.len()).min(body.len())].chunks(1000) {
            answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            answer.extend_from_slice(chunk);
            answer.extend_from_slice(b"\r\n");
        }
        if cut.is_none() {
            answer.extend_from_slice(b"0\r\n\r\n");
        }
        let stream = reader.get_mut();
        if stream.write_all(&answer).and_then(|()| stream.flush()).is_err() || cut.is_some() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
    let mut words = line.split_whitespace().map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(':') {
            Some((name, value)) => headers.push((name.to_owned(), value.trim().to_owned())),
            None => break,
        }
    }
    let mut request = Request { method, target, headers, body: Vec::new() };
    let length = request.header("content-length").map_or(0, |text| text.parse().unwrap());
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    Some(request)
}

/// Runs git's CGI program; gives status, headers and body.
fn backend(root: &Path, request: &Request) -> (String, String, Vec<u8>) {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut child = Command::new("git")
        .arg("http-backend")
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_PROJECT_ROOT", root)
        .envs([("GIT_HTTP_EXPORT_ALL", "1"), ("REMOTE_ADDR", "127.0.0.1")])
        .envs([("REQUEST_METHOD", request.method.as_str()), ("PATH_INFO", path)])
        .envs([
            ("QUERY_STRING", query),
            ("CONTENT_TYPE", request.header("content-type").unwrap_or("")),
        ])
        .env("CONTENT_LENGTH", request.body.len().to_string())
        .env("GIT_CONFIG_COUNT", "1")
        .envs([("GIT_CONFIG_KEY_0", "safe.directory"), ("GIT_CONFIG_VALUE_0", "*")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let body = request.body.clone();
    let writer = thread::spawn(move || stdin.write_all(&body));
    let output = child.wait_with_output().unwrap().stdout;
    // git may answer without reading it all.
    let _ = writer.join().unwrap();
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let mut status = "200 OK".to_owned();
    let mut headers = String::new();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        match line.strip_prefix("Status: ") {
            Some(given) => given.clone_into(&mut status),
            None => write!(headers, "{line}\r\n").unwrap(),
        }
    }
    (status, headers, output[end + 4..].to_vec())
}
