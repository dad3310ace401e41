//! Arguments that several verbs share.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use ordain_schema::document::SessionKind;

use super::ConnectionArgs;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Human,
    /// One JSON object.
    Json,
    /// One JSON object a line.
    Jsonl,
}

impl Format {
    /// Whether a program reads the result.
    pub(crate) fn is_for_machines(self) -> bool {
        self != Self::Human
    }
}

/// Which policy is meant.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SourceArgs {
    /// The config repository's folder; by default the one around the current folder.
    #[arg(value_name = "PATH")]
    pub path: Option<PathBuf>,
    /// Reads this commit, branch or tag from git's object database, without a checkout.
    #[arg(long, value_name = "REV")]
    pub rev: Option<String>,
}

/// Where the facts about computers come from: a file, or a controller.
#[derive(Debug, Clone, Args)]
pub(crate) struct FactArgs {
    /// The inventory file: YAML, JSON (`.json`) or JSON lines (`.jsonl`); `-` reads YAML or
    /// JSON from standard input. Without it, the facts are those that a controller recorded.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["server", "data"])]
    pub inventory: Option<PathBuf>,
    #[command(flatten)]
    pub connection: ConnectionArgs,
}

/// The moment of planning.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct NowArgs {
    /// The moment that counts as now, RFC 3339; by default the inventory's, else the clock's.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub now: Option<Timestamp>,
}

/// Which session is planned.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct SessionArgs {
    /// The kind of session; `maintenance` where nothing else follows from the other flags.
    #[arg(long, value_name = "KIND", value_parser = session_kind())]
    pub session: Option<SessionKind>,
    /// Limits the session to one item: software/NAME, task/NAME or task/NAME#INSTANCE.
    #[arg(long, value_name = "ITEM", conflicts_with = "deployment")]
    pub item: Option<String>,
    /// Limits the session to one deployment's item: its path, `PATH#NAME` where the file holds
    /// several.
    #[arg(long, value_name = "DEPLOYMENT")]
    pub deployment: Option<String>,
    /// Plans the session that a schedule starts, for its target only: NAME, TENANT/NAME or its
    /// path.
    #[arg(long, value_name = "SCHEDULE", conflicts_with_all = ["item", "deployment"])]
    pub schedule: Option<String>,
}

/// Reads a moment, RFC 3339.
pub(crate) fn moment(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "no RFC 3339 time: write for example 2026-03-02T09:00:00-06:00".to_owned())
}

/// Reads a duration: 30s, 15m, 4h or 7d, in seconds.
pub(crate) fn seconds(text: &str) -> Result<u64, String> {
    let wrong = || "no duration: write 30s, 15m, 4h or 7d".to_owned();
    let unit = text.chars().last().ok_or_else(wrong)?;
    let factor = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(wrong()),
    };
    let number = &text[..text.len() - unit.len_utf8()];
    let is_plain = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_plain).ok_or_else(wrong)?;
    number.checked_mul(factor).ok_or_else(wrong)
}

/// The words of the kinds of sessions.
const KINDS: &[(&str, SessionKind)] = &[
    ("maintenance", SessionKind::Maintenance),
    ("item", SessionKind::Item),
    ("onboarding", SessionKind::Onboarding),
    ("detection-only", SessionKind::DetectionOnly),
    ("resolution-only", SessionKind::ResolutionOnly),
    ("inventory-only", SessionKind::InventoryOnly),
    ("download-only", SessionKind::DownloadOnly),
    ("repair", SessionKind::Repair),
];

/// The word of a kind of session.
pub(crate) fn kind_word(kind: SessionKind) -> &'static str {
    let found = KINDS.iter().find(|(_, known)| *known == kind);
    found.map_or("maintenance", |(word, _)| word)
}

pub(crate) fn session_kind() -> impl clap::builder::TypedValueParser<Value = SessionKind> {
    use clap::builder::{PossibleValuesParser, TypedValueParser};
    PossibleValuesParser::new(KINDS.iter().map(|(word, _)| *word)).map(|word| {
        let found = KINDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, kind)| *kind).expect("only these words pass")
    })
}
