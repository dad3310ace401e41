//! `ordain secrets` and `ordain audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{ConnectionArgs, Format};

/// Makes, encrypts and reads secrets; no value is ever an argument.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain secrets init --identities ~/ordain-identities\n  ordain secrets add vpn-key --tenant contoso --for task/vpn < vpn.key\n  ordain secrets show pc-01 task/bitlocker recovery-key --identity ~/ordain-identities/contoso.txt"
)]
pub(crate) struct SecretsArgs {
    #[command(subcommand)]
    pub verb: SecretsVerb,
}

/// What is done with secrets.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsVerb {
    Init(SecretsInit),
    Add(SecretsAdd),
    Rewrap(SecretsRewrap),
    List(SecretsList),
    Show(SecretsShow),
}

/// Makes an identity for each tenant: the private half into a folder outside of
/// the repository, the public half into it.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain secrets init --identities ~/ordain-identities\n  ordain secrets init --identities ~/ordain-identities --tenant contoso"
)]
pub(crate) struct SecretsInit {
    /// The folder for the private halves, one file TENANT.txt each; not within the repository.
    #[arg(long, value_name = "DIR", env = "ORDAIN_IDENTITIES")]
    pub identities: PathBuf,
    /// Only this tenant; again for each further one. By default every tenant that has none.
    #[arg(long = "tenant", value_name = "TENANT")]
    pub tenants: Vec<String>,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// Encrypts a value from standard input to a tenant, or to several.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain secrets add vpn-key --tenant contoso --for task/vpn < vpn.key\n  ordain secrets add s1-token --tenants contoso,fabrikam --for software/sentinelone"
)]
pub(crate) struct SecretsAdd {
    /// Its name: `{secret: NAME}` in documents.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Whose it is; the tenants below it can read it too.
    #[arg(
        long,
        value_name = "TENANT",
        required_unless_present = "tenants",
        conflicts_with = "tenants"
    )]
    pub tenant: Option<String>,
    /// For a cross-tenant secret: the tenants that can read it.
    #[arg(long, value_name = "TENANT,…", value_delimiter = ',')]
    pub tenants: Vec<String>,
    /// An item that may be given it: software/NAME, task/NAME or task/NAME#INSTANCE; again for each further one.
    #[arg(long = "for", value_name = "ITEM", required = true)]
    pub uses: Vec<String>,
    /// Keeps the line's end that standard input ends with.
    #[arg(long)]
    pub exact: bool,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// Encrypts every secret anew, to those who may read it now.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain secrets rewrap --identities ~/ordain-identities\n\nExit code 1: some could not be opened and are as they were."
)]
pub(crate) struct SecretsRewrap {
    /// The folder with the private halves, as `ordain secrets init` made it.
    #[arg(long, value_name = "DIR", env = "ORDAIN_IDENTITIES")]
    pub identities: PathBuf,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
}

/// Lists what a computer handed back or made for itself, and shows nothing of it.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain secrets list pc-01 --data /var/lib/ordain")]
pub(crate) struct SecretsList {
    /// The computer: NAME or TENANT/NAME.
    #[arg(value_name = "COMPUTER")]
    pub computer: String,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Reads what a computer handed back or made for itself; the controller writes down who did.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain secrets show pc-01 task/bitlocker recovery-key --identity contoso.txt --reason \"ticket 4711\""
)]
pub(crate) struct SecretsShow {
    /// The computer: NAME or TENANT/NAME.
    #[arg(value_name = "COMPUTER")]
    pub computer: String,
    /// The item.
    #[arg(value_name = "ITEM")]
    pub item: String,
    /// The output's or the parameter's name.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// The tenant's identity, which opens it here and nowhere else.
    #[arg(long, value_name = "FILE")]
    pub identity: Option<PathBuf>,
    /// Shows those before it too, the newest first.
    #[arg(long)]
    pub history: bool,
    /// Why, for the list of `ordain audit`.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Who reads it, for that list; by default the account's name.
    #[arg(long, value_name = "NAME", env = "ORDAIN_OPERATOR")]
    pub operator: Option<String>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Lists who read what, the newest first.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain audit --tenant contoso --limit 20")]
pub(crate) struct AuditArgs {
    /// Only this tenant's.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    /// How many entries at most.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub limit: u32,
    #[command(flatten)]
    pub connection: ConnectionArgs,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
