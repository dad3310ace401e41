//! The verbs about the program itself.

use clap::Args;
use clap_complete::Shell;

/// Prints a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain completions bash > /etc/bash_completion.d/ordain")]
pub(crate) struct CompletionsArgs {
    /// The shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// Prints the manual page.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain man | man -l -")]
pub(crate) struct ManArgs {
    /// The verb whose page is printed; without one, the program's.
    #[arg(value_name = "VERB")]
    pub verb: Option<String>,
}
