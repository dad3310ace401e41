//! `ordain enroll`: a token, and the line that enrols a computer with it.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{EnrollArgs, Format};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::count;

/// What a computer needs to enrol.
#[derive(Serialize, Deserialize)]
struct Enrolment {
    server: String,
    token: String,
    pin: String,
    tenant: String,
    expires: String,
}

pub(super) fn run(args: &EnrollArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let wanted =
        json!({"tenant": args.tenant, "count": args.count, "expiresSeconds": args.expires});
    let made = client.post("/api/v1/enrolments", &wanted)?;
    let made: Enrolment = super::read(made)?;
    match args.format {
        Format::Json => printer.json(&made),
        Format::Jsonl => printer.json_line(&made),
        Format::Human => {
            printer.line(format!(
                "ordain-agent enroll --server {} --token {} --pin {} && ordain-agent install",
                made.server, made.token, made.pin
            ));
            let uses = count(args.count as usize, "computer");
            printer.note(format!("for {uses} of {}, until {}", made.tenant, made.expires));
        }
    }
    Ok(Exit::Done)
}
