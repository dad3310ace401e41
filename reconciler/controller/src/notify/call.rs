//! Calling webhooks: when, signed how, and what is written down.
//!
//! Signed as Standard Webhooks 1.0 has it: `webhook-id`, `webhook-timestamp`
//! and `webhook-signature: v1,BASE64`, the latter HMAC-SHA256 with the secret
//! over `ID.TIMESTAMP.BODY`. Guarantees: a call is tried until an answer of 2xx,
//! ever more seldom, for three days, through restarts; its id is the same each
//! time, so a receiver that remembers ids takes it once. A call that succeeds
//! while the controller dies is made again. Redirects are not followed. One
//! webhook that hangs holds up no other. Nothing of a webhook's URL is logged,
//! since some of them are secrets.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use ordain_source::Secret;
use ordain_store::rows::{CallRow, Handed};
use ordain_store::{Store, StoreError, TenantScope};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Certificate, Client, StatusCode, Url, redirect};
use ring::hmac;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::hooks::HookConfig;

/// How often to look when nobody calls.
const INTERVAL: Duration = Duration::from_secs(5);
/// How many calls are looked at a time.
const MOST: u32 = 50;
/// How often a call is tried.
const TRIES: u32 = 80;
/// How long a receiver may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a webhook cannot be called as it is given.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Not a URL that is called.
    #[error(
        "the webhook `{0}` has no https URL; http is for this computer alone, or with `allowHttp: true`"
    )]
    Url(String),
    /// The secret is none.
    #[error("the secret of the webhook `{0}` is empty, or begins with whsec_ and is no base64")]
    Secret(String),
    /// The authorities' file.
    #[error("cannot use the `caFile` of the webhook `{name}`: {why}")]
    Ca {
        /// The webhook.
        name: String,
        /// Why.
        why: String,
    },
    /// The client.
    #[error("the webhook `{name}`")]
    Client {
        /// The webhook.
        name: String,
        /// Why.
        source: reqwest::Error,
    },
}

/// Calls one webhook.
pub(crate) struct Caller {
    store: Arc<dyn Store>,
    name: String,
    url: Url,
    key: hmac::Key,
    client: Client,
    called: Arc<Notify>,
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Caller {
    /// Over a store; [`Notify::notify_waiters`] calls it.
    pub(crate) fn new(
        hook: &HookConfig,
        store: Arc<dyn Store>,
        called: Arc<Notify>,
    ) -> Result<Self, HookError> {
        let url = Url::parse(&hook.url).ok().filter(|url| is_permitted(url, hook.allow_http));
        let url = url.ok_or_else(|| HookError::Url(hook.name.clone()))?;
        let key = key(&hook.secret).ok_or_else(|| HookError::Secret(hook.name.clone()))?;
        let client = client(hook, &url)?;
        Ok(Self { store, name: hook.name.clone(), url, key, client, called })
    }

    /// Calls until the controller stops.
    pub(crate) async fn run(self, closing: CancellationToken) {
        loop {
            let called = self.called.notified();
            tokio::pin!(called);
            // From here on a signal is not lost.
            called.as_mut().enable();
            tokio::select! {
                () = closing.cancelled() => return,
                done = self.deliver() => if let Err(error) = done {
                    tracing::error!(%error, webhook = self.name, "calls cannot be looked at");
                }
            }
            tokio::select! {
                () = closing.cancelled() => return,
                () = called => {}
                () = tokio::time::sleep(INTERVAL) => {}
            }
        }
    }

    /// Everything that is due.
    async fn deliver(&self) -> Result<(), StoreError> {
        loop {
            let now = Timestamp::now();
            let due = self.store.due_calls(&TenantScope::All, &self.name, now, MOST).await?;
            if due.is_empty() {
                return Ok(());
            }
            for call in due {
                let handed = self.make(&call).await;
                tell(&call, &handed);
                self.store.call_handed(&call.key, handed, Timestamp::now()).await?;
            }
        }
    }

    async fn make(&self, call: &CallRow) -> Handed {
        let at = Timestamp::now().as_second().to_string();
        let signature = signature(&self.key, &call.key.id, &at, &call.body);
        let request = self
            .client
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &call.key.id)
            .header("webhook-timestamp", at)
            .header("webhook-signature", signature)
            .body(call.body.clone());
        let error = match request.send().await {
            Ok(answer) if answer.status().is_success() => {
                crate::kill_point::reach("webhook-taken");
                return Handed::Over;
            }
            Ok(answer) if answer.status() == StatusCode::GONE => {
                return Handed::Never("it answers 410: nobody wants to be told any more".into());
            }
            Ok(answer) => format!("it answers {}", answer.status().as_u16()),
            Err(error) => crate::api::chain(&error.without_url()),
        };
        let tried = call.attempts.saturating_add(1);
        if tried >= TRIES {
            return Handed::Never(error);
        }
        let again = Timestamp::now().checked_add(pause(tried));
        Handed::Again { at: again.unwrap_or(Timestamp::MAX), error }
    }
}

/// What the header says of a call.
fn signature(key: &hmac::Key, id: &str, at: &str, body: &str) -> String {
    let signed = hmac::sign(key, format!("{id}.{at}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(signed.as_ref()))
}

/// A secret as Standard Webhooks writes it, base64 behind `whsec_`, or plain bytes.
fn key(secret: &Secret) -> Option<hmac::Key> {
    let text = secret.expose().trim();
    let bytes = match text.strip_prefix("whsec_") {
        Some(text) => STANDARD.decode(text).ok()?,
        None => text.as_bytes().to_vec(),
    };
    (!bytes.is_empty()).then(|| hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

fn is_own(url: &Url) -> bool {
    matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
}

fn is_permitted(url: &Url, allow_http: bool) -> bool {
    match url.scheme() {
        "https" => true,
        "http" => allow_http || is_own(url),
        _ => false,
    }
}

fn client(hook: &HookConfig, url: &Url) -> Result<Client, HookError> {
    let mut builder = Client::builder()
        .user_agent(concat!("ordain/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE);
    if is_own(url) {
        builder = builder.no_proxy();
    }
    if let Some(path) = &hook.ca {
        let wrong = |why: String| HookError::Ca { name: hook.name.clone(), why };
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let bundle =
            Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        if bundle.is_empty() {
            return Err(wrong("no certificate inside".into()));
        }
        builder = builder.tls_certs_only(bundle);
    }
    builder.build().map_err(|source| HookError::Client { name: hook.name.clone(), source })
}

/// A second, then twice as long each time, an hour at most.
fn pause(tried: u32) -> SignedDuration {
    let seconds = 1_i64.checked_shl(tried.saturating_sub(1)).unwrap_or(i64::MAX);
    SignedDuration::from_secs(seconds.clamp(1, 3600))
}

fn tell(call: &CallRow, handed: &Handed) {
    let (key, attempts) = (&call.key, call.attempts.saturating_add(1));
    match handed {
        Handed::Over => {
            tracing::debug!(webhook = key.hook, id = key.id, tenant = %key.tenant, attempts, "a webhook was called");
        }
        Handed::Again { error, at } => {
            tracing::warn!(webhook = key.hook, id = key.id, tenant = %key.tenant, attempts, error, again = %at, "a webhook did not take a call");
        }
        Handed::Never(error) | Handed::Perhaps(error) => {
            tracing::error!(webhook = key.hook, id = key.id, tenant = %key.tenant, attempts, error, "a call of a webhook is given up");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of Standard Webhooks 1.0.
    #[test]
    fn signatures_are_those_of_standard_webhooks() {
        let key = key(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")).expect("a key");
        let body = r#"{"test": 2432232314}"#;
        assert_eq!(
            signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", body),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn only_https_or_this_computer() {
        for (url, plain, with_leave) in [
            ("https://hooks.example/x", true, true),
            ("http://127.0.0.1:9/x", true, true),
            ("http://[::1]:9/x", true, true),
            ("http://localhost/x", true, true),
            ("http://hooks.example/x", false, true),
            ("http://127.0.0.1.example/x", false, true),
            ("file:///etc/passwd", false, false),
            ("gopher://localhost/", false, false),
        ] {
            let url = Url::parse(url).expect("a URL");
            assert_eq!(is_permitted(&url, false), plain, "{url}");
            assert_eq!(is_permitted(&url, true), with_leave, "{url}");
        }
    }

    #[test]
    fn tries_are_ever_further_apart_for_three_days() {
        let seconds: Vec<i64> = (1..TRIES).map(|tried| pause(tried).as_secs()).collect();
        assert_eq!(seconds[..4], [1, 2, 4, 8]);
        let hours = seconds.iter().sum::<i64>() / 3600;
        assert!((66..78).contains(&hours), "{hours}");
    }

    #[test]
    fn secrets_are_bytes_or_base64() {
        assert!(key(&Secret::new("  \n")).is_none());
        assert!(key(&Secret::new("whsec_*")).is_none());
        assert!(key(&Secret::new("whsec_")).is_none());
        assert!(key(&Secret::new("hunter2")).is_some());
    }
}
