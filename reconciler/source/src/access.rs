//! What a fetch may use to get in: tokens, a CA file, ssh's command, and how
//! patient it is.
//!
//! Owns [`Secret`], the type that no log can print. Does not decide when a
//! credential is sent: that is `transport/http.rs`.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

/// A credential. `Debug` hides it and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text in.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends or compares it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// How a remote is reached. The default has no credential, trusts the
/// system's certificates and refuses plain HTTP except on loopback.
#[derive(Debug, Clone)]
pub struct Access {
    /// A token or password for HTTPS; it wins over one in the URL.
    pub token: Option<Secret>,
    /// The user name that goes with it; the URL's, else `x-access-token`.
    pub username: Option<String>,
    /// PEM certificates to trust *instead of* the system's, as git's
    /// `http.sslCAInfo` does.
    pub ca_file: Option<PathBuf>,
    /// Allow `http://` to hosts other than this very computer.
    pub allow_http: bool,
    /// A program that prints a password for a prompt (git's `GIT_ASKPASS`),
    /// asked only when the server wants one and none was given.
    pub askpass: Option<PathBuf>,
    /// A shell command in place of `ssh` (git's `GIT_SSH_COMMAND`).
    pub ssh_command: Option<String>,
    /// How long the other side may stay silent.
    pub patience: Duration,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            token: None,
            username: None,
            ca_file: None,
            allow_http: false,
            askpass: None,
            ssh_command: None,
            patience: Duration::from_mins(1),
        }
    }
}

impl Access {
    /// Reads `ORDAIN_GIT_TOKEN`, `ORDAIN_GIT_USERNAME`, `ORDAIN_GIT_CA_FILE`
    /// (else `GIT_SSL_CAINFO`), `GIT_ASKPASS` and `GIT_SSH_COMMAND` through
    /// `variable`. Empty values count as absent.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Self {
        let get = |name: &str| variable(name).filter(|value| !value.is_empty());
        Self {
            token: get("ORDAIN_GIT_TOKEN").map(Secret::new),
            username: get("ORDAIN_GIT_USERNAME"),
            ca_file: get("ORDAIN_GIT_CA_FILE").or_else(|| get("GIT_SSL_CAINFO")).map(PathBuf::from),
            askpass: get("GIT_ASKPASS").map(PathBuf::from),
            ssh_command: get("GIT_SSH_COMMAND"),
            ..Self::default()
        }
    }

    /// The same from this process's environment.
    pub fn from_environment() -> Self {
        Self::from_variables(|name| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_read_and_secrets_stay_hidden() {
        let access = Access::from_variables(|name| match name {
            "ORDAIN_GIT_TOKEN" => Some("hunter2".to_owned()),
            "GIT_SSL_CAINFO" => Some("/ca.pem".to_owned()),
            "GIT_SSH_COMMAND" => Some(String::new()),
            _ => None,
        });
        assert_eq!(access.token.as_ref().map(Secret::expose), Some("hunter2"));
        assert_eq!(access.ca_file, Some(PathBuf::from("/ca.pem")));
        assert_eq!(access.ssh_command, None);
        assert!(!format!("{access:?}").contains("hunter2"));
    }
}
