//! What each verb does, one file a verb: from its arguments to output and an
//! exit code.

mod init;
mod new;
pub(crate) mod validate;

mod facts;
mod fmt;
mod graph;
mod schema;
mod test;
mod watch;

mod diff;
mod explain;
mod plan;

pub(crate) mod bump;
pub(crate) mod import;

mod backup;
mod computers;
mod enroll;
mod export;
mod outcome;
mod pause;
mod rollouts;
mod secrets;
mod serve;
mod sessions;
mod status;
mod trust;

mod completions;
mod man;

use anyhow::Context as _;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::Verb;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

/// Does what a verb says.
pub(crate) fn run(verb: &Verb, printer: &mut Printer) -> Result<Exit, CommandError> {
    match verb {
        Verb::Init(args) => init::run(args, printer),
        Verb::New(args) => new::run(&args.what, printer),
        Verb::Validate(args) => validate::run(args, printer),
        Verb::Schema(args) => schema::run(args, printer),
        Verb::Graph(args) => graph::run(args, printer),
        Verb::Test(args) => test::run(args, printer),
        Verb::Plan(args) => plan::run(args, printer),
        Verb::Diff(args) => diff::run(args, printer),
        Verb::Explain(args) => explain::run(args, printer),
        Verb::Import(args) => import::run(args, printer),
        Verb::Bump(args) => bump::run(args, printer),
        Verb::Serve(args) => serve::run(args),
        Verb::Enroll(args) => enroll::run(args, printer),
        Verb::Status(args) => status::run(args, printer),
        Verb::Computers(args) => computers::run(args, printer),
        Verb::Sessions(args) => sessions::run(args, printer),
        Verb::Compliance(args) => outcome::compliance(args, printer),
        Verb::Failures(args) => outcome::failures(args, printer),
        Verb::Versions(args) => outcome::versions(args, printer),
        Verb::History(args) => outcome::history(args, printer),
        Verb::Approve(args) => rollouts::approve(args, printer),
        Verb::Rollouts(args) => rollouts::run(args, printer),
        Verb::Backup(args) => backup::run(args, printer),
        Verb::Pause(args) => pause::pause(&args.which, printer),
        Verb::Resume(args) => pause::resume(&args.which, printer),
        Verb::Secrets(args) => secrets::run(args, printer),
        Verb::Audit(args) => secrets::audit(args, printer),
        Verb::Trust(args) => trust::run(args, printer),
        Verb::Promote(args) => trust::promote(args, printer),
        Verb::Sign(args) => trust::sign(args, printer),
        Verb::Verify(args) => trust::verify(args, printer),
        Verb::Export(args) => export::run(args, printer),
        Verb::Completions(args) => Ok(completions::run(args, printer)),
        Verb::Man(args) => man::run(args, printer),
        Verb::Fmt(args) => fmt::run(args, printer),
    }
}

/// Reads what a controller answered.
fn read<T: DeserializeOwned>(answer: Value) -> Result<T, CommandError> {
    serde_json::from_value(answer)
        .context("the controller's answer is not of the expected shape")
        .map_err(|error| {
            CommandError::failed(error).hint("is it of the same version as this program?")
        })
}

/// Writes each row of a list on its own line.
fn each(rows: &Value, printer: &mut Printer) {
    rows.as_array().into_iter().flatten().for_each(|row| printer.json_line(row));
}
