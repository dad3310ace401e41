//! `ordain explain`: why one item stands where it stands on one computer.

use ordain_core::explain::{Explanation, explain};
use ordain_core::fleet::Fleet;

use crate::args::{ExplainArgs, Format, SessionArgs};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::request::{computers_exist, item, request};
use crate::{inventory, json, policy, render, repository, scripts};

pub(super) fn run(args: &ExplainArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let snapshot = repository::snapshot(args.path.as_deref(), args.rev.as_deref())?;
    let inventory = inventory::read(&args.facts, printer)?;
    let now = inventory::moment(args.now.now, &inventory);
    let Some(policy) = policy::valid(&snapshot, now, args.format, printer) else {
        return Ok(Exit::Findings);
    };
    let item = item(&args.item, &policy)?;
    let session = SessionArgs { session: args.session, ..SessionArgs::default() };
    let request = request(&session, &policy)?;
    let mut fleet = Fleet::new(inventory);
    let known = fleet.computers().iter().map(|one| (&*one.tenant, &*one.name));
    computers_exist(std::slice::from_ref(&args.computer), known)?;
    scripts::answer_aloud(&policy, &snapshot, &mut fleet, printer);
    let found = explain(&policy, &fleet, &request, now, &args.computer, &item);
    let one = only(&found, &args.computer)?;
    match args.format {
        Format::Human => {
            let text = render::explain::explanation(one, printer.style());
            printer.text(text);
        }
        Format::Json => printer.json(&json::explain::Report::new(one)),
        Format::Jsonl => printer.json_line(&json::explain::Report::new(one)),
    }
    let failed = one.actions.iter().any(|action| action.failed);
    Ok(Exit::found(failed || one.conflict.is_some()))
}

fn only<'a>(found: &'a [Explanation], named: &str) -> Result<&'a Explanation, CommandError> {
    match found {
        [one] => Ok(one),
        several => {
            let full: Vec<String> =
                several.iter().map(|one| format!("`{}/{}`", one.tenant, one.computer)).collect();
            let error = anyhow::anyhow!("`{named}` names several computers");
            Err(CommandError::usage(error).hint(format!("name one of them: {}", full.join(", "))))
        }
    }
}
