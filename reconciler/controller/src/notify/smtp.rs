//! One mail server, and a line to it: messages go over it one after the other.
//!
//! A message is offered first (sender, recipient, and that its text follows)
//! and its text sent afterwards, so that whoever asks can write down in between
//! that it may be with the server from then on. No password, and nothing of a
//! message's text, is in an error.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, MailParameter};
use lettre::{Address, Message};
use ordain_source::Secret;
use ordain_store::rows::MessageRow;
use sha2::{Digest as _, Sha256};
use tokio::time::timeout;

/// How long the server may take until it has asked for a text.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it may take to say that it has one (RFC 5321, 4.5.3.2.6).
const TEXT_PATIENCE: Duration = Duration::from_mins(10);

const SLOW: &str = "the server did not answer in time";

/// The mail server.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Its name, which its certificate must bear.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept private.
    pub encryption: Encryption,
    /// Who the controller is there, with the password.
    pub login: Option<(String, Secret)>,
    /// Who messages are from, where no branding says so.
    pub from: String,
    /// A PEM file of the authorities that are trusted instead of the system's.
    pub ca: Option<PathBuf>,
}

/// How a line to a mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// From its first byte on (RFC 8314, port 465).
    Tls,
    /// After STARTTLS, and never without (RFC 3207, port 587).
    StartTls,
    /// Not at all: for a relay on the same computer.
    None,
}

/// Why the mail server cannot be used as it is given.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// The authorities' file.
    #[error("cannot read {}", path.display())]
    Ca {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The TLS settings.
    #[error("the mail server's TLS settings")]
    Tls(#[source] Error),
    /// The sender.
    #[error("`{0}` is no sender for e-mail: write NAME <USER@EXAMPLE.ORG>")]
    From(String),
    /// A password on a line that anybody can read.
    #[error("a login at a mail server wants `encryption: tls` or `starttls`")]
    Login,
}

/// Why a message was not taken.
#[derive(Debug)]
pub(super) enum Refused {
    /// There is no line to the server, so no other message would be taken either.
    NoLine(String),
    /// It may be tried again; the server does not have it.
    ForNow(String),
    /// It will never be taken.
    ForGood(String),
    /// The text was sent and no answer came: the server may have it.
    NobodyKnows(String),
}

/// A server as it is spoken to.
pub(super) struct Server {
    name: String,
    port: u16,
    encryption: Encryption,
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    from: Mailbox,
    own_name: ClientId,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("name", &self.name).finish_non_exhaustive()
    }
}

/// A message as it goes over a line.
pub(super) struct OnPaper {
    from: Address,
    to: Address,
    text: Vec<u8>,
}

/// An open line.
pub(super) struct Line(AsyncSmtpConnection);

impl Server {
    pub(super) fn new(config: &MailConfig) -> Result<Self, PostError> {
        if config.login.is_some() && config.encryption == Encryption::None {
            return Err(PostError::Login);
        }
        let from: Mailbox =
            config.from.parse().map_err(|_| PostError::From(config.from.clone()))?;
        let tls = match config.encryption {
            Encryption::None => None,
            Encryption::StartTls | Encryption::Tls => Some(parameters(config)?),
        };
        let login = config
            .login
            .as_ref()
            .map(|(user, password)| Credentials::new(user.clone(), password.expose().to_owned()));
        Ok(Self {
            name: config.server.clone(),
            port: config.port,
            encryption: config.encryption,
            tls,
            login,
            own_name: ClientId::Domain(from.email.domain().to_owned()),
            from,
        })
    }

    /// The message that a row tells of; why there is none, where an address is none.
    pub(super) fn letter(&self, row: &MessageRow) -> Result<OnPaper, String> {
        let from = row.letter.sender.as_deref().map(str::parse::<Mailbox>);
        let from = from.transpose().map_err(|error| format!("the sender: {error}"))?;
        let from = from.unwrap_or_else(|| self.from.clone());
        let to = row.key.recipient.parse::<Mailbox>();
        let to = to.map_err(|error| format!("the recipient: {error}"))?;
        let (sender, recipient) = (from.email.clone(), to.email.clone());
        let message = Message::builder()
            .from(from)
            .to(to)
            .subject(&row.letter.subject)
            .message_id(Some(self.id(row)))
            .date_now()
            .multipart(MultiPart::alternative_plain_html(
                row.letter.text.clone(),
                row.letter.html.clone(),
            ))
            .map_err(|error| error.to_string())?;
        Ok(OnPaper { from: sender, to: recipient, text: message.formatted() })
    }

    /// The same message has the same id, however often it is sent.
    fn id(&self, row: &MessageRow) -> String {
        let key = &row.key;
        let hash = Sha256::digest(format!("{} {} {}", key.session, key.kind, key.recipient));
        format!("<{}@{}>", hex::encode(&hash[..16]), self.from.email.domain())
    }

    /// A new line on which the message was offered.
    pub(super) async fn offered(&self, letter: &OnPaper) -> Result<Line, Refused> {
        let mut line = match timeout(PATIENCE, self.connect()).await {
            Ok(Ok(line)) => Line(line),
            Ok(Err(error)) => return Err(Refused::NoLine(crate::api::chain(&error))),
            Err(_) => return Err(Refused::NoLine(SLOW.into())),
        };
        line.offer(letter).await?;
        Ok(line)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let place = (self.name.as_str(), self.port);
        let at_once = self.tls.clone().filter(|_| self.encryption == Encryption::Tls);
        let name = &self.own_name;
        let mut line =
            AsyncSmtpConnection::connect_tokio1(place, Some(PATIENCE), name, at_once, None).await?;
        if let (Encryption::StartTls, Some(tls)) = (self.encryption, &self.tls) {
            line.starttls(tls.clone(), name).await?;
        }
        if let Some(login) = &self.login {
            line.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(line)
    }
}

impl Line {
    /// Says from whom and to whom, until the server asks for the text.
    pub(super) async fn offer(&mut self, letter: &OnPaper) -> Result<(), Refused> {
        let wide = [&letter.from, &letter.to].iter().any(|one| !one.to_string().is_ascii());
        let options = if wide { vec![MailParameter::SmtpUtfEight] } else { Vec::new() };
        let commands = async {
            self.0.command(Mail::new(Some(letter.from.clone()), options)).await?;
            self.0.command(Rcpt::new(letter.to.clone(), Vec::new())).await?;
            self.0.command(Data).await.map(|_| ())
        };
        match timeout(PATIENCE, commands).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(before(&error)),
            Err(_) => Err(Refused::ForNow(SLOW.into())),
        }
    }

    /// Sends the text and waits until the server has taken it.
    pub(super) async fn text(&mut self, letter: &OnPaper) -> Result<(), Refused> {
        match timeout(TEXT_PATIENCE, self.0.message(&letter.text)).await {
            Ok(Ok(_)) => Ok(()),
            // A server that says no does not have it.
            Ok(Err(error)) if error.status().is_some() => Err(before(&error)),
            Ok(Err(error)) => Err(Refused::NobodyKnows(crate::api::chain(&error))),
            Err(_) => Err(Refused::NobodyKnows(SLOW.into())),
        }
    }

    /// Says goodbye; whether the server answers does not matter.
    pub(super) async fn end(mut self) {
        drop(timeout(Duration::from_secs(5), self.0.quit()).await);
    }
}

/// What an error means while the server cannot have the message.
fn before(error: &Error) -> Refused {
    let why = crate::api::chain(error);
    if error.is_permanent() { Refused::ForGood(why) } else { Refused::ForNow(why) }
}

fn parameters(config: &MailConfig) -> Result<TlsParameters, PostError> {
    let mut builder = TlsParameters::builder(config.server.clone());
    if let Some(path) = &config.ca {
        let pem =
            std::fs::read(path).map_err(|source| PostError::Ca { path: path.clone(), source })?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(Certificate::from_pem(&pem).map_err(PostError::Tls)?);
    }
    builder.build_rustls().map_err(PostError::Tls)
}
