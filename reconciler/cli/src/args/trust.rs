//! The verbs of those who sign, and of those who check what was signed.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

/// Which repository and which chain.
#[derive(Debug, Clone, Args)]
pub(crate) struct ChainArgs {
    /// The repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// The branch of promotions; the one of `origin` where there is no local one.
    #[arg(long, value_name = "BRANCH", default_value = "deploy")]
    pub branch: String,
}

/// Checks the whole chain of promotions, offline, in any clone.
///
/// Every promotion from the genesis on is judged as agents judge it: its signature, and
/// who had to sign for what it changed by the policy before it. What comes out is the
/// repository id; compare it with the one that you know, or name it with `--repo`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain verify\n  ordain verify --repo 5b1f… --format json\n  git fetch origin 'refs/ordain/*:refs/ordain/*' && ordain verify"
)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub chain: ChainArgs,
    /// The repository id that it must have.
    #[arg(long, value_name = "ID")]
    pub repo: Option<String>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// With which key.
#[derive(Debug, Clone, Args)]
pub(crate) struct KeyArgs {
    /// The SSH key: a private key's file, or a public one whose private half an ssh-agent
    /// or a hardware key holds; by default git's `user.signingKey`.
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
}

/// Approves a tree that is to be promoted next.
///
/// Shows what it changes and who must sign for that, and adds your signature under
/// `refs/ordain/approvals/`. It counts for this tree on top of this promotion alone.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain sign main\n  ordain sign main --key ~/.ssh/id_ed25519.pub\n  git push origin 'refs/ordain/approvals/*'"
)]
pub(crate) struct SignArgs {
    /// What is to be promoted.
    #[arg(value_name = "REV", default_value = "main")]
    pub rev: String,
    #[command(flatten)]
    pub chain: ChainArgs,
    #[command(flatten)]
    pub key: KeyArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Signs one commit on the branch of promotions, which agents follow.
///
/// Shows what changes, computed from this clone, and refuses to promote a policy with
/// errors or without the signatures that it needs. The first one is the genesis. Nothing
/// is pushed.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain promote\n  ordain promote --check\n  ordain promote main --key ~/.ssh/id_ed25519.pub && git push origin deploy"
)]
pub(crate) struct PromoteArgs {
    /// What is promoted.
    #[arg(value_name = "REV", default_value = "main")]
    pub rev: String,
    #[command(flatten)]
    pub chain: ChainArgs,
    #[command(flatten)]
    pub key: KeyArgs,
    /// Shows what would be promoted, and signs nothing.
    #[arg(long)]
    pub check: bool,
    /// The commit's message.
    #[arg(long, short, value_name = "TEXT", default_value = "Promote")]
    pub message: String,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Begins to have a policy signed.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain trust init --root jo=~/.ssh/id_ed25519.pub --root sam=sam.pub --heartbeat pulse.pub"
)]
pub(crate) struct TrustArgs {
    #[command(subcommand)]
    pub verb: TrustVerb,
}

/// What is done about trust.
#[derive(Debug, Subcommand)]
pub(crate) enum TrustVerb {
    Init(TrustInit),
}

/// Writes `.ordain/trust.yaml`: who may sign what.
///
/// All roots may promote and sign for everything at first; edit the file before it is
/// promoted. Two of them must sign for `.ordain/` where there are two or more.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain trust init --root jo=~/.ssh/id_ed25519.pub --root sam=sam.pub --heartbeat pulse.pub"
)]
pub(crate) struct TrustInit {
    /// A person and the public key of theirs; again for each further one.
    #[arg(long = "root", value_name = "PERSON=FILE", required = true, value_parser = person_and_file)]
    pub roots: Vec<(String, PathBuf)>,
    /// The public key that signs heartbeats; its private half is kept off the controller.
    #[arg(long, value_name = "FILE")]
    pub heartbeat: Option<PathBuf>,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

fn person_and_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((person, file)) if !person.is_empty() && !file.is_empty() => {
            Ok((person.to_owned(), PathBuf::from(file)))
        }
        _ => Err("write it as PERSON=FILE".to_owned()),
    }
}
