//! A thin client of the controller's HTTP API, for the verbs that need one.
//!
//! Owns finding the controller and its token ([`endpoint`]), knowing that it
//! is the right one ([`trust`]), and turning its refusals into errors with a
//! kind. What is asked stands with the verbs. A token is never printed.

mod endpoint;
mod trust;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::args::ConnectionArgs;
use crate::error::CommandError;
use endpoint::Endpoint;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A controller that can be asked.
pub(crate) struct Client {
    runtime: Runtime,
    http: reqwest::Client,
    endpoint: Endpoint,
}

impl Client {
    /// Finds the controller that the arguments name; asks nothing yet.
    pub(crate) fn new(args: &ConnectionArgs) -> Result<Self, CommandError> {
        let endpoint = Endpoint::find(args)?;
        let tls = trust::configuration(&endpoint.trust)?;
        let builder = reqwest::Client::builder()
            .user_agent(concat!("ordain/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(10))
            // A machine that has vanished closes no connection.
            .tcp_keepalive(Duration::from_secs(5))
            .tcp_keepalive_interval(Duration::from_secs(2))
            .tcp_keepalive_retries(3);
        let builder = match tls {
            Some(tls) => builder.tls_backend_preconfigured(tls),
            None => builder,
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(Self {
            runtime: runtime.map_err(CommandError::failed)?,
            http: builder.build().map_err(CommandError::failed)?,
            endpoint,
        })
    }

    /// Whether the arguments or the environment name a controller.
    pub(crate) fn is_named(args: &ConnectionArgs) -> bool {
        Endpoint::is_named(args)
    }

    /// Reads something; `query` holds keys that are given.
    pub(crate) fn get(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> Result<Value, CommandError> {
        self.ask(Method::GET, path, query, None)
    }

    /// Reads something that must come within that time.
    pub(crate) fn get_within(&self, path: &str, time: Duration) -> Result<Value, CommandError> {
        let request = self.request(&Method::GET, path, &[], None).timeout(time);
        self.answered(request)
    }

    /// Does something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, CommandError> {
        self.ask(Method::POST, path, &[], Some(body))
    }

    /// Removes something.
    pub(crate) fn delete(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
    ) -> Result<Value, CommandError> {
        self.ask(Method::DELETE, path, query, None)
    }

    /// Reads lines as they come, until the controller has no more or `each`
    /// says that it wants none. The error is of the connection, the answer whether it
    /// ended by itself.
    pub(crate) fn lines(
        &self,
        path: &str,
        query: &[(&str, Option<&str>)],
        mut each: impl FnMut(&str) -> bool,
    ) -> Result<(), CommandError> {
        let request = self.request(&Method::GET, path, query, None);
        self.runtime.block_on(async {
            let mut response = self.accepted(request.send().await).await?;
            let mut kept = Vec::new();
            loop {
                let chunk = response.chunk().await.map_err(|error| self.lost(error))?;
                let Some(chunk) = chunk else { break };
                kept.extend_from_slice(&chunk);
                while let Some(end) = kept.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = kept.drain(..=end).collect();
                    if !each(String::from_utf8_lossy(&line).trim_end()) {
                        return Ok(());
                    }
                }
            }
            Ok(())
        })
    }

    /// Waits, while whatever is open stays open.
    pub(crate) fn rest(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    fn ask(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, Option<&str>)],
        body: Option<&Value>,
    ) -> Result<Value, CommandError> {
        self.answered(self.request(&method, path, query, body).timeout(PATIENCE))
    }

    fn answered(&self, request: RequestBuilder) -> Result<Value, CommandError> {
        self.runtime.block_on(async {
            let response = self.accepted(request.send().await).await?;
            let bytes = response.bytes().await.map_err(|error| self.lost(error))?;
            if bytes.is_empty() {
                return Ok(Value::Null);
            }
            serde_json::from_slice(&bytes).map_err(|error| {
                let error = anyhow::Error::new(error);
                CommandError::failed(error.context("the controller's answer is no JSON"))
                    .hint("is this the address of an Ordain controller, and of the same version?")
            })
        })
    }

    fn request(
        &self,
        method: &Method,
        path: &str,
        query: &[(&str, Option<&str>)],
        body: Option<&Value>,
    ) -> RequestBuilder {
        let mut url = self.endpoint.url.clone();
        url.set_path(&format!("{}{path}", url.path().trim_end_matches('/')));
        for (key, value) in query {
            if let Some(value) = value {
                url.query_pairs_mut().append_pair(key, value);
            }
        }
        let request = self.http.request(method.clone(), url).bearer_auth(&self.endpoint.token);
        match body {
            Some(body) => request.json(body),
            None => request,
        }
    }

    /// The response, unless it is a refusal.
    async fn accepted(
        &self,
        sent: Result<Response, reqwest::Error>,
    ) -> Result<Response, CommandError> {
        let response = sent.map_err(|error| self.lost(error))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let said = response.bytes().await.unwrap_or_default();
        Err(refusal(status, &said))
    }

    fn lost(&self, error: reqwest::Error) -> CommandError {
        let url = self.endpoint.url.origin().ascii_serialization();
        let mut text = String::new();
        let mut cause: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = cause {
            text = error.to_string();
            cause = error.source();
        }
        let hint = if text.contains("certificate") || text.contains("pin") {
            "name the controller's authority with `--ca FILE` or `--pin PIN`: its data folder holds ca.pem, and its log and `ordain enroll` show the pin"
        } else {
            "is the controller running, and is this its address?"
        };
        let error =
            anyhow::anyhow!(text).context(format!("the controller at {url} does not answer"));
        CommandError::failed(error).hint(hint)
    }
}

/// One part of a path, with what would end it escaped.
pub(crate) fn segment(text: &str) -> String {
    use std::fmt::Write;
    let mut safe = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}

#[derive(Deserialize)]
struct Refused {
    error: Said,
}

#[derive(Deserialize)]
struct Said {
    code: String,
    message: String,
    hint: Option<String>,
}

/// A refusal as an error: wrong names are wrong usage, the rest could not be done.
fn refusal(status: StatusCode, said: &[u8]) -> CommandError {
    let Ok(Refused { error }) = serde_json::from_slice::<Refused>(said) else {
        return CommandError::failed(anyhow::anyhow!("the controller answers {status}"))
            .hint("is this the address of an Ordain controller?");
    };
    let is_usage =
        ["bad-request", "unknown-", "ambiguous-"].iter().any(|word| error.code.starts_with(word));
    let message = anyhow::anyhow!(error.message);
    let answer =
        if is_usage { CommandError::usage(message) } else { CommandError::failed(message) };
    answer.hint_if(error.hint)
}
