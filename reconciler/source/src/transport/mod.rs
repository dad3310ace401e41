//! Our own transports for libgit2, which is built without OpenSSL and
//! libssh2: HTTPS over reqwest and rustls, ssh through the system's `ssh`.
//!
//! libgit2 is given the made-up URL `ordain://remote` and asks us to connect.
//! What to connect to stands in the thread's [`Errand`], so that neither
//! addresses nor credentials ever pass through libgit2, its messages or a
//! mirror's configuration. Fetching is `mirror.rs`.

mod http;
mod pipe;
mod ssh;

use std::cell::RefCell;
use std::sync::{Arc, Mutex, PoisonError};

use git2::transport::Transport;

use crate::access::Access;
use crate::location::Remote;

/// The scheme under which libgit2 knows us.
pub(crate) const SCHEME: &str = "ordain";
/// The only URL of that scheme.
pub(crate) const URL: &str = "ordain://remote";

/// One fetch: where to, with what, and what went wrong.
pub(crate) struct Errand {
    remote: Remote,
    access: Access,
    fault: Mutex<Option<Fault>>,
}

/// What a transport found out beyond libgit2's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The server wants credentials, or other ones.
    #[error("the server refused the credentials")]
    Unauthorized {
        /// Whether any had been sent.
        sent: bool,
    },
    /// The server knows us but says no.
    #[error("the server forbids it")]
    Forbidden,
    /// No such repository; forges say so too when they want credentials.
    #[error("the server has no such repository")]
    NoRepository,
    /// Another answer than 200.
    #[error("the server answered with status {status}")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// A web page or the like.
    #[error("the server answered, but not as a git server")]
    NotGit,
    /// A redirect that is not followed.
    #[error("the server redirects {reason}")]
    Redirect {
        /// Why it is not followed.
        reason: &'static str,
    },
    /// Plain HTTP to another computer.
    #[error("plain http:// is refused for other computers")]
    Plain,
    /// No connection, no trust, or silence.
    #[error("{reason}")]
    Connection {
        /// The innermost reasons, joined.
        reason: String,
    },
    /// The CA file cannot be used.
    #[error("the CA file cannot be used: {reason}")]
    CaFile {
        /// Why.
        reason: String,
    },
    /// ssh could not be started.
    #[error("ssh cannot be started: {reason}")]
    NoSsh {
        /// The system's reason.
        reason: String,
    },
    /// ssh, or git on the other side, gave up.
    #[error("ssh ended with {status}: {said}")]
    Ssh {
        /// Its exit status in words.
        status: String,
        /// The end of what it wrote to standard error.
        said: String,
    },
    /// Nothing came for too long.
    #[error("the other side was silent for {seconds} s")]
    Silent {
        /// The bound.
        seconds: u64,
    },
    /// A repository whose objects are named by SHA-256.
    #[error("it is a SHA-256 repository, which cannot be read yet")]
    Sha256,
}

impl Fault {
    /// What to do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Unauthorized { sent: false } | Self::NoRepository => {
                Some("give a token in ORDAIN_GIT_TOKEN, or check the URL")
            }
            Self::Unauthorized { sent: true } | Self::Forbidden => {
                Some("check that the token is current and may read this repository")
            }
            Self::NotGit => Some("check the URL; it should be the one that `git clone` takes"),
            Self::Plain => Some("use https://"),
            Self::CaFile { .. } => Some("it should hold certificates in PEM form"),
            Self::NoSsh { .. } => Some("install openssh-client, or set GIT_SSH_COMMAND"),
            Self::Ssh { said, .. } if said.contains("Host key verification failed") => {
                Some("add the host's key to known_hosts, as `ssh-keyscan HOST` prints it")
            }
            Self::Ssh { said, .. } if said.contains("Permission denied") => {
                Some("give the account that runs this an ssh key that may read the repository")
            }
            Self::Connection { reason } if reason.contains("certificate") => {
                Some("name the CA that signed the server's certificate in ORDAIN_GIT_CA_FILE")
            }
            Self::Sha256 => Some("push to a repository made with --object-format=sha1"),
            Self::Status { .. }
            | Self::Redirect { .. }
            | Self::Connection { .. }
            | Self::Ssh { .. }
            | Self::Silent { .. } => None,
        }
    }
}

thread_local! {
    static CURRENT: RefCell<Option<Arc<Errand>>> = const { RefCell::new(None) };
}

impl Errand {
    pub(crate) fn new(remote: Remote, access: Access) -> Arc<Self> {
        Arc::new(Self { remote, access, fault: Mutex::new(None) })
    }

    /// Does `work` with this as the errand of the thread. libgit2 connects on
    /// the thread that asked for the fetch.
    pub(crate) fn run<T>(self: &Arc<Self>, work: impl FnOnce() -> T) -> T {
        struct Back(Option<Arc<Errand>>);
        impl Drop for Back {
            fn drop(&mut self) {
                CURRENT.set(self.0.take());
            }
        }
        let _back = Back(CURRENT.replace(Some(Arc::clone(self))));
        work()
    }

    /// What went wrong, if a transport found something out.
    pub(crate) fn fault(&self) -> Option<Fault> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps the first fault: later ones follow from it.
    fn keep(&self, fault: Fault) {
        let mut kept = self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert(fault);
    }
}

/// What libgit2 calls to connect.
pub(crate) fn connect(remote: &git2::Remote<'_>) -> Result<Transport, git2::Error> {
    let errand = CURRENT.with_borrow(Clone::clone);
    let Some(errand) = errand else {
        return Err(git2::Error::from_str("no errand to connect for"));
    };
    match &errand.remote {
        Remote::Http { .. } => Transport::smart(remote, true, http::Http::new(errand)),
        Remote::Ssh(_) => Transport::smart(remote, false, ssh::Ssh::new(errand)),
    }
}
