//! `ordain new`: which document is written, and with what in it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

/// The package managers.
const MANAGERS: [&str; 7] = ["dpkg", "rpm", "apk", "brew", "winget", "choco", "pkgutil"];

/// Writes a small, correct document to start from; never over a file.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain new software hello\n  ordain new task screen-lock --powershell\n  ordain new deployment hello --group lab\n  ordain new tenant contoso --display-name \"Contoso Dental\""
)]
pub(crate) struct NewArgs {
    #[command(subcommand)]
    pub what: NewDocument,
}

/// Which document.
#[derive(Debug, Subcommand)]
pub(crate) enum NewDocument {
    Software(NewSoftware),
    Task(NewTask),
    Deployment(NewDeployment),
    Tenant(NewTenant),
}

/// Where it is written, and how the result is.
#[derive(Debug, Args)]
pub(crate) struct NewPlace {
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Writes software that a package manager has.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain new software firefox --manager dpkg --package firefox-esr"
)]
pub(crate) struct NewSoftware {
    /// Its name, and its folder's.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Who has it.
    #[arg(long, value_name = "MANAGER", default_value = "dpkg", value_parser = MANAGERS)]
    pub manager: String,
    /// What it is called there; by default as here.
    #[arg(long, value_name = "PACKAGE")]
    pub package: Option<String>,
    /// For this tenant alone.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub place: NewPlace,
}

/// Writes a task with a script that tests and one that sets.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain new task screen-lock --powershell")]
pub(crate) struct NewTask {
    /// Its name, and its folder's.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Scripts in PowerShell rather than for sh.
    #[arg(long)]
    pub powershell: bool,
    /// For this tenant alone.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub place: NewPlace,
}

/// Writes a deployment of a software or task, for every computer unless said otherwise.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain new deployment browsers --software firefox --tag pilot")]
pub(crate) struct NewDeployment {
    /// Its name, and its file's.
    #[arg(value_name = "NAME")]
    pub name: String,
    /// What it deploys; by default the software or task of the deployment's name.
    #[arg(long, value_name = "NAME", conflicts_with = "task")]
    pub software: Option<String>,
    /// What it deploys, where that is a task.
    #[arg(long, value_name = "NAME")]
    pub task: Option<String>,
    /// For the members of this group.
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["tag", "computer"])]
    pub group: Option<String>,
    /// For what bears this tag.
    #[arg(long, value_name = "TAG", conflicts_with = "computer")]
    pub tag: Option<String>,
    /// For this computer.
    #[arg(long, value_name = "COMPUTER")]
    pub computer: Option<String>,
    /// In this tenant's folder, and so for its computers alone.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<String>,
    #[command(flatten)]
    pub place: NewPlace,
}

/// Writes a tenant.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain new tenant c-1042 --display-name \"Contoso Dental\"")]
pub(crate) struct NewTenant {
    /// Its id, and its folder's name.
    #[arg(value_name = "ID")]
    pub name: String,
    /// What people call it.
    #[arg(long, value_name = "TEXT")]
    pub display_name: Option<String>,
    /// The tenant above it.
    #[arg(long, value_name = "TENANT")]
    pub parent: Option<String>,
    /// Its time zone, an IANA name.
    #[arg(long, value_name = "ZONE")]
    pub timezone: Option<String>,
    #[command(flatten)]
    pub place: NewPlace,
}
