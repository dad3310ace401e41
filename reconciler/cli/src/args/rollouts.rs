//! `ordain rollouts` and `ordain approve`: what waits for a person.

use clap::{Args, Subcommand};

use super::{ConnectionArgs, Format};

/// Lists rollouts with their rings, and lets a halted one go on.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain rollouts\n  ordain rollouts clear deployments/browser.yaml"
)]
pub(crate) struct RolloutsArgs {
    #[command(subcommand)]
    pub verb: Option<RolloutsVerb>,
    /// What concerns this tenant only.
    #[arg(long, global = true, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// What can be done with rollouts.
#[derive(Debug, Subcommand)]
pub(crate) enum RolloutsVerb {
    /// Lists them; so does no verb at all.
    #[command(after_help = "Example:\n  ordain rollouts list")]
    List,
    /// Lets what has halted go on: the ring soaks anew, and what failed before counts no more.
    #[command(after_help = "Example:\n  ordain rollouts clear deployments/browser.yaml")]
    Clear {
        /// The deployment, by its path, or `path#name` where the file holds several.
        #[arg(value_name = "DEPLOYMENT")]
        deployment: String,
        /// Only the rollout of this item.
        #[arg(long, value_name = "ITEM")]
        item: Option<String>,
    },
}

/// Lets go what waits for a person: a commit that exceeds the repository's
/// `limits`, or an `optional` deployment on a computer. Without arguments it
/// lists the optional deployments that are approved.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain approve 9f2c51\n  ordain approve --computer pc-1 --deployment deployments/visio.yaml"
)]
pub(crate) struct ApproveArgs {
    /// The commit, or how its id begins.
    #[arg(value_name = "REVISION", conflicts_with_all = ["computer", "deployment"])]
    pub revision: Option<String>,
    /// The computer on which an optional deployment is approved, by name,
    /// `TENANT/NAME` or id.
    #[arg(long, requires = "deployment")]
    pub computer: Option<String>,
    /// The optional deployment, by path or as `path#name`.
    #[arg(long, requires = "computer")]
    pub deployment: Option<String>,
    /// Takes the approval back.
    #[arg(long, requires = "computer")]
    pub undo: bool,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
