//! The verbs that need only a repository.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{FactArgs, Format, NowArgs, SessionArgs, SourceArgs};

/// Makes a new config repository from the built-in template, with its first commit.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ordain init msp-policy")]
pub(crate) struct InitArgs {
    /// The folder to make; it must be new or empty.
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
    /// How the result is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Reports everything that is wrong with a policy.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain validate\n  ordain validate --watch\n  ordain validate --rev origin/main --format json\n  ordain validate --format github"
)]
pub(crate) struct ValidateArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub now: NowArgs,
    /// How the diagnostics are written.
    #[arg(long, value_enum, default_value_t = ValidateFormat::Human)]
    pub format: ValidateFormat,
    /// Validates again whenever a file changes, until it is interrupted; ends with the last
    /// exit code. `json` and `jsonl` write one report a line.
    #[arg(long, conflicts_with = "rev")]
    pub watch: bool,
}

/// How diagnostics are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ValidateFormat {
    /// With the source line underlined.
    Human,
    /// One JSON object.
    Json,
    /// One diagnostic a line.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub's workflows.
    Github,
}

/// Brings documents into the canonical layout; comments are kept.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  ordain fmt\n  ordain fmt --check")]
pub(crate) struct FmtArgs {
    /// The config repository's folder, or one file; by default the repository around the
    /// current folder.
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Writes nothing; exit code 1 where a file is laid out differently.
    #[arg(long)]
    pub check: bool,
    /// How the list of files is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Prints the JSON Schema of a kind of document; without a kind, of all.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain schema Deployment > deployment.json\n  ordain schema\n  ordain schema --facts"
)]
pub(crate) struct SchemaArgs {
    /// The kind: Software, Task, Deployment and so on; `Inventory` is the inventory file.
    #[arg(value_name = "KIND", ignore_case = true)]
    pub kind: Option<String>,
    /// Instead, every name that a CEL expression knows, with its type and where it comes from.
    #[arg(long, conflicts_with = "kind")]
    pub facts: bool,
    /// How the names are written; schemas are always JSON.
    #[arg(long, value_enum, default_value_t = Format::Human, requires = "facts")]
    pub format: Format,
}

/// Shows which items need which: prerequisites and configuration tasks.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain graph | dot -Tsvg > graph.svg\n  ordain graph --format mermaid software/office"
)]
pub(crate) struct GraphArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    /// Only this item and what it needs.
    #[arg(value_name = "ITEM")]
    pub item: Option<String>,
    /// How the graph is written.
    #[arg(long, value_enum, default_value_t = GraphFormat::Dot)]
    pub format: GraphFormat,
}

/// How a graph is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// For Graphviz.
    Dot,
    /// For Markdown pages.
    Mermaid,
    /// One JSON object.
    Json,
    /// A list for people.
    Human,
}

/// Runs the Test documents of a policy.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain test\n  ordain test . cnc-machine-is-left-alone\n  ordain test --format json"
)]
pub(crate) struct TestArgs {
    /// The config repository's folder; by default the one around the current folder.
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Only the tests of these names.
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Reads this commit, branch or tag from git's object database, without a checkout.
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    #[command(flatten)]
    pub now: NowArgs,
    /// How the results are written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Shows what each computer would get.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain plan --inventory fleet.yaml\n  ordain plan --inventory fleet.jsonl --item software/chrome --changes-only\n  ordain plan --inventory fleet.yaml --computer contoso/pc-02 --format json"
)]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub source: SourceArgs,
    #[command(flatten)]
    pub facts: FactArgs,
    #[command(flatten)]
    pub session: SessionArgs,
    #[command(flatten)]
    pub now: NowArgs,
    /// Only these computers: NAME, or TENANT/NAME.
    #[arg(long = "computer", value_name = "COMPUTER")]
    pub computers: Vec<String>,
    /// Leaves out items with nothing to do, and computers without any other.
    #[arg(long)]
    pub changes_only: bool,
    /// Only the counts over the whole plan.
    #[arg(long, conflicts_with = "computers")]
    pub totals: bool,
    /// How the plan is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// Shows what a change does: which computers gain, lose or change an action.
///
/// Exit code 4 where the change exceeds the repository's `limits`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  ordain diff main HEAD --inventory fleet.yaml\n  ordain diff origin/main . --inventory fleet.jsonl --format markdown"
)]
pub(crate) struct DiffArgs {
    /// The commit to start from.
    #[arg(value_name = "BASE")]
    pub base: String,
    /// The commit to arrive at; `.` is the folder as it stands.
    #[arg(value_name = "HEAD")]
    pub head: String,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    #[command(flatten)]
    pub facts: FactArgs,
    #[command(flatten)]
    pub session: SessionArgs,
    #[command(flatten)]
    pub now: NowArgs,
    /// How the difference is written.
    #[arg(long, value_enum, default_value_t = DiffFormat::Human)]
    pub format: DiffFormat,
}

/// How a difference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// A table.
    Human,
    /// One JSON object.
    Json,
    /// One computer a line.
    Jsonl,
    /// A comment on a pull request.
    Markdown,
}

/// Explains one decision: the winner, who lost and why, what was read, what holds it back.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  ordain explain contoso/pc-02 software/acrobat-reader --inventory fleet.yaml"
)]
pub(crate) struct ExplainArgs {
    /// The computer: NAME, or TENANT/NAME.
    #[arg(value_name = "COMPUTER")]
    pub computer: String,
    /// The item: software/NAME, task/NAME or task/NAME#INSTANCE.
    #[arg(value_name = "ITEM")]
    pub item: String,
    /// The config repository's folder; by default the one around the current folder.
    #[arg(long, value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Reads this commit, branch or tag from git's object database, without a checkout.
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
    #[command(flatten)]
    pub facts: FactArgs,
    /// The kind of session.
    #[arg(long, value_name = "KIND", value_parser = super::session_kind())]
    pub session: Option<ordain_schema::document::SessionKind>,
    #[command(flatten)]
    pub now: NowArgs,
    /// How the explanation is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}
