//! `ordain rollouts` and `ordain approve`: listing what waits for a person, and
//! letting it go on.

use serde_json::{Value, json};

use crate::args::{ApproveArgs, Format, RolloutsArgs, RolloutsVerb};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render;

pub(super) fn run(args: &RolloutsArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    match &args.verb {
        None | Some(RolloutsVerb::List) => {
            let tenant = [("tenant", args.tenant.as_deref())];
            show(client.get("/api/v1/rollouts", &tenant)?, args.format, printer)?;
        }
        Some(RolloutsVerb::Clear { deployment, item }) => {
            let body = json!({ "deployment": deployment, "item": item });
            let cleared = client.post("/api/v1/rollouts/clear", &body)?;
            match args.format {
                Format::Human => {
                    let count = cleared["cleared"].as_u64().unwrap_or_default();
                    printer.line(format!("{count} of {deployment} go on; their rings soak anew"));
                }
                Format::Json | Format::Jsonl => printer.json_line(&cleared),
            }
        }
    }
    Ok(Exit::Done)
}

pub(super) fn approve(args: &ApproveArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let body = json!({ "revision": args.revision });
    let approved = client.post("/api/v1/commits/approve", &body)?;
    match args.format {
        Format::Human => {
            let revision = approved["approved"].as_str().unwrap_or_default();
            printer.line(format!("{revision} takes effect beyond the limits"));
        }
        Format::Json | Format::Jsonl => printer.json_line(&approved),
    }
    Ok(Exit::Done)
}

fn show(list: Value, format: Format, printer: &mut Printer) -> Result<(), CommandError> {
    match format {
        Format::Json => printer.json(&list),
        Format::Jsonl => super::each(&list["rollouts"], printer),
        Format::Human => {
            let rollouts: Vec<render::rollouts::Rollout> = super::read(list["rollouts"].clone())?;
            printer.text(render::rollouts::list(&rollouts, printer.style()));
        }
    }
    Ok(())
}
