//! `ordain computers`: listing, showing, removing.

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
        Some(ComputersVerb::Show { computer }) => {
            let one = client.get(&format!("/api/v1/computers/{}", segment(computer)), &tenant)?;
            show_one(one, args.format, printer)?;
        }
        Some(ComputersVerb::Remove { computer }) => {
            client.delete(&format!("/api/v1/computers/{}", segment(computer)), &tenant)?;
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
