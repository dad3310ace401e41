//! The verbs that tell how the fleet stands.

use clap::Args;

use super::{ConnectionArgs, Format};

/// Shows how far computers are as the policy wishes, by tenant and item.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain compliance --tenant contoso")]
pub(crate) struct ComplianceArgs {
    #[command(flatten)]
    pub which: OutcomeArgs,
}

/// Shows what fails, the same failure on many computers once, the most frequent first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain failures --format json")]
pub(crate) struct FailuresArgs {
    #[command(flatten)]
    pub which: OutcomeArgs,
}

/// Shows which versions of a software computers have, the newest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain versions software/chrome --tenant contoso")]
pub(crate) struct VersionsArgs {
    /// `software/NAME`, or the name alone.
    #[arg(value_name = "ITEM")]
    pub item: String,
    #[command(flatten)]
    pub which: OutcomeArgs,
}

/// Shows commits, what each changed and how far it has converged.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain history --limit 5")]
pub(crate) struct HistoryArgs {
    /// At most this many; 20 by default.
    #[arg(long, value_name = "N")]
    pub limit: Option<u32>,
    #[command(flatten)]
    pub which: OutcomeArgs,
}

/// Whose computers are looked at.
#[derive(Debug, Args)]
pub(crate) struct OutcomeArgs {
    /// This tenant's only.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
