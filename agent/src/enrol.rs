//! Enrolment: a one-time token becomes a certificate for the agent's own key.
//!
//! The server is known by its pin alone. Nothing is kept before the whole
//! answer was checked; the token is never written down.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_wire::{EnrolRequest, EnrolResponse};
use serde::Deserialize;

use crate::age::Identity;
use crate::command::{CommandError, Kind, chain};
use crate::dial::{DialError, dial};
use crate::disk;
use crate::facts;
use crate::home::{self, Enrolment, Home};
use crate::http::{self, Answer};
use crate::identity::{self, Dmi};
use crate::platform::Platform;
use crate::proxy::Proxy;
use crate::secrets::Keyring;
use crate::server::Server;
use crate::tls::{self, Pin};

/// What the installer line says.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The controller's address.
    pub server: String,
    /// The one-time token.
    pub token: String,
    /// The pin of the controller's CA.
    pub pin: String,
    /// Where the agent's data goes.
    pub data: PathBuf,
    /// The computer's name; the host name without one.
    pub name: Option<String>,
    /// The proxy; the environment's without one.
    pub proxy: Option<String>,
    /// The trust anchor.
    pub anchor: Option<String>,
    /// The tenant's identity, or the file that holds it.
    pub identity: Option<String>,
}

/// Enrols this computer and says as what.
pub async fn enrol(wish: &Wish, platform: &dyn Platform) -> Result<Enrolment, CommandError> {
    let usage = |error: &dyn std::error::Error| CommandError::chain(Kind::Usage, error);
    let server: Server = wish.server.parse().map_err(|error| usage(&error))?;
    let pin: Pin = wish.pin.parse().map_err(|error| usage(&error))?;
    let proxy = choose_proxy(wish.proxy.as_deref(), &server)?;
    let home = Home::new(&wish.data);
    if let Some(known) = home
        .enrolment()
        .map_err(|error| CommandError::chain(Kind::CouldNot, &error))?
        .filter(|known| !known.removed)
    {
        let message = format!(
            "{} is enrolled already: agent `{}` of {}",
            wish.data.display(),
            known.agent,
            known.server
        );
        return Err(CommandError::new(Kind::Refused, message)
            .hint("use another --data folder, or remove the computer at the controller and then this folder"));
    }
    let could_not = |error: home::HomeError| CommandError::chain(Kind::CouldNot, &error);
    // Before the token is burnt: what is no identity can still be mended.
    let identities = wish.identity.as_deref().map(identities).transpose()?;
    let key = home.key().map_err(could_not)?;
    let identity = identity::derive(
        &Dmi::read(platform.dmi_root()),
        platform.installation_id(),
        &home::fingerprint(&key),
    );
    let name = wish.name.clone().unwrap_or_else(facts::host_name);
    let request = EnrolRequest {
        token: wish.token.clone(),
        csr: home::signing_request(&key).map_err(could_not)?,
        name: name.clone(),
        identity,
    };
    let answer = post(&server, proxy.as_ref(), &pin, "/agent/v1/enrol", &request).await?;
    let response: EnrolResponse = understood(&answer)?;
    check(&response, &pin)?;
    let enrolment = Enrolment {
        server: server.to_string(),
        pin: pin.to_string(),
        agent: response.agent,
        tenant: response.tenant,
        name,
        proxy: wish.proxy.clone(),
        anchor: wish.anchor.clone(),
        removed: false,
    };
    if let Some(identities) = identities {
        let kept = Keyring::new(&wish.data).keep_identities(&identities);
        kept.map_err(|error| CommandError::chain(Kind::CouldNot, &error))?;
    }
    home.keep_certificate(&response.certificate).map_err(could_not)?;
    home.keep(&enrolment).map_err(could_not)?;
    Ok(enrolment)
}

/// The identities in a text, or in the file that it names.
fn identities(named: &str) -> Result<Vec<Identity>, CommandError> {
    let text = if named.starts_with("AGE-SECRET-KEY-") {
        named.to_owned()
    } else {
        let path = Path::new(named);
        let read = fs::read_to_string(path).map_err(disk::at("read", path));
        read.map_err(|error| CommandError::chain(Kind::CouldNot, &error))?
    };
    Identity::read_all(&text).map_err(|error| {
        CommandError::new(Kind::Usage, error)
            .hint("`ordain secrets init` writes such a file for each tenant")
    })
}

/// Keeps the identities of a file in a data folder and says whose they are.
/// They count at once, also for an agent that runs.
pub fn keep_identity(data: &Path, file: &Path) -> Result<String, CommandError> {
    let could_not = |error: &disk::DiskError| CommandError::chain(Kind::CouldNot, error);
    let identities = if file == Path::new("-") {
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| could_not(&disk::at("read", file)(error)))?;
        identities(text.trim_start())?
    } else {
        identities(&file.to_string_lossy())?
    };
    Keyring::new(data).keep_identities(&identities).map_err(|error| could_not(&error))?;
    let names: Vec<String> = identities.iter().map(|one| one.recipient().to_string()).collect();
    Ok(format!("this computer opens what is encrypted to {}", names.join(" and ")))
}

/// The proxy that was named, else the environment's.
pub fn choose_proxy(named: Option<&str>, server: &Server) -> Result<Option<Proxy>, CommandError> {
    Proxy::choose(named, server, &|name| std::env::var(name).ok())
        .map_err(|error| CommandError::new(Kind::Usage, error))
}

fn check(response: &EnrolResponse, pin: &Pin) -> Result<(), CommandError> {
    let refused = |what: &str| {
        CommandError::new(Kind::Refused, format!("the controller's answer makes no sense: {what}"))
    };
    let ca = home::certificate_of(&response.ca).map_err(|_| refused("its CA is no certificate"))?;
    if Pin::of(&ca).as_ref() != Some(pin) {
        return Err(refused("it names another CA than the pin does"));
    }
    home::certificate_of(&response.certificate)
        .map_err(|_| refused("it holds no certificate for this agent"))?;
    if response.agent.is_empty() || response.tenant.is_empty() {
        return Err(refused("it names no agent or no tenant"));
    }
    Ok(())
}

/// Posts JSON to the controller, as anybody.
pub async fn post(
    server: &Server,
    proxy: Option<&Proxy>,
    pin: &Pin,
    path: &str,
    body: &impl serde::Serialize,
) -> Result<Answer, CommandError> {
    let config = tls::client_config(pin, None)
        .map_err(|error| CommandError::chain(Kind::CouldNot, &error))?;
    let line = dial(server, proxy, Arc::new(config)).await.map_err(|error| not_dialled(&error))?;
    let body = serde_json::to_vec(body).expect("plain fields");
    let answer = http::exchange(line, &server.authority(), path, Some(&body)).await;
    answer.map_err(|error| CommandError::chain(Kind::CouldNot, &error))
}

/// What a person is told when there is no line.
pub fn not_dialled(error: &DialError) -> CommandError {
    if let Some(mismatch) = tls::pin_mismatch(error) {
        return CommandError::new(Kind::Refused, mismatch)
            .hint("compare --pin with what `ordain enroll` printed; another server, or a proxy that opens TLS, answers there");
    }
    let hint = match error {
        DialError::Reach { .. } => {
            "check the address, the port and the firewall; a proxy is given by --proxy"
        }
        DialError::Proxy { .. } => "check --proxy, HTTPS_PROXY and the proxy's rules",
        DialError::Name(_) => "write https://HOST or https://HOST:PORT",
        DialError::Tls { .. } => {
            "check this computer's clock, and that the address is one of the controller's names"
        }
    };
    CommandError::new(Kind::CouldNot, chain(error)).hint(hint)
}

#[derive(Deserialize)]
struct Failure {
    error: FailureBody,
}

#[derive(Deserialize)]
struct FailureBody {
    code: String,
    message: String,
    #[serde(default)]
    hint: Option<String>,
}

/// The answer's JSON, or the failure that it tells of.
pub fn understood<T: for<'a> Deserialize<'a>>(answer: &Answer) -> Result<T, CommandError> {
    if (200..300).contains(&answer.status) {
        return serde_json::from_slice(&answer.body).map_err(|error| {
            CommandError::new(
                Kind::CouldNot,
                format!("the controller's answer is not understood: {error}"),
            )
        });
    }
    Err(refusal(answer.status, &answer.body))
}

/// The failure that an answer other than success tells of. An agent that is
/// not known any more must not go on; whatever else is refused may be mended.
pub fn refusal(status: u16, body: &[u8]) -> CommandError {
    let Ok(Failure { error }) = serde_json::from_slice::<Failure>(body) else {
        return CommandError::new(
            Kind::CouldNot,
            format!("the controller answers with status {status}"),
        );
    };
    let kind = if error.code == "agent-removed" { Kind::Refused } else { Kind::CouldNot };
    let failure = CommandError::new(
        kind,
        format!("the controller refuses ({}): {}", error.code, error.message),
    );
    CommandError { hint: error.hint, ..failure }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_controllers_own_words_reach_the_person() {
        let body = br#"{"error":{"code":"token-used","message":"this token was used already","hint":"make a new one"}}"#;
        let answer = Answer {
            status: 403,
            fields: std::collections::BTreeMap::default(),
            body: body.to_vec(),
        };
        let error = understood::<EnrolResponse>(&answer).expect_err("refused");
        assert_eq!(error.kind, Kind::CouldNot);
        assert_eq!(
            error.to_string(),
            "error: the controller refuses (token-used): this token was used already\n  hint: make a new one"
        );
        let bare = understood::<EnrolResponse>(&Answer {
            status: 502,
            body: b"<html>".to_vec(),
            ..answer
        })
        .expect_err("refused");
        assert_eq!(bare.message, "the controller answers with status 502");
    }
}
