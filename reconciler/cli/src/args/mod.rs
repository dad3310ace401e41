//! What can be written on the command line. The names are a contract; the
//! reference `docs/cli.md` is made from these definitions.
//!
//! What a verb does with its arguments stands in `verb/`; arguments that
//! several verbs share stand in `shared.rs`.

mod catalogue;
mod connection;
mod daemon;
mod new;
mod offline;
mod outcome;
mod rollouts;
mod secrets;
mod sessions;
mod shared;
mod tools;
mod trust;

#[cfg(test)]
mod reference;

use clap::{Parser, Subcommand, ValueEnum};

pub(crate) use catalogue::*;
pub(crate) use connection::*;
pub(crate) use daemon::*;
pub(crate) use new::*;
pub(crate) use offline::*;
pub(crate) use outcome::*;
pub(crate) use rollouts::*;
pub(crate) use secrets::*;
pub(crate) use sessions::*;
pub(crate) use shared::*;
pub(crate) use tools::*;
pub(crate) use trust::*;

/// Policy as code for the computers of many customers.
///
/// A config repository says what each computer should have; ordain checks it, shows what
/// it would do, explains every decision and, as a daemon, carries it out.
///
/// Exit codes: 0 done and nothing found; 1 findings (invalid policy, failed test, conflict
/// or failed item); 2 wrong usage; 3 could not do it; 4 refused for safety.
#[derive(Debug, Parser)]
#[command(
    name = "ordain",
    version,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "Example:\n  ordain init msp-policy && cd msp-policy && ordain validate && ordain test"
)]
pub(crate) struct Cli {
    /// Whether output is coloured; `auto` follows the terminal, `NO_COLOR` and `CLICOLOR_FORCE`.
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub color: Colour,
    #[command(subcommand)]
    pub verb: Verb,
}

/// When output is coloured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    Init(InitArgs),
    New(NewArgs),
    Validate(ValidateArgs),
    Fmt(FmtArgs),
    Schema(SchemaArgs),
    Graph(GraphArgs),
    Test(TestArgs),
    Plan(PlanArgs),
    Diff(DiffArgs),
    Explain(ExplainArgs),
    Import(ImportArgs),
    Bump(BumpArgs),
    Serve(ServeArgs),
    Enroll(EnrollArgs),
    Status(StatusArgs),
    Computers(ComputersArgs),
    Sessions(SessionsArgs),
    Rollouts(RolloutsArgs),
    Approve(ApproveArgs),
    Compliance(ComplianceArgs),
    Failures(FailuresArgs),
    Versions(VersionsArgs),
    History(HistoryArgs),
    Pause(PauseArgs),
    Resume(ResumeArgs),
    Secrets(SecretsArgs),
    Audit(AuditArgs),
    Trust(TrustArgs),
    Promote(PromoteArgs),
    Sign(SignArgs),
    Verify(VerifyArgs),
    Backup(BackupArgs),
    Export(ExportArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
}
