//! HTTP proxies on the way to the controller: which one, and asking it to connect.
//!
//! From the command line, else from enrolment, else from the environment
//! (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`, either case). Only plain HTTP to
//! the proxy itself: what goes through it is TLS of the agent's own.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::server::{Server, split_port};

/// A proxy, with what it wants to know of whoever asks.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    credentials: Option<String>,
}

/// An address that names no proxy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the proxy's address makes no sense: {0}; write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
)]
pub struct BadProxy(&'static str);

/// Why a proxy did not connect.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The line to it broke.
    #[error("the proxy does not answer as one")]
    Line(#[from] std::io::Error),
    /// It took too long.
    #[error("the proxy did not answer in time")]
    Late,
    /// It wants other credentials.
    #[error("the proxy refuses the credentials (407)")]
    Credentials,
    /// It refused.
    #[error("the proxy refuses to connect: {0}")]
    Refused(String),
}

impl FromStr for Proxy {
    type Err = BadProxy;

    fn from_str(text: &str) -> Result<Self, BadProxy> {
        let rest = match text.split_once("://") {
            Some(("http", rest)) => rest,
            Some(_) => return Err(BadProxy("only http:// proxies are known")),
            None => text,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (credentials, authority) = match rest.rsplit_once('@') {
            Some((credentials, authority)) => {
                (Some(decoded(credentials).ok_or(BadProxy("bad % code"))?), authority)
            }
            None => (None, rest),
        };
        let (host, port) = split_port(authority).ok_or(BadProxy("the port is not a number"))?;
        if host.is_empty() || host.contains(['/', ' ']) {
            return Err(BadProxy("the host is missing"));
        }
        Ok(Self { host: host.to_owned(), port: port.unwrap_or(8080), credentials })
    }
}

/// Takes percent codes out.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        if *first == b'%' {
            let (code, behind) = rest.split_at_checked(2)?;
            bytes.push(u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok()?);
            rest = behind;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

impl Proxy {
    /// The proxy for that server: the one that was named, else the environment's.
    pub fn choose(
        named: Option<&str>,
        server: &Server,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, BadProxy> {
        let either = |name: &str| {
            let lower = name.to_ascii_lowercase();
            variable(name).or_else(|| variable(&lower)).filter(|value| !value.is_empty())
        };
        if let Some(named) = named {
            return if named.is_empty() { Ok(None) } else { named.parse().map(Some) };
        }
        let Some(found) = either("HTTPS_PROXY").or_else(|| either("ALL_PROXY")) else {
            return Ok(None);
        };
        if either("NO_PROXY").is_some_and(|list| goes_direct(&list, server)) {
            return Ok(None);
        }
        found.parse().map(Some)
    }

    /// The header field with what it wants to know; empty where it wants nothing.
    pub fn authorization(&self) -> String {
        match &self.credentials {
            Some(credentials) => {
                format!("Proxy-Authorization: Basic {}\r\n", BASE64.encode(credentials))
            }
            None => String::new(),
        }
    }

    /// Asks the proxy at the other end of `stream` for a line to the server.
    pub async fn connect(
        &self,
        stream: &mut TcpStream,
        server: &Server,
        patience: Duration,
    ) -> Result<(), ProxyError> {
        timeout(patience, self.ask(stream, server)).await.map_err(|_| ProxyError::Late)?
    }

    async fn ask(&self, stream: &mut TcpStream, server: &Server) -> Result<(), ProxyError> {
        let authority = server.authority();
        let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n");
        request.push_str(&self.authorization());
        request.push_str("\r\n");
        stream.write_all(request.as_bytes()).await?;
        // Byte by byte: what follows the blank line is the server's.
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            if answer.len() > 16 * 1024 {
                return Err(ProxyError::Refused("its answer does not end".to_owned()));
            }
            answer.push(stream.read_u8().await?);
        }
        let text = String::from_utf8_lossy(&answer);
        let status = text.lines().next().unwrap_or_default();
        match status.split_whitespace().nth(1) {
            Some("200") => Ok(()),
            Some("407") => Err(ProxyError::Credentials),
            _ => Err(ProxyError::Refused(
                status.chars().filter(|c| !c.is_control()).take(120).collect(),
            )),
        }
    }
}

/// Whether `NO_PROXY` takes the server out: names, suffixes, addresses, `*`.
fn goes_direct(list: &str, server: &Server) -> bool {
    list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let (host, port) = split_port(entry).unwrap_or((entry, None));
        let host = host.trim_start_matches("*.").trim_start_matches('.').to_ascii_lowercase();
        let suffix = server
            .host
            .strip_suffix(&host)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'));
        entry == "*" || (suffix && port.is_none_or(|port| port == server.port))
    })
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "http://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self}, credentials: {})", self.credentials.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(named: Option<&str>, variables: &[(&str, &str)]) -> Option<String> {
        let server: Server = "https://ordain.msp.example:7443".parse().expect("an address");
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Proxy::choose(named, &server, &variable).expect("proxies").map(|proxy| proxy.to_string())
    }

    #[test]
    fn the_named_proxy_goes_before_the_environment() {
        let environment = [("HTTPS_PROXY", "http://env:3128")];
        assert_eq!(choose(None, &[]), None);
        assert_eq!(choose(None, &environment).as_deref(), Some("http://env:3128"));
        assert_eq!(choose(Some("named:1080"), &environment).as_deref(), Some("http://named:1080"));
        assert_eq!(choose(Some(""), &environment), None, "an empty one means none");
        assert_eq!(
            choose(None, &[("https_proxy", "http://lower")]).as_deref(),
            Some("http://lower:8080")
        );
    }

    #[test]
    fn no_proxy_takes_servers_out() {
        for (list, direct) in [
            ("*", true),
            ("ordain.msp.example", true),
            (".msp.example", true),
            ("*.msp.example", true),
            ("msp.example:7443", true),
            ("msp.example:443", false),
            ("sp.example", false),
            ("localhost, other.example", false),
        ] {
            let found = choose(None, &[("HTTPS_PROXY", "http://env:3128"), ("NO_PROXY", list)]);
            assert_eq!(found.is_none(), direct, "{list}");
        }
    }

    #[test]
    fn credentials_are_read_and_never_shown() {
        let proxy: Proxy = "http://jo:p%40ss@proxy:3128".parse().expect("a proxy");
        assert_eq!(proxy.credentials.as_deref(), Some("jo:p@ss"));
        assert!(!format!("{proxy:?} {proxy}").contains("p@ss"));
        for bad in ["https://x", "socks5://x", "http://", "http://x:y", "http://%zz@x"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
    }
}
