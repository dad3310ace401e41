//! The command line of the agent.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// The program of Ordain on a managed computer.
#[derive(Debug, Parser)]
#[command(name = "ordain-agent", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 findings, 2 wrong usage, 3 could not do it, 4 refused for safety."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Make this computer known to a controller.
    #[command(
        after_help = "Example:\n  ordain-agent enroll --server https://ordain.msp.example --token 7f3k… --pin sha256/mB2… --data /var/lib/ordain-agent"
    )]
    Enroll(Enroll),
    /// Stay connected and carry orders out.
    #[command(after_help = "Example:\n  ordain-agent run --data /var/lib/ordain-agent")]
    Run(Run),
    /// Write the systemd unit and start the service.
    #[command(after_help = "Example:\n  ordain-agent install --data /var/lib/ordain-agent")]
    Install(Data),
    /// Stop the service and remove the systemd unit; data and enrolment stay.
    #[command(after_help = "Example:\n  ordain-agent uninstall")]
    Uninstall,
    /// Keep the tenant's identity, which opens its secrets, on this computer.
    #[command(
        after_help = "Example:\n  ordain-agent identity --data /var/lib/ordain-agent contoso.txt\n  ordain-agent identity - < contoso.txt"
    )]
    Identity(KeepIdentity),
    /// Examine clock, proxy, pin, certificate and disk.
    #[command(after_help = "Example:\n  ordain-agent doctor --data /var/lib/ordain-agent")]
    Doctor(Doctor),
    /// Put a task's settings right on this computer, or show what would change.
    #[command(
        after_help = "Example:\n  ordain-agent ensure --what-if tasks/motd/task.yaml --param motto=\"Be kind\"\n\nExit code 1 with --what-if: something would change."
    )]
    Ensure(Ensure),
}

/// Scripts run in folders of their own, where a relative path would mean another place.
fn absolute(path: &str) -> std::io::Result<PathBuf> {
    std::path::absolute(path)
}

#[derive(Debug, Args)]
pub(crate) struct Data {
    /// Where the agent keeps its key, certificate, journal and scripts.
    #[arg(long, value_name = "DIR", default_value = "/var/lib/ordain-agent", value_parser = absolute)]
    pub(crate) data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Enroll {
    #[command(flatten)]
    pub(crate) data: Data,
    /// The controller's address: https://HOST or https://HOST:PORT.
    #[arg(long, value_name = "URL")]
    pub(crate) server: String,
    /// The one-time token that `ordain enroll` printed.
    #[arg(long, value_name = "T", env = "ORDAIN_ENROLL_TOKEN", hide_env_values = true)]
    pub(crate) token: String,
    /// The pin of the controller's key that `ordain enroll` printed.
    #[arg(long, value_name = "P")]
    pub(crate) pin: String,
    /// The computer's name, in place of its host name.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// An HTTP proxy, http://[USER:PASSWORD@]HOST:PORT; kept for later. Empty: none, whatever the environment says.
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// The trust anchor that `ordain enroll` printed, where trust is on.
    #[arg(long, value_name = "A")]
    pub(crate) anchor: Option<String>,
    /// The tenant's identity, which opens its secrets: AGE-SECRET-KEY-1…, or the file that holds it.
    #[arg(long, value_name = "KEY|FILE", env = "ORDAIN_ENROLL_IDENTITY", hide_env_values = true)]
    pub(crate) identity: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) data: Data,
    /// An HTTP proxy, in place of the one kept at enrolment.
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// How much is logged, to standard error.
    #[arg(long, value_enum, default_value = "info", env = "ORDAIN_LOG")]
    pub(crate) log: LogLevel,
}

#[derive(Debug, Args)]
pub(crate) struct KeepIdentity {
    #[command(flatten)]
    pub(crate) data: Data,
    /// The file that `ordain secrets init` wrote for the tenant; `-` for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) data: Data,
    /// An HTTP proxy, in place of the one kept at enrolment.
    #[arg(long, value_name = "URL")]
    pub(crate) proxy: Option<String>,
    /// How the findings are printed.
    #[arg(long, value_enum, default_value = "human")]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Ensure {
    /// The task's document; files that it names stand beside it.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Shows what would change, and changes nothing.
    #[arg(long)]
    pub(crate) what_if: bool,
    /// The value of one of the task's parameters; again for each further one.
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = named)]
    pub(crate) parameters: Vec<(String, String)>,
}

fn named(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    named.ok_or_else(|| "write NAME=VALUE".to_owned())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}
