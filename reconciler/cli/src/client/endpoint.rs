//! Where the controller answers, the token that opens it, and what its
//! certificate is checked against: from its data folder, from flags, or from
//! the environment.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;

use crate::args::ConnectionArgs;
use crate::error::CommandError;

/// A controller's place.
pub(super) struct Endpoint {
    pub(super) url: Url,
    pub(super) token: String,
    pub(super) trust: Trust,
}

/// What the controller's certificate is checked against.
pub(super) enum Trust {
    /// The authorities that this machine trusts.
    System,
    /// The authority's certificate in PEM, and the file it comes from.
    Authority(Vec<u8>, PathBuf),
    /// The hash of the authority's public key, `sha256/…`.
    Pin(String),
}

/// What a running controller writes into its data folder.
#[derive(Deserialize)]
struct Announced {
    url: String,
}

impl Endpoint {
    /// Whether the arguments or the environment name a controller.
    pub(super) fn is_named(args: &ConnectionArgs) -> bool {
        args.data.is_some() || args.server.is_some() || variable("ORDAIN_SERVER").is_some()
    }

    /// The controller that the arguments and the environment name.
    pub(super) fn find(args: &ConnectionArgs) -> Result<Self, CommandError> {
        let given = args.server.clone().or_else(|| match args.data {
            Some(_) => None,
            None => variable("ORDAIN_SERVER"),
        });
        let url = match (&given, &args.data) {
            (Some(url), _) => url.clone(),
            (None, Some(data)) => announced(data)?,
            (None, None) => {
                let error = anyhow::anyhow!("no controller was named");
                return Err(CommandError::usage(error).hint(
                    "name its data folder with `--data DIR`, or its address with `--server URL` or ORDAIN_SERVER",
                ));
            }
        };
        let url = address(&url)?;
        let token = token(args.data.as_deref())?;
        Ok(Self { url, token, trust: trust(args)? })
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn address(text: &str) -> Result<Url, CommandError> {
    let wrong = || {
        CommandError::usage(anyhow::anyhow!("`{text}` is no address of a controller"))
            .hint("write for example https://ordain.example:7443")
    };
    let url = Url::parse(text).map_err(|_| wrong())?;
    let is_plain = url.scheme() == "https"
        && url.host().is_some()
        && url.username().is_empty()
        && url.password().is_none();
    if is_plain { Ok(url) } else { Err(wrong()) }
}

fn announced(data: &Path) -> Result<String, CommandError> {
    let path = data.join("endpoint.json");
    let text = fs::read_to_string(&path).map_err(|error| {
        let is_missing = error.kind() == io::ErrorKind::NotFound;
        let error = anyhow::Error::new(error);
        let error = CommandError::failed(error.context(format!("`{}` cannot be read", path.display())));
        error.hint_if(is_missing.then_some(
            "no controller runs on that data folder: start `ordain serve`, or name another with `--data`",
        ))
    })?;
    let announced: Announced = serde_json::from_str(&text).map_err(|error| {
        let error = anyhow::Error::new(error);
        CommandError::failed(error.context(format!("`{}` is damaged", path.display())))
    })?;
    Ok(announced.url)
}

fn token(data: Option<&Path>) -> Result<String, CommandError> {
    if let Some(data) = data {
        let path = data.join("admin.token");
        match fs::read_to_string(&path) {
            Ok(token) => return Ok(token.trim().to_owned()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                let error = anyhow::Error::new(error);
                let error = error.context(format!("`{}` cannot be read", path.display()));
                return Err(CommandError::failed(error)
                    .hint("only the user that runs the controller may read it; or set ORDAIN_TOKEN and use `--server`"));
            }
            Err(_) => {}
        }
    }
    variable("ORDAIN_TOKEN").ok_or_else(|| {
        CommandError::failed(anyhow::anyhow!("the controller's token is not known"))
            .hint("set ORDAIN_TOKEN, or name the controller's data folder with `--data DIR`")
    })
}

fn trust(args: &ConnectionArgs) -> Result<Trust, CommandError> {
    let in_data = args.data.as_ref().map(|data| data.join("ca.pem"));
    let pin = args.pin.clone();
    let file = args.ca.clone();
    let from_variables = || {
        let file = variable("ORDAIN_CA").map(PathBuf::from);
        (file, variable("ORDAIN_PIN"))
    };
    let (file, pin) = match (file, pin, in_data) {
        (None, None, Some(own)) if own.exists() => (Some(own), None),
        (None, None, _) => from_variables(),
        (file, pin, _) => (file, pin),
    };
    if let Some(path) = file {
        let pem = fs::read(&path).map_err(|error| {
            let error = anyhow::Error::new(error);
            CommandError::failed(error.context(format!("`{}` cannot be read", path.display())))
        })?;
        return Ok(Trust::Authority(pem, path));
    }
    Ok(pin.map_or(Trust::System, Trust::Pin))
}
