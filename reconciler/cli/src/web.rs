//! Reading from the web for verbs that need no controller: manifests, feeds,
//! and files to hash. Everything is bounded in bytes and time; nothing but
//! `https` is spoken, except with this machine itself.

use std::fmt::Write as _;
use std::time::Duration;

use reqwest::{Response, StatusCode, Url, redirect};
use sha2::{Digest, Sha256};
use tokio::runtime::Runtime;

use crate::error::CommandError;

/// How long a silence may last.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long a manifest or a feed may be.
const LONGEST: usize = 32 * 1024 * 1024;
/// How often a request may be sent on.
const HOPS: usize = 10;

/// A file on the web, read once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hashed {
    /// Its SHA-256 in lower case.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
}

/// A client for the web.
pub(crate) struct Web {
    runtime: Runtime,
    http: reqwest::Client,
}

impl Web {
    /// Asks nothing yet.
    pub(crate) fn new() -> Result<Self, CommandError> {
        // Another part of the process may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let policy = redirect::Policy::custom(|attempt| {
            if attempt.previous().len() >= HOPS {
                attempt.error("it is sent on too often")
            } else if is_safe(attempt.url()) {
                attempt.follow()
            } else {
                attempt.error("it is sent on to an address that is not https")
            }
        });
        let http = reqwest::Client::builder()
            .user_agent(concat!("ordain/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(PATIENCE)
            .redirect(policy)
            .build();
        Ok(Self {
            runtime: runtime.map_err(CommandError::failed)?,
            http: http.map_err(CommandError::failed)?,
        })
    }

    /// A text, which must be there.
    pub(crate) fn text(&self, address: &str) -> Result<String, CommandError> {
        self.text_if_there(address)?.ok_or_else(|| missing(address))
    }

    /// A text; none where the server knows no such thing.
    pub(crate) fn text_if_there(&self, address: &str) -> Result<Option<String>, CommandError> {
        self.runtime.block_on(async {
            let Some(mut response) = self.get(address).await? else { return Ok(None) };
            let mut bytes = Vec::new();
            while let Some(chunk) = response.chunk().await.map_err(|error| lost(address, error))? {
                if bytes.len() + chunk.len() > LONGEST {
                    return Err(too_large(address, LONGEST as u64));
                }
                bytes.extend_from_slice(&chunk);
            }
            let text = String::from_utf8(bytes).map_err(|_| {
                let error = anyhow::anyhow!("`{address}` is no text");
                CommandError::failed(error).hint("is this the address of the file itself?")
            })?;
            Ok(Some(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)))
        })
    }

    /// The hash of a file of so many bytes at most; it is kept nowhere.
    pub(crate) fn hash(&self, address: &str, largest: u64) -> Result<Hashed, CommandError> {
        self.runtime.block_on(async {
            let response = self.get(address).await?;
            let mut response = response.ok_or_else(|| missing(address))?;
            let (mut hash, mut size) = (Sha256::new(), 0_u64);
            while let Some(chunk) = response.chunk().await.map_err(|error| lost(address, error))? {
                size += chunk.len() as u64;
                if size > largest {
                    return Err(too_large(address, largest));
                }
                hash.update(&chunk);
            }
            let sha256 = hash.finalize().iter().fold(String::new(), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            });
            Ok(Hashed { sha256, size })
        })
    }

    async fn get(&self, address: &str) -> Result<Option<Response>, CommandError> {
        let url = Url::parse(address).ok().filter(is_safe).ok_or_else(|| {
            let error = anyhow::anyhow!("`{address}` is no https address");
            CommandError::usage(error).hint("write it with `https://`")
        })?;
        let response = self.http.get(url).send().await.map_err(|error| lost(address, error))?;
        match response.status() {
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(None),
            status if status.is_success() => Ok(Some(response)),
            status => {
                let error = anyhow::anyhow!("`{address}` answers {status}");
                let limited =
                    [StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS].contains(&status);
                let hint = limited.then_some(
                    "the server may limit how often it is asked: wait, or name a clone of the repository instead",
                );
                Err(CommandError::failed(error).hint_if(hint))
            }
        }
    }
}

/// Whether what comes from there cannot be changed on the way.
fn is_safe(url: &Url) -> bool {
    let own = ["localhost", "127.0.0.1", "[::1]"];
    url.scheme() == "https"
        || (url.scheme() == "http" && url.host_str().is_some_and(|host| own.contains(&host)))
}

fn missing(address: &str) -> CommandError {
    CommandError::failed(anyhow::anyhow!("there is no `{address}`")).hint("is the address right?")
}

fn too_large(address: &str, largest: u64) -> CommandError {
    let error = anyhow::anyhow!("`{address}` is larger than {} MiB", largest / 1024 / 1024);
    CommandError::failed(error)
}

fn lost(address: &str, error: reqwest::Error) -> CommandError {
    let mut text = String::new();
    let mut cause: Option<&dyn std::error::Error> = Some(&error);
    while let Some(error) = cause {
        text = error.to_string();
        cause = error.source();
    }
    let error = anyhow::anyhow!(text).context(format!("`{address}` cannot be read"));
    CommandError::failed(error).hint("is this machine online, and may it reach that address?")
}
