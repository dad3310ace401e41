//! The verbs around a running controller.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ConnectionArgs, Format};

/// Runs the controller: follows a repository, keeps agents connected, drives sessions.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain serve --repo /srv/policy.git --data /var/lib/ordain\n  ordain serve --config /etc/ordain/serve.yaml"
)]
pub(crate) struct ServeArgs {
    /// A file with settings; flags win over it.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The config repository: a path, or a URL with https:// or ssh://.
    #[arg(long, value_name = "URL-OR-PATH")]
    pub repo: Option<String>,
    /// The branch that is followed; `main` by default.
    #[arg(long, value_name = "BRANCH")]
    pub branch: Option<String>,
    /// The folder for the database, the authority's key and the administrator's token.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Where agents and people are answered; 127.0.0.1:7443 by default.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// A database of its own, postgres://…; by default SQLite in the data folder.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
    /// A further host name or address under which agents reach the controller.
    #[arg(long = "name", value_name = "HOST")]
    pub names: Vec<String>,
    /// What agents are told to connect to; by default made from the first name and the port.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Follows the branch even where its history was rewritten.
    #[arg(long)]
    pub allow_rewrites: bool,
    /// How often to look for commits when nothing calls, in seconds; 60 by default.
    #[arg(long, value_name = "SECONDS")]
    pub poll_seconds: Option<u64>,
    /// How the log is written to standard error; what is logged follows `ORDAIN_LOG`.
    #[arg(long, value_enum, default_value_t = LogFormat::Human)]
    pub log_format: LogFormat,
}

/// How a log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Human,
    /// One JSON object a line.
    Json,
}

/// Makes a token with which computers enrol, and prints the one-line installer.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain enroll --tenant contoso --data /var/lib/ordain\n  ordain enroll --tenant contoso --count 40 --expires 7d --format json"
)]
pub(crate) struct EnrollArgs {
    /// The tenant that the computers belong to.
    #[arg(long, value_name = "TENANT")]
    pub tenant: String,
    /// How many computers may use the token.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub count: u32,
    /// How long it holds: 30s, 15m, 4h, 7d.
    #[arg(long, value_name = "DURATION", default_value = "24h", value_parser = super::seconds)]
    pub expires: u64,
    /// The tenant's identity, which the computers get to open its secrets.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Shows how the installation stands: the commit in force, computers, sessions.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain status --data /var/lib/ordain")]
pub(crate) struct StatusArgs {
    /// Counts this tenant only.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Stops all starts at once; what runs is finished. Survives restarts.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain pause --tenant contoso")]
pub(crate) struct PauseArgs {
    #[command(flatten)]
    pub which: PausedArgs,
}

/// Lets starts go on.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain resume --tenant contoso")]
pub(crate) struct ResumeArgs {
    #[command(flatten)]
    pub which: PausedArgs,
}

/// Whose starts are meant.
#[derive(Debug, Args)]
pub(crate) struct PausedArgs {
    /// This tenant only.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Copies a controller's data folder, running or not; the copy can be served from as it is.
///
/// Mirrors of the repository are left out, since they are fetched anew. The copy holds the
/// authority's key: keep it as safe as the folder itself.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain backup --data /var/lib/ordain --to /backup/ordain-2026-03-02"
)]
pub(crate) struct BackupArgs {
    /// The data folder of a controller on this machine.
    #[arg(long, value_name = "DIR")]
    pub data: PathBuf,
    /// A folder that is not there yet.
    #[arg(long, value_name = "DIR")]
    pub to: PathBuf,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Lists, shows and removes enrolled computers.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = false,
    after_help = "Examples:\n  ordain computers --tenant contoso\n  ordain computers show contoso/pc-02"
)]
pub(crate) struct ComputersArgs {
    #[command(subcommand)]
    pub verb: Option<ComputersVerb>,
    /// This tenant's only.
    #[arg(long, global = true, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What can be done with computers.
#[derive(Debug, Subcommand)]
pub(crate) enum ComputersVerb {
    /// Lists them; so does no verb at all.
    #[command(after_help = "Example:\n  ordain computers list --tenant contoso")]
    List,
    /// Shows one with everything that is known of it.
    #[command(
        after_help = "Examples:\n  ordain computers show contoso/pc-02\n  ordain computers show contoso/pc-02 --history disk-health"
    )]
    Show {
        /// NAME, TENANT/NAME or an id.
        #[arg(value_name = "COMPUTER")]
        computer: String,
        /// What this fact was, where its inventory task keeps its history.
        #[arg(long, value_name = "FACT")]
        history: Option<String>,
    },
    /// Says who one is that needs a decision: the computer that was known, or another one.
    ///
    /// Two that are alive and say to be one computer are never made one silently. `--same`
    /// says that the one in doubt is the computer that was known before, installed anew;
    /// `--new` says that it is another one.
    #[command(
        group = clap::ArgGroup::new("who").required(true),
        after_help = "Examples:\n  ordain computers decide contoso/pc-02-2 --new\n  ordain computers decide contoso/pc-02-2 --same"
    )]
    Decide {
        /// NAME, TENANT/NAME or an id.
        #[arg(value_name = "COMPUTER")]
        computer: String,
        /// It is the computer that was known before.
        #[arg(long, group = "who")]
        same: bool,
        /// It is another computer.
        #[arg(long, group = "who")]
        new: bool,
    },
    /// Moves one to another tenant; what was found out about it does not go along.
    #[command(after_help = "Example:\n  ordain computers move contoso/pc-02 --to fabrikam")]
    Move {
        /// NAME, TENANT/NAME or an id.
        #[arg(value_name = "COMPUTER")]
        computer: String,
        /// The tenant's id.
        #[arg(long, value_name = "TENANT")]
        to: String,
    },
    /// Keeps sessions away from one; inventory goes on.
    #[command(
        after_help = "Examples:\n  ordain computers exclude contoso/pc-02\n  ordain computers exclude contoso/pc-02 --undo"
    )]
    Exclude {
        /// NAME, TENANT/NAME or an id.
        #[arg(value_name = "COMPUTER")]
        computer: String,
        /// Lets sessions touch it again.
        #[arg(long)]
        undo: bool,
    },
    /// Forgets one; its agent's certificate is refused from then on.
    #[command(after_help = "Example:\n  ordain computers remove contoso/pc-02")]
    Remove {
        /// NAME, TENANT/NAME or an id.
        #[arg(value_name = "COMPUTER")]
        computer: String,
    },
}

/// Exports what the controller has recorded.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain export inventory --data /var/lib/ordain > fleet.yaml")]
pub(crate) struct ExportArgs {
    #[command(subcommand)]
    pub verb: ExportVerb,
}

/// What can be exported.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportVerb {
    Inventory(ExportInventory),
}

/// Writes the file that `--inventory` reads.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain export inventory --tenant contoso --format jsonl > contoso.jsonl"
)]
pub(crate) struct ExportInventory {
    /// This tenant's computers only.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the inventory is written.
    #[arg(long, value_enum, default_value_t = InventoryFormat::Yaml)]
    pub format: InventoryFormat,
}

/// How an inventory is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum InventoryFormat {
    /// YAML.
    #[value(alias = "human")]
    Yaml,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Jsonl,
}
