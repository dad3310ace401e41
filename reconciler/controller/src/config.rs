//! What the daemon is told: by flags, by a file, or by default.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ordain_source::{Access, Location, LocationError, Secret};
use serde::Deserialize;

use crate::clock::Clock;
use crate::notify::{HookConfig, MailConfig};

mod outside;

pub use outside::{MailEncryption, MailFile, WebhookEvent, WebhookFile};

/// Everything that `ordain serve` can be told. Start from [`ServeConfig::new`]
/// or [`ServeConfig::from_file`] and set what else was given.
#[derive(Debug, Clone)]
pub struct ServeConfig {
    /// Where the configuration repository lies.
    pub repository: Location,
    /// The branch that is followed.
    pub branch: String,
    /// The data folder.
    pub data: PathBuf,
    /// Where agents and people are answered.
    pub listen: SocketAddr,
    /// Host names and addresses under which the listener is reached, besides its own address and `localhost`.
    pub names: Vec<String>,
    /// What agents and people are told to connect to; made from the first name and the port otherwise.
    pub url: Option<String>,
    /// `postgres://…`; an SQLite file in the data folder otherwise.
    pub database: Option<Secret>,
    /// Follows the branch even where it was rewritten or exchanged.
    pub allow_rewrites: bool,
    /// How often to look for commits when nothing calls.
    pub poll: Duration,
    /// How the repository is reached.
    pub access: Access,
    /// What webhooks prove themselves with; without it they are refused.
    pub webhook_secret: Option<Secret>,
    /// How long an agent's certificate holds.
    pub agent_certificates: Duration,
    /// Where e-mail is handed over; none is sent otherwise.
    pub mail: Option<MailConfig>,
    /// Who else is told what happens.
    pub webhooks: Vec<HookConfig>,
    /// What schedules go by.
    pub clock: Clock,
    /// How long a stop waits for requests that are being answered.
    pub grace: Duration,
}

/// Why a configuration file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It, or a file it names, cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// It says something that this program does not understand.
    #[error("{}: {message}", path.display())]
    Content {
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column.
        message: String,
    },
    /// The repository's place cannot be understood.
    #[error("the repository")]
    Repository(#[from] LocationError),
    /// No repository was given.
    #[error(
        "no repository was given: use --repo URL-OR-PATH, or `repository:` in the configuration file"
    )]
    NoRepository,
    /// A mail server's login is half given.
    #[error("`mail:` has `user` and `passwordFile` together, or none of them")]
    Login,
    /// Two webhooks have one name.
    #[error("two entries of `webhooks:` are named `{0}`")]
    TwiceNamed(String),
    /// No data folder was given.
    #[error("no data folder was given: use --data DIR, or `data:` in the configuration file")]
    NoData,
}

/// The configuration file: YAML, every key optional.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ConfigFile {
    /// Path or URL of the configuration repository.
    pub repository: Option<String>,
    /// The branch that is followed.
    pub branch: Option<String>,
    /// The data folder.
    pub data: Option<PathBuf>,
    /// Address and port.
    pub listen: Option<SocketAddr>,
    /// Further host names and addresses of the listener.
    pub names: Vec<String>,
    /// What agents and people are told to connect to.
    pub url: Option<String>,
    /// A file that holds `postgres://…`.
    pub database_file: Option<PathBuf>,
    /// Follows the branch even where it was rewritten.
    pub allow_rewrites: bool,
    /// How often to look for commits when nothing calls.
    pub poll_seconds: Option<u64>,
    /// A file that holds the webhooks' secret.
    pub webhook_secret_file: Option<PathBuf>,
    /// A file that holds the token for the repository.
    pub git_token_file: Option<PathBuf>,
    /// PEM certificates to trust for the repository instead of the system's.
    pub git_ca_file: Option<PathBuf>,
    /// How many days an agent's certificate holds.
    pub agent_certificate_days: Option<u32>,
    /// The mail server.
    pub mail: Option<MailFile>,
    /// Who else is told what happens.
    #[serde(default)]
    pub webhooks: Vec<WebhookFile>,
}

impl ServeConfig {
    /// The defaults for a repository and a data folder.
    pub fn new(repository: Location, data: PathBuf) -> Self {
        Self {
            repository,
            branch: "main".to_owned(),
            data,
            listen: SocketAddr::from(([127, 0, 0, 1], 7443)),
            names: Vec::new(),
            url: None,
            database: None,
            allow_rewrites: false,
            poll: ordain_source::watch::INTERVAL,
            access: Access::from_environment(),
            webhook_secret: None,
            agent_certificates: Duration::from_hours(30 * 24),
            mail: None,
            webhooks: Vec::new(),
            clock: Clock::default(),
            grace: Duration::from_secs(10),
        }
    }

    /// The defaults, changed by what the file says.
    pub fn from_file(file: ConfigFile) -> Result<Self, ConfigError> {
        let repository = file.repository.ok_or(ConfigError::NoRepository)?;
        let data = file.data.ok_or(ConfigError::NoData)?;
        let mut config = Self::new(Location::parse(&repository)?, data);
        config.names = file.names;
        config.url = file.url;
        config.allow_rewrites = file.allow_rewrites;
        config.database = file.database_file.as_deref().map(secret).transpose()?;
        config.webhook_secret = file.webhook_secret_file.as_deref().map(secret).transpose()?;
        if let Some(token) = file.git_token_file.as_deref().map(secret).transpose()? {
            config.access.token = Some(token);
        }
        if file.git_ca_file.is_some() {
            config.access.ca_file = file.git_ca_file;
        }
        config.mail = file.mail.map(MailFile::config).transpose()?;
        config.webhooks = outside::webhooks(file.webhooks)?;
        set(&mut config.branch, file.branch);
        set(&mut config.listen, file.listen);
        set(&mut config.poll, file.poll_seconds.map(|seconds| Duration::from_secs(seconds.max(1))));
        set(
            &mut config.agent_certificates,
            file.agent_certificate_days
                .map(|days| Duration::from_hours(u64::from(days.max(1)) * 24)),
        );
        Ok(config)
    }
}

impl ConfigFile {
    /// Reads the file; paths in it are taken from its own folder.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
        let mut file: Self = serde_yaml::from_str(&text).map_err(|error| ConfigError::Content {
            path: path.to_owned(),
            message: error.to_string(),
        })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let paths = [
            &mut file.data,
            &mut file.database_file,
            &mut file.webhook_secret_file,
            &mut file.git_token_file,
            &mut file.git_ca_file,
        ];
        let mail =
            file.mail.iter_mut().flat_map(|mail| [&mut mail.password_file, &mut mail.ca_file]);
        let hooks = file.webhooks.iter_mut().map(|hook| &mut hook.ca_file);
        for place in paths.into_iter().chain(mail).chain(hooks).flatten() {
            *place = folder.join(&*place);
        }
        for hook in &mut file.webhooks {
            hook.secret_file = folder.join(&hook.secret_file);
        }
        Ok(file)
    }
}

fn set<T>(value: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *value = given;
    }
}

fn secret(path: &Path) -> Result<Secret, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|source| ConfigError::Read { path: path.to_owned(), source })?;
    Ok(Secret::new(text.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::{Encryption, HookEvent};

    fn read(text: &str) -> Result<ServeConfig, ConfigError> {
        let place = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(place.path().join("hook"), "hunter2\n").expect("written");
        let path = place.path().join("ordain-serve.yaml");
        std::fs::write(&path, text).expect("written");
        ServeConfig::from_file(ConfigFile::read(&path)?)
    }

    #[test]
    fn a_file_sets_what_it_names_and_no_secret_is_shown() {
        let config = read("repository: https://git.example/policy\ndata: data\nlisten: 0.0.0.0:8443\nwebhookSecretFile: hook\npollSeconds: 5\n").expect("a configuration");
        assert!(config.data.is_absolute(), "from the file's own folder");
        assert_eq!(
            (config.listen.port(), config.poll, config.branch.as_str()),
            (8443, Duration::from_secs(5), "main")
        );
        assert_eq!(config.webhook_secret.as_ref().map(Secret::expose), Some("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let error =
            read("repository: x\ndata: d\nlistne: 1\n").expect_err("an unknown key").to_string();
        assert!(error.contains("listne") && error.contains("ordain-serve.yaml"), "{error}");
        assert!(matches!(read("data: d"), Err(ConfigError::NoRepository)));
        assert!(matches!(read("repository: x"), Err(ConfigError::NoData)));
        assert!(matches!(
            read("repository: x\ndata: d\nwebhookSecretFile: nowhere"),
            Err(ConfigError::Read { .. })
        ));
    }
    #[test]
    fn a_mail_server_and_webhooks_are_told_whole_or_not_at_all() {
        let base = "repository: x\ndata: d\n";
        let mail = "mail: {server: smtp.example, from: a@b.example";
        let hook =
            "{name: desk, url: \"https://desk.example/x\", secretFile: hook, events: [session]}";
        let config = read(&format!(
            "{base}{mail}, user: ordain, passwordFile: hook, caFile: ca.pem}}\nwebhooks: [{hook}]\n"
        ));
        let config = config.expect("a configuration");
        let server = config.mail.as_ref().expect("a mail server");
        assert_eq!((server.port, server.encryption), (587, Encryption::StartTls));
        assert!(server.ca.as_ref().is_some_and(|path| path.is_absolute()));
        assert_eq!(config.webhooks[0].events, [HookEvent::Session]);
        assert!(!format!("{config:?}").contains("hunter2"));

        let port = |encryption: &str| {
            let config = read(&format!("{base}{mail}, encryption: {encryption}}}\n"));
            config.expect("a configuration").mail.expect("a mail server").port
        };
        assert_eq!((port("tls"), port("none")), (465, 25));
        let half = read(&format!("{base}{mail}, user: ordain}}\n"));
        assert!(matches!(half, Err(ConfigError::Login)));
        let twice = read(&format!("{base}webhooks: [{hook}, {hook}]\n"));
        assert!(matches!(twice, Err(ConfigError::TwiceNamed(name)) if name == "desk"));
    }
}
