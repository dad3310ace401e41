//! A line to a file server: plain or TLS, direct or through the proxy.
//!
//! Servers of files are known by the operating system's authorities, unlike
//! the controller, which is known by its pin ([`crate::tls`]).

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::url::Url;
use super::{Stopped, Stops};
use crate::proxy::{BadProxy, Proxy};

/// How long connecting may take, for each address.
const CONNECT: Duration = Duration::from_secs(20);
/// How long a server may say nothing.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often it is asked whether to stop.
const GLANCE: Duration = Duration::from_millis(250);

/// How file servers are reached from this computer.
#[derive(Debug)]
pub struct Roads {
    proxy: Option<String>,
    authorities: OnceLock<Arc<ClientConfig>>,
}

impl Roads {
    /// Through the named proxy; without one as the environment says.
    pub fn new(proxy: Option<String>) -> Self {
        Self { proxy, authorities: OnceLock::new() }
    }

    /// The proxy on the way to a file.
    pub(super) fn proxy(&self, url: &Url) -> Result<Option<Proxy>, BadProxy> {
        let variable = |name: &str| {
            let plain = |name: &str| name.replace("HTTPS", "HTTP").replace("https", "http");
            let name = if url.secure { name.to_owned() } else { plain(name) };
            std::env::var(name).ok()
        };
        Proxy::choose(self.proxy.as_deref(), &url.server, &variable)
    }

    /// Opens a line to where a file is.
    pub(super) fn open<'a>(
        &self,
        url: &Url,
        proxy: Option<&Proxy>,
        stops: Stops<'a>,
    ) -> io::Result<Line<'a>> {
        let (host, port) = match proxy {
            Some(proxy) => (proxy.host.as_str(), proxy.port),
            None => (url.server.host.as_str(), url.server.port),
        };
        let tcp = connect(host, port, stops)?;
        tcp.set_nodelay(true)?;
        tcp.set_read_timeout(Some(GLANCE))?;
        tcp.set_write_timeout(Some(PATIENCE))?;
        let mut line = Line { wire: Wire::Plain(tcp), stops };
        if !url.secure {
            return Ok(line);
        }
        if let Some(proxy) = proxy {
            ask_to_connect(&mut line, proxy, url)?;
        }
        let Wire::Plain(tcp) = line.wire else { return Err(io::ErrorKind::Other.into()) };
        let name = ServerName::try_from(url.server.host.clone())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        let secure = ClientConnection::new(self.authorities(), name).map_err(io::Error::other)?;
        Ok(Line { wire: Wire::Secure(Box::new(StreamOwned::new(secure, tcp))), stops })
    }

    /// What the operating system trusts, read once.
    fn authorities(&self) -> Arc<ClientConfig> {
        let read = || {
            let mut roots = RootCertStore::empty();
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::warn!(%error, "some of this computer's certificate authorities cannot be read");
            }
            roots.add_parsable_certificates(found.certs);
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .expect("ring speaks both versions")
                .with_root_certificates(roots)
                .with_no_client_auth();
            Arc::new(config)
        };
        self.authorities.get_or_init(read).clone()
    }
}

fn connect(host: &str, port: u16, stops: Stops<'_>) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        if stops() {
            return Err(io::Error::other(Stopped));
        }
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Asks the proxy for a line to the server.
fn ask_to_connect(line: &mut Line<'_>, proxy: &Proxy, url: &Url) -> io::Result<()> {
    let authority = url.server.authority();
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
    request.push_str(&proxy.authorization());
    request.push_str("\r\n");
    line.write_all(request.as_bytes())?;
    // Byte by byte: what follows the blank line is the server's.
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > 16 * 1024 {
            return Err(io::Error::other("the proxy's answer does not end"));
        }
        let mut byte = [0];
        line.read_exact(&mut byte)?;
        answer.push(byte[0]);
    }
    let text = String::from_utf8_lossy(&answer);
    let status = text.lines().next().unwrap_or_default();
    if status.split_whitespace().nth(1) == Some("200") {
        return Ok(());
    }
    Err(io::Error::other(format!("the proxy refuses to connect: {}", status.trim())))
}

/// An open line; reading waits patiently, but not beyond a stop.
pub(super) struct Line<'a> {
    wire: Wire,
    stops: Stops<'a>,
}

enum Wire {
    Plain(TcpStream),
    Secure(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Read for Line<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let since = Instant::now();
        loop {
            let read = match &mut self.wire {
                Wire::Plain(tcp) => tcp.read(buffer),
                Wire::Secure(tls) => tls.read(buffer),
            };
            match read {
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if (self.stops)() {
                        return Err(io::Error::other(Stopped));
                    }
                    if since.elapsed() > PATIENCE {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => return other,
            }
        }
    }
}

impl Write for Line<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.wire {
            Wire::Plain(tcp) => tcp.write(bytes),
            Wire::Secure(tls) => tls.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.wire {
            Wire::Plain(tcp) => tcp.flush(),
            Wire::Secure(tls) => tls.flush(),
        }
    }
}
