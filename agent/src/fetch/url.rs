//! Where an artifact is: `http://` or `https://`, and where a redirect leads.

use std::fmt::Write as _;
use std::str::FromStr;

use crate::server::{Server, split_port};

/// An address of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Url {
    /// Whether TLS is spoken.
    pub(super) secure: bool,
    /// Whom to ask.
    pub(super) server: Server,
    /// What to ask for: path and query, as they go over the line.
    pub(super) target: String,
}

/// An address that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address of a file: {why}")]
pub struct BadUrl {
    text: String,
    why: &'static str,
}

fn bad(text: &str, why: &'static str) -> BadUrl {
    BadUrl { text: text.chars().take(200).collect(), why }
}

impl FromStr for Url {
    type Err = BadUrl;

    fn from_str(text: &str) -> Result<Self, BadUrl> {
        let (scheme, rest) =
            text.split_once("://").ok_or_else(|| bad(text, "it has no http:// or https://"))?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return Err(bad(text, "only http:// and https:// are fetched")),
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        if authority.contains('@') {
            return Err(bad(text, "it holds a password"));
        }
        let (host, port) =
            split_port(authority).ok_or_else(|| bad(text, "the port is not a number"))?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(plain) {
            return Err(bad(text, "the host is missing or not a plain name"));
        }
        let port = port.unwrap_or(if secure { 443 } else { 80 });
        let server = Server { host: host.to_ascii_lowercase(), port };
        Ok(Self { secure, server, target: target_of(target) })
    }
}

/// Path and query without the fragment; what cannot go over the line as `%XX`.
fn target_of(written: &str) -> String {
    let written = written.split('#').next().unwrap_or_default();
    let mut target = String::with_capacity(written.len() + 1);
    if !written.starts_with('/') {
        target.push('/');
    }
    for byte in written.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`') {
            target.push(char::from(byte));
        } else {
            let _ = write!(target, "%{byte:02X}");
        }
    }
    target
}

impl Url {
    /// Where a redirect from here leads; never from `https` to `http`.
    ///
    /// # Errors
    /// Where it leads nowhere.
    pub(super) fn follow(&self, location: &str) -> Result<Self, BadUrl> {
        let scheme = if self.secure { "https" } else { "http" };
        let next: Self = if location.contains("://") {
            location.parse()?
        } else if let Some(rest) = location.strip_prefix("//") {
            format!("{scheme}://{rest}").parse()?
        } else if location.starts_with('/') {
            Self { target: target_of(location), ..self.clone() }
        } else {
            let path = self.target.split('?').next().unwrap_or_default();
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            Self { target: target_of(&format!("{folder}/{location}")), ..self.clone() }
        };
        if self.secure && !next.secure {
            return Err(bad(location, "it leads from https to http"));
        }
        Ok(next)
    }
}

impl std::fmt::Display for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.server.authority(), self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_what_is_none() {
        let shown = |text: &str| text.parse::<Url>().map(|url| url.to_string()).ok();
        for (text, url) in [
            ("https://X.example/a/b.msi?v=1#top", Some("https://x.example:443/a/b.msi?v=1")),
            ("http://x.example:8080", Some("http://x.example:8080/")),
            ("HTTP://[::1]/a b\"ü", Some("http://[::1]:80/a%20b%22%C3%BC")),
            ("https://x.example?q", Some("https://x.example:443/?q")),
            ("ftp://x.example/a", None),
            ("file:///etc/passwd", None),
            ("https://user:word@x.example/a", None),
            ("https:///a", None),
            ("https://x.example:many/a", None),
            ("x.example/a", None),
        ] {
            assert_eq!(shown(text).as_deref(), url, "{text}");
        }
    }

    #[test]
    fn redirects() {
        let from: Url = "https://x.example/a/b?c/d".parse().expect("an address");
        let to = |location: &str| from.follow(location).map(|url| url.to_string()).ok();
        for (location, url) in [
            ("https://y.example/z", Some("https://y.example:443/z")),
            ("//y.example/z", Some("https://y.example:443/z")),
            ("/z?q", Some("https://x.example:443/z?q")),
            ("z", Some("https://x.example:443/a/z")),
            ("http://x.example/z", None),
            ("ftp://x.example/z", None),
        ] {
            assert_eq!(to(location).as_deref(), url, "{location}");
        }
    }
}
