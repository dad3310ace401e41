//! `ordain status`: how the installation stands.

use crate::args::{Format, StatusArgs};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render;

pub(super) fn run(args: &StatusArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let status = client.get("/api/v1/status", &[("tenant", args.tenant.as_deref())])?;
    match args.format {
        Format::Json => printer.json(&status),
        Format::Jsonl => printer.json_line(&status),
        Format::Human => {
            let status = super::read(status)?;
            let text = render::status::status(&status, printer.style());
            printer.text(text);
        }
    }
    Ok(Exit::Done)
}
