//! `ordain pause` and `ordain resume`: stopping all starts, and letting them
//! go on.

use serde_json::{Value, json};

use crate::args::{Format, PausedArgs};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

pub(super) fn pause(args: &PausedArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    change(args, "/api/v1/pause", printer)
}

pub(super) fn resume(args: &PausedArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    change(args, "/api/v1/resume", printer)
}

fn change(args: &PausedArgs, path: &str, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let body = match &args.tenant {
        Some(tenant) => json!({ "tenant": tenant }),
        None => json!({}),
    };
    let paused = client.post(path, &body)?;
    match args.format {
        Format::Json => printer.json(&json!({ "paused": paused })),
        Format::Jsonl => printer.json_line(&json!({ "paused": paused })),
        Format::Human => {
            let paused = paused.as_array().map_or(&[][..], Vec::as_slice);
            if paused.is_empty() {
                printer.line("nothing is paused");
            }
            for pause in paused {
                let whom = pause["tenant"].as_str().unwrap_or("all tenants");
                let since = pause.get("since").and_then(Value::as_str).unwrap_or_default();
                printer.line(format!("paused: {whom}, since {since}"));
            }
        }
    }
    Ok(Exit::Done)
}
