//! `ordain computers`: listing, showing, deciding, moving, excluding, removing.

use serde_json::{Value, json};

use crate::args::{ComputersArgs, ComputersVerb, Format};
use crate::client::{Client, segment};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render;

pub(super) fn run(args: &ComputersArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let tenant = [("tenant", args.tenant.as_deref())];
    match &args.verb {
        None | Some(ComputersVerb::List) => {
            let list = client.get("/api/v1/computers", &tenant)?;
            show_list(list, args.format, printer)?;
        }
        Some(ComputersVerb::Show { computer, history: Some(fact) }) => {
            let path = format!("{}/facts/{}", address(computer), segment(fact));
            show_history(client.get(&path, &tenant)?, args.format, printer)?;
        }
        Some(ComputersVerb::Decide { computer, same, new: _ }) => {
            let is = if *same { "same" } else { "new" };
            let body = json!({ "is": is, "tenant": args.tenant });
            let settled = client.post(&format!("{}/decide", address(computer)), &body)?;
            show_settled(&settled, args.format, printer);
        }
        Some(ComputersVerb::Move { computer, to }) => {
            let body = json!({ "to": to, "tenant": args.tenant });
            let settled = client.post(&format!("{}/move", address(computer)), &body)?;
            show_settled(&settled, args.format, printer);
        }
        Some(ComputersVerb::Exclude { computer, undo }) => {
            let body = json!({ "excluded": !undo, "tenant": args.tenant });
            client.post(&format!("{}/exclude", address(computer)), &body)?;
            match args.format {
                Format::Human if *undo => {
                    printer.line(format!("sessions may touch {computer} again"));
                }
                Format::Human => {
                    printer.line(format!("no session touches {computer} from now on"));
                }
                Format::Json | Format::Jsonl => {
                    printer.json_line(&json!({ "computer": computer, "excluded": !undo }));
                }
            }
        }
        Some(ComputersVerb::Show { computer, history: None }) => {
            let one = client.get(&address(computer), &tenant)?;
            show_one(one, args.format, printer)?;
        }
        Some(ComputersVerb::Remove { computer }) => {
            client.delete(&address(computer), &tenant)?;
            match args.format {
                Format::Human => {
                    printer.line(format!("removed {computer}; its agent is refused from now on"));
                }
                Format::Json | Format::Jsonl => printer.json_line(&json!({ "removed": computer })),
            }
        }
    }
    Ok(Exit::Done)
}

fn address(computer: &str) -> String {
    format!("/api/v1/computers/{}", segment(computer))
}

fn show_settled(settled: &Value, format: Format, printer: &mut Printer) {
    let word = |key: &str| settled[key].as_str().unwrap_or_default();
    match format {
        Format::Human => printer.line(format!(
            "{}/{} is {} now",
            word("tenant"),
            word("computer"),
            word("standing")
        )),
        Format::Json | Format::Jsonl => printer.json_line(settled),
    }
}

fn show_history(history: Value, format: Format, printer: &mut Printer) -> Result<(), CommandError> {
    match format {
        Format::Json => printer.json(&history),
        Format::Jsonl => super::each(&history["changes"], printer),
        Format::Human => {
            let changes: Vec<render::computers::Change> = super::read(history["changes"].clone())?;
            let text = render::computers::history(&changes, printer.style());
            printer.text(text);
        }
    }
    Ok(())
}

fn show_list(list: Value, format: Format, printer: &mut Printer) -> Result<(), CommandError> {
    match format {
        Format::Json => printer.json(&list),
        Format::Jsonl => super::each(&list["computers"], printer),
        Format::Human => {
            let computers: Vec<render::computers::Computer> =
                super::read(list["computers"].clone())?;
            let text = render::computers::list(&computers, printer.style());
            printer.text(text);
        }
    }
    Ok(())
}

fn show_one(one: Value, format: Format, printer: &mut Printer) -> Result<(), CommandError> {
    match format {
        Format::Json => printer.json(&one),
        Format::Jsonl => printer.json_line(&one),
        Format::Human => {
            let computer: render::computers::Computer = super::read(one)?;
            let text = render::computers::one(&computer, printer.style());
            printer.text(text);
        }
    }
    Ok(())
}
