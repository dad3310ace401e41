//! `ordain serve`: the controller, until a signal ends it.

use std::io::IsTerminal;

use anyhow::Context as _;
use ordain_controller::{ConfigError, ConfigFile, ServeConfig, serve};
use ordain_source::Secret;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::args::{LogFormat, ServeArgs};
use crate::error::{CommandError, Exit};

/// What is logged where `ORDAIN_LOG` says nothing.
const LOGGED: &str = "info,sqlx=warn,hyper=warn,rustls=warn";

pub(super) fn run(args: &ServeArgs) -> Result<Exit, CommandError> {
    let config = config(args)?;
    log_to_stderr(args.log_format);
    // From here on a panic is one task's, and the log's business.
    std::panic::set_hook(Box::new(|panic| tracing::error!("a defect: {panic}")));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("the system gives no threads").map_err(CommandError::failed)?;
    let served = runtime.block_on(async {
        serve(config, ended()?).await.map_err(|error| {
            let hint = error.hint();
            CommandError::failed(error).hint_if(hint)
        })
    });
    served.map(|()| Exit::Done)
}

/// The file's settings with the flags laid over them.
fn config(args: &ServeArgs) -> Result<ServeConfig, CommandError> {
    let mut file = match &args.config {
        Some(path) => ConfigFile::read(path).map_err(wrong)?,
        None => ConfigFile::default(),
    };
    let over = |set: &mut Option<_>, given: &Option<String>| {
        if given.is_some() {
            set.clone_from(given);
        }
    };
    over(&mut file.repository, &args.repo);
    over(&mut file.branch, &args.branch);
    over(&mut file.url, &args.url);
    file.data = args.data.clone().or(file.data);
    file.listen = args.listen.or(file.listen);
    file.poll_seconds = args.poll_seconds.or(file.poll_seconds);
    file.names.extend(args.names.iter().cloned());
    file.allow_rewrites |= args.allow_rewrites;
    let mut config = ServeConfig::from_file(file).map_err(wrong)?;
    if let Some(url) = &args.database {
        config.database = Some(Secret::new(url));
    }
    Ok(config)
}

fn wrong(error: ConfigError) -> CommandError {
    match error {
        ConfigError::Read { .. } => CommandError::failed(error),
        error => CommandError::usage(error),
    }
}

fn log_to_stderr(format: LogFormat) {
    let filter = EnvFilter::try_from_env("ORDAIN_LOG").unwrap_or_else(|_| EnvFilter::new(LOGGED));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A test may have set a logger of its own.
    let _set = match format {
        LogFormat::Human => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
}

/// Ready once the process is told to end.
fn ended() -> Result<impl Future<Output = ()>, CommandError> {
    let listen =
        |kind| signal(kind).context("signals cannot be received").map_err(CommandError::failed);
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
