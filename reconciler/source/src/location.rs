//! Where a configuration repository lies: a folder, or a remote reached over
//! HTTPS or ssh, read from what a person typed.
//!
//! Credentials in a URL are taken out at once and never shown again: the
//! `Display` of a [`Location`] is safe for logs. Fetching is `mirror.rs`.

use std::fmt;
use std::path::{Path, PathBuf};

use url::{Host, Url};

use crate::access::Secret;

/// A repository's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder on this computer, bare or with a work tree (also `file://`).
    Folder(PathBuf),
    /// Somewhere else.
    Remote(Remote),
}

/// A repository on another host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `https://` or `http://`; the URL bears no user information.
    Http {
        /// Scheme, host, port and path.
        url: Url,
        /// What stood before the `@`.
        login: Option<Login>,
    },
    /// `ssh://user@host:port/path` or `user@host:path`.
    Ssh(SshAddress),
}

/// User information of an HTTP URL. Tokens are put in either part, so neither
/// is ever shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// Before the colon.
    pub username: Secret,
    /// After it.
    pub password: Option<Secret>,
}

/// What ssh needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SshAddress {
    /// Absent: ssh decides.
    pub user: Option<String>,
    /// A name, an address, or an alias of ssh's configuration.
    pub host: String,
    /// Absent: ssh decides.
    pub port: Option<u16>,
    /// As given to `git-upload-pack` on the other side.
    pub path: String,
}

/// A text that names no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// Nothing but blanks.
    #[error("the repository's path or URL is empty")]
    Empty,
    /// `git://`, `ftp://` and the like.
    #[error("`{scheme}://` is not a way to reach a repository; use https://, ssh:// or a path")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// Not a URL by the rules of URLs.
    #[error("the repository's URL cannot be read: {reason}")]
    Malformed {
        /// The URL reader's word; it never repeats the URL.
        reason: String,
    },
    /// No host, or one that ssh would take for an option.
    #[error("the repository's URL names no usable host")]
    Host,
    /// No path, or one that git would take for an option.
    #[error("the repository's URL names no usable path on `{host}`")]
    Path {
        /// The host.
        host: String,
    },
    /// `file://` with another computer's name.
    #[error("`file://{host}/…` names another computer; use https:// or ssh://")]
    ForeignFile {
        /// The host.
        host: String,
    },
}

impl Location {
    /// Reads a path, a URL, or ssh's short form `user@host:path`.
    pub fn parse(text: &str) -> Result<Self, LocationError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(LocationError::Empty);
        }
        if text.contains("://") {
            return from_url(text);
        }
        match short_ssh(text) {
            Some((before, path)) if !Path::new(text).exists() => ssh(before, None, path),
            _ => Ok(Self::Folder(PathBuf::from(text))),
        }
    }
}

impl Remote {
    /// Host and path in lower case without scheme, user, port or `.git`:
    /// equal for the several ways to name one repository. Good for matching
    /// webhooks, which only wake; not an identity.
    pub fn name(&self) -> String {
        let (host, path) = match self {
            Self::Http { url, .. } => (url.host_str().unwrap_or_default(), url.path()),
            Self::Ssh(address) => (address.host.as_str(), address.path.as_str()),
        };
        let path = path.trim_matches('/');
        let path = path.strip_suffix(".git").unwrap_or(path);
        format!("{host}/{path}").to_lowercase()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => write!(out, "{}", path.display()),
            Self::Remote(remote) => remote.fmt(out),
        }
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Http { url, .. } => write!(out, "{url}"),
            Self::Ssh(address) => address.fmt(out),
        }
    }
}

impl fmt::Display for SshAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("ssh://")?;
        if let Some(user) = &self.user {
            write!(out, "{user}@")?;
        }
        out.write_str(&self.host)?;
        if let Some(port) = self.port {
            write!(out, ":{port}")?;
        }
        let slash = if self.path.starts_with('/') { "" } else { "/" };
        write!(out, "{slash}{}", self.path)
    }
}

fn from_url(text: &str) -> Result<Location, LocationError> {
    let url =
        Url::parse(text).map_err(|error| LocationError::Malformed { reason: error.to_string() })?;
    match url.scheme() {
        "file" => file(&url),
        "https" | "http" => http(url),
        "ssh" | "git+ssh" | "ssh+git" => {
            let host = url.host_str().ok_or(LocationError::Host)?;
            let user = match url.username() {
                "" => String::new(),
                user => format!("{}@", decoded(user)),
            };
            let path = decoded(url.path());
            // git reads `/~user/x` as relative to that user's home.
            let path = match path.strip_prefix("/~") {
                Some(home) => format!("~{home}"),
                None => path,
            };
            ssh(&format!("{user}{host}"), url.port(), &path)
        }
        scheme => Err(LocationError::Scheme { scheme: scheme.to_owned() }),
    }
}

fn file(url: &Url) -> Result<Location, LocationError> {
    match url.host_str() {
        None | Some("" | "localhost") => url.to_file_path().map(Location::Folder).map_err(|()| {
            LocationError::Malformed { reason: "no path of this computer".to_owned() }
        }),
        Some(host) => Err(LocationError::ForeignFile { host: host.to_owned() }),
    }
}

fn http(mut url: Url) -> Result<Location, LocationError> {
    let host = url.host_str().ok_or(LocationError::Host)?.to_owned();
    if url.path().trim_matches('/').is_empty() {
        return Err(LocationError::Path { host });
    }
    let login = (!url.username().is_empty()).then(|| Login {
        username: Secret::new(decoded(url.username())),
        password: url.password().map(|text| Secret::new(decoded(text))),
    });
    let bare = url.set_username("").and_then(|()| url.set_password(None));
    bare.map_err(|()| LocationError::Host)?;
    url.set_query(None);
    url.set_fragment(None);
    Ok(Location::Remote(Remote::Http { url, login }))
}

fn ssh(before: &str, port: Option<u16>, path: &str) -> Result<Location, LocationError> {
    let (user, host) = match before.rsplit_once('@') {
        Some((user, host)) => (Some(user.to_owned()), host),
        None => (None, before),
    };
    let option = |text: &str| text.is_empty() || text.starts_with('-');
    let blank = |text: &str| text.chars().any(|c| c.is_whitespace() || c.is_control());
    if option(host) || blank(host) || user.as_deref().is_some_and(|u| option(u) || blank(u)) {
        return Err(LocationError::Host);
    }
    if option(path.trim_start_matches('/')) || path.chars().any(char::is_control) {
        return Err(LocationError::Path { host: host.to_owned() });
    }
    Ok(Location::Remote(Remote::Ssh(SshAddress {
        user,
        host: host.to_owned(),
        port,
        path: path.to_owned(),
    })))
}

/// `host:path` with the colon before any slash, and no drive letter.
fn short_ssh(text: &str) -> Option<(&str, &str)> {
    let (before, path) = text.split_once(':')?;
    let drive = before.len() == 1 && before.bytes().all(|byte| byte.is_ascii_alphabetic());
    (!before.contains(['/', '\\']) && !drive).then_some((before, path))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let escape = (*first == b'%').then(|| tail.get(..2)).flatten();
        let byte = escape.and_then(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            u8::from_str_radix(digits, 16).ok()
        });
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the host of this URL is the very computer we run on.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Location::parse(text) {
            Ok(Location::Folder(path)) => format!("folder {}", path.display()),
            Ok(Location::Remote(remote)) => format!("{remote}"),
            Err(error) => format!("error {error}"),
        }
    }

    #[test]
    fn places_are_told_apart() {
        let table = [
            ("/srv/policy.git", "folder /srv/policy.git"),
            ("policy", "folder policy"),
            ("./a:b", "folder ./a:b"),
            ("C:policy", "folder C:policy"),
            ("file:///srv/my%20policy", "folder /srv/my policy"),
            ("https://git.example/msp/policy.git", "https://git.example/msp/policy.git"),
            ("https://jo:s3cret@git.example/p?q#f", "https://git.example/p"),
            ("https://s3cret@git.example/p", "https://git.example/p"),
            ("ssh://git@git.example:2222/srv/p.git", "ssh://git@git.example:2222/srv/p.git"),
            ("git@git.example:msp/policy.git", "ssh://git@git.example/msp/policy.git"),
            ("ssh://git.example/~jo/p", "ssh://git.example/~jo/p"),
        ];
        for (text, expected) in table {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_names_no_repository_is_refused() {
        let table = [
            ("  ", "is empty"),
            ("git://git.example/p", "`git://` is not a way"),
            ("https://git.example", "no usable path"),
            ("https://jo:s3cret@/p", "cannot be read"),
            ("ssh://-oProxyCommand=x/p", "no usable host"),
            ("-oProxyCommand=x:p", "no usable host"),
            ("ssh://git.example/-x", "no usable path"),
            ("file://elsewhere/p", "another computer"),
        ];
        for (text, expected) in table {
            let shown = shown(text);
            assert!(shown.contains(expected), "{text}: {shown}");
            assert!(!shown.contains("s3cret"), "{shown}");
        }
    }

    #[test]
    fn secrets_of_a_url_are_kept_and_hidden() {
        let location = Location::parse("https://jo:p%40ss@git.example/p").expect("a URL");
        assert!(!format!("{location:?} {location}").contains("p@ss"));
        let Location::Remote(Remote::Http { login: Some(login), .. }) = location else {
            panic!("an HTTP remote with a login");
        };
        assert_eq!(login.username.expose(), "jo");
        assert_eq!(login.password.as_ref().map(Secret::expose), Some("p@ss"));
    }

    #[test]
    fn several_ways_to_one_repository_share_a_name() {
        let names: Vec<_> = [
            "https://t@Git.example/MSP/policy.git",
            "git@git.example:msp/policy",
            "ssh://git@git.example:22/msp/policy.git/",
        ]
        .into_iter()
        .map(|text| match Location::parse(text) {
            Ok(Location::Remote(remote)) => remote.name(),
            other => panic!("{other:?}"),
        })
        .collect();
        assert_eq!(names, ["git.example/msp/policy"; 3]);
    }
}
