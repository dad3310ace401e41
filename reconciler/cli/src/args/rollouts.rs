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

/// Lets a commit take effect that exceeds the repository's `limits`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain approve 9f2c51")]
pub(crate) struct ApproveArgs {
    /// The commit, or how its id begins.
    #[arg(value_name = "REVISION")]
    pub revision: String,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
