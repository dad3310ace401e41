//! `ordain rollouts`: listing them, and letting a halted one go on.

use serde_json::{Value, json};

use crate::args::{Format, RolloutsArgs, RolloutsVerb};
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
