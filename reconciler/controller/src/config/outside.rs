//! Who is told what happens, in the configuration file: the mail server, and webhooks.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, secret};
use crate::notify::{Encryption, HookConfig, HookEvent, MailConfig};

/// The mail server in the configuration file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MailFile {
    /// Its name.
    pub server: String,
    /// Its port; 587, 465 or 25 as `encryption` has it.
    pub port: Option<u16>,
    /// `starttls` (the default), `tls`, or `none` for a relay on this computer.
    #[serde(default)]
    pub encryption: MailEncryption,
    /// Who the controller is there.
    pub user: Option<String>,
    /// A file that holds the password.
    pub password_file: Option<PathBuf>,
    /// Who messages are from, where no branding says so.
    pub from: String,
    /// PEM certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
}

/// The words of `encryption`.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// From the first byte on.
    Tls,
    /// After STARTTLS, and never without.
    #[default]
    StartTls,
    /// Not at all.
    None,
}

impl MailFile {
    pub(super) fn config(self) -> Result<MailConfig, ConfigError> {
        let (encryption, usual) = match self.encryption {
            MailEncryption::Tls => (Encryption::Tls, 465),
            MailEncryption::StartTls => (Encryption::StartTls, 587),
            MailEncryption::None => (Encryption::None, 25),
        };
        let password = self.password_file.as_deref().map(secret).transpose()?;
        let login = match (self.user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return Err(ConfigError::Login),
        };
        Ok(MailConfig {
            server: self.server,
            port: self.port.unwrap_or(usual),
            encryption,
            login,
            from: self.from,
            ca: self.ca_file,
        })
    }
}

/// A webhook in the configuration file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookFile {
    /// What the log and `ordain status` call it.
    pub name: String,
    /// What is called: `https`, or `http` on this computer.
    pub url: String,
    /// A file that holds what calls are signed with.
    pub secret_file: PathBuf,
    /// What it is told.
    pub events: Vec<WebhookEvent>,
    /// The tenants it is told of; none for all.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// PEM certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// Whether `http` to another computer is put up with.
    #[serde(default)]
    pub allow_http: bool,
}

/// The words of `events`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookEvent {
    /// A session's status changed.
    Session,
    /// Items of a computer stand otherwise than before.
    Compliance,
}

/// The webhooks of a file; no two have one name.
pub(super) fn webhooks(files: Vec<WebhookFile>) -> Result<Vec<HookConfig>, ConfigError> {
    let mut hooks: Vec<HookConfig> = Vec::new();
    for file in files {
        if hooks.iter().any(|known| known.name == file.name) {
            return Err(ConfigError::TwiceNamed(file.name));
        }
        let event = |event: &WebhookEvent| match event {
            WebhookEvent::Session => HookEvent::Session,
            WebhookEvent::Compliance => HookEvent::Compliance,
        };
        hooks.push(HookConfig {
            name: file.name,
            url: file.url,
            secret: secret(&file.secret_file)?,
            events: file.events.iter().map(event).collect(),
            tenants: file.tenants,
            ca: file.ca_file,
            allow_http: file.allow_http,
        });
    }
    Ok(hooks)
}
