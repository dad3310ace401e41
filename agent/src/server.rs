//! The controller's address: `https://HOST[:PORT]`, nothing else.

use std::fmt;
use std::str::FromStr;

/// A host and port that TLS is spoken with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no controller's address: {why}")]
pub struct BadServer {
    text: String,
    why: &'static str,
}

impl FromStr for Server {
    type Err = BadServer;

    fn from_str(text: &str) -> Result<Self, BadServer> {
        let bad = |why| BadServer { text: text.to_owned(), why };
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("wss://"));
        let rest = rest.ok_or_else(|| bad("write https://HOST or https://HOST:PORT"))?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if authority.contains(['/', '?', '#']) {
            return Err(bad("it must not have a path"));
        }
        if authority.contains('@') {
            return Err(bad("it must not hold a password"));
        }
        let (host, port) = split_port(authority).ok_or_else(|| bad("the port is not a number"))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(plain) {
            return Err(bad("the host is missing or not a plain name"));
        }
        Ok(Self { host: host.to_ascii_lowercase(), port: port.unwrap_or(443) })
    }
}

/// Splits `HOST`, `HOST:PORT`, `[V6]` and `[V6]:PORT`; none where the port is no number.
pub(crate) fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    if let Some(rest) = authority.strip_prefix('[') {
        let (host, behind) = rest.split_once(']')?;
        return match behind.strip_prefix(':') {
            Some(port) => Some((host, Some(port.parse().ok()?))),
            None if behind.is_empty() => Some((host, None)),
            None => None,
        };
    }
    match authority.rsplit_once(':') {
        Some((host, _)) if host.contains(':') => Some((authority, None)),
        Some((host, port)) => Some((host, Some(port.parse().ok()?))),
        None => Some((authority, None)),
    }
}

impl Server {
    /// `HOST:PORT`, with brackets around an IPv6 address.
    pub fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}", self.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read() {
        for (text, host, port) in [
            ("https://ordain.example", "ordain.example", 443),
            ("https://Ordain.Example:7443/", "ordain.example", 7443),
            ("https://127.0.0.1:7443", "127.0.0.1", 7443),
            ("https://[::1]:7443", "::1", 7443),
            ("wss://ordain.example", "ordain.example", 443),
        ] {
            assert_eq!(text.parse(), Ok(Server { host: host.into(), port }), "{text}");
        }
        for bad in [
            "",
            "ordain.example",
            "http://x",
            "https://",
            "https://x:y",
            "https://a@b",
            "https://x/path",
            "https://a b",
            "https://[::1",
        ] {
            assert!(bad.parse::<Server>().is_err(), "{bad}");
        }
    }
}
