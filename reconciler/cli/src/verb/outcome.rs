//! `ordain compliance`, `failures`, `versions` and `history`: how the fleet
//! stands, as its last sessions left it.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::args::{ComplianceArgs, FailuresArgs, Format, HistoryArgs, OutcomeArgs, VersionsArgs};
use crate::client::{Client, segment};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::{Style, outcome};

pub(super) fn compliance(
    args: &ComplianceArgs,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let answer = ask(&args.which, "/api/v1/compliance", &[])?;
    show(answer, Some("tenants"), &args.which, printer, outcome::compliance)
}

pub(super) fn failures(args: &FailuresArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let answer = ask(&args.which, "/api/v1/failures", &[])?;
    show(answer, Some("failures"), &args.which, printer, outcome::failures)
}

pub(super) fn versions(args: &VersionsArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let name = args.item.strip_prefix("software/").unwrap_or(&args.item);
    if name.contains('/') {
        let error = anyhow::anyhow!("`{}` has no versions", args.item);
        return Err(CommandError::usage(error).hint("name a software: `software/NAME`"));
    }
    let answer = ask(&args.which, &format!("/api/v1/versions/{}", segment(name)), &[])?;
    show(answer, None, &args.which, printer, outcome::versions)
}

pub(super) fn history(args: &HistoryArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let limit = args.limit.map(|limit| limit.to_string());
    let answer = ask(&args.which, "/api/v1/history", &[("limit", limit.as_deref())])?;
    show(answer, Some("commits"), &args.which, printer, outcome::history)
}

fn ask(
    which: &OutcomeArgs,
    path: &str,
    further: &[(&str, Option<&str>)],
) -> Result<Value, CommandError> {
    let mut query = vec![("tenant", which.tenant.as_deref())];
    query.extend_from_slice(further);
    Client::new(&which.connection)?.get(path, &query)
}

/// Writes an answer; as JSON lines, each row of its list.
fn show<T: DeserializeOwned>(
    answer: Value,
    list: Option<&str>,
    which: &OutcomeArgs,
    printer: &mut Printer,
    text: fn(&T, Style) -> String,
) -> Result<Exit, CommandError> {
    match (which.format, list) {
        (Format::Json, _) => printer.json(&answer),
        (Format::Jsonl, Some(list)) => super::each(&answer[list], printer),
        (Format::Jsonl, None) => printer.json_line(&answer),
        (Format::Human, _) => {
            let answer: T = super::read(answer)?;
            let text = text(&answer, printer.style());
            printer.text(text);
        }
    }
    Ok(Exit::Done)
}
