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
    if let Some(revision) = &args.revision {
        let approved = client.post("/api/v1/commits/approve", &json!({ "revision": revision }))?;
        match args.format {
            Format::Human => {
                let revision = approved["approved"].as_str().unwrap_or_default();
                printer.line(format!("{revision} takes effect beyond the limits"));
            }
            Format::Json | Format::Jsonl => printer.json_line(&approved),
        }
        return Ok(Exit::Done);
    }
    let list = match (&args.computer, &args.deployment) {
        (Some(computer), Some(deployment)) => {
            let body = json!({ "computer": computer, "deployment": deployment, "undo": args.undo });
            client.post("/api/v1/approvals", &body)?
        }
        _ => client.get("/api/v1/approvals", &[])?,
    };
    match args.format {
        Format::Json => printer.json(&list),
        Format::Jsonl => super::each(&list["approvals"], printer),
        Format::Human => approvals(&list, printer),
    }
    Ok(Exit::Done)
}

fn approvals(list: &Value, printer: &mut Printer) {
    let all = list["approvals"].as_array().map(Vec::as_slice).unwrap_or_default();
    if all.is_empty() {
        printer.line("no optional deployment is approved".to_owned());
    }
    for one in all {
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        let computer = format!("{}/{}", text("tenant"), text("computer"));
        printer.line(format!("{computer}  {}", text("deployment")));
    }
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
