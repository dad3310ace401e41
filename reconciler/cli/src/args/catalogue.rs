//! The verbs that bring software definitions along and keep them new.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::Format;

/// Makes software definitions from another catalogue's manifests.
///
/// Each manifest becomes software/NAME/software.yaml with pinned hashes, or a stated reason.
/// Exit code 1 where something became no document; what is there already stays as it is.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain import winget manifests/g/Google/Chrome\n  ordain import scoop https://raw.githubusercontent.com/ScoopInstaller/Main/master/bucket/git.json\n  ordain import scoop ../Extras --only vlc --only gimp --dry-run"
)]
pub(crate) struct ImportArgs {
    /// The catalogue whose form the manifests have.
    #[arg(value_enum, value_name = "CATALOGUE")]
    pub from: Catalogue,
    /// A manifest, a folder or bucket of them, a file of JSON lines, an https address, or `-`
    /// for standard input.
    #[arg(value_name = "SOURCE")]
    pub source: String,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Only these, by their identity or name in the catalogue.
    #[arg(long, value_name = "ID")]
    pub only: Vec<String>,
    /// The name of the document, where there is only one.
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// How many versions of each are written, the newest first.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub versions: u16,
    /// Refuses what the catalogue's own tool would have to install.
    #[arg(long)]
    pub pinned: bool,
    /// Writes over documents that are there already.
    #[arg(long)]
    pub force: bool,
    /// Says what would be written, and writes nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// A catalogue of other people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Catalogue {
    /// winget's manifests: YAML, one file or several for each version.
    Winget,
    /// Scoop's manifests, or JSON lines that sum a bucket up.
    Scoop,
    /// Fleet's maintained apps: JSON, NAME/windows.json or NAME/darwin.json.
    Fleet,
    /// Homebrew's JSON API: formulae and casks.
    Brew,
}

/// Looks for newer versions of software and writes them into its document, pinned.
///
/// Asked is what `source` names (winget's, scoop's or Fleet's repository, GitHub, a feed) or the feed of `latest`. Each
/// newer version becomes an entry of `versions`; comments and layout stay. Exit code 3 where a
/// source could not be asked; the others are written all the same.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain bump --check\n  ordain bump chrome firefox\n  ordain bump --winget ../winget-pkgs"
)]
pub(crate) struct BumpArgs {
    /// Only this software: NAME, or TENANT/NAME; by default all that says where to look.
    #[arg(value_name = "SOFTWARE")]
    pub software: Vec<String>,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Writes nothing; exit code 1 where something newer is there.
    #[arg(long)]
    pub check: bool,
    /// winget's repository: a clone, its page at GitHub, or a mirror's address.
    #[arg(
        long,
        value_name = "PLACE",
        env = "ORDAIN_WINGET",
        default_value = "https://github.com/microsoft/winget-pkgs"
    )]
    pub winget: String,
    /// Fleet's repository with its maintained apps, in the same way.
    #[arg(
        long,
        value_name = "PLACE",
        env = "ORDAIN_FLEET",
        default_value = "https://github.com/fleetdm/fleet"
    )]
    pub fleet: String,
    /// A folder or mirror with scoop's buckets as BUCKET/bucket/NAME.json; by default the
    /// repositories that scoop itself knows.
    #[arg(long, value_name = "PLACE", env = "ORDAIN_SCOOP")]
    pub scoop: Option<String>,
    /// Asks the makers themselves where a scoop manifest says how (`checkver`, `autoupdate`).
    #[arg(long)]
    pub upstream: bool,
    /// The address of GitHub's API.
    #[arg(
        long,
        value_name = "URL",
        env = "ORDAIN_GITHUB_API",
        default_value = "https://api.github.com"
    )]
    pub github_api: String,
    /// How large a file may be that is fetched to hash it, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = 4096)]
    pub max_download: u32,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
