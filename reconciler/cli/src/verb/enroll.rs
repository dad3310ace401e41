//! `ordain enroll`: a token, and the line that enrols a computer with it.

use std::path::Path;

use age::secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{EnrollArgs, Format};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::count;
use crate::sealed;

/// What a computer needs to enrol.
#[derive(Serialize, Deserialize)]
struct Enrolment {
    server: String,
    token: String,
    pin: String,
    tenant: String,
    expires: String,
    /// The tenant's identity: from the technician's computer, never from the controller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    identity: Option<String>,
}

/// The one identity of a file, as text.
fn identity(file: &Path) -> Result<String, CommandError> {
    let all = sealed::identities(file)?;
    if let [one] = all.as_slice() {
        return Ok(one.to_string().expose_secret().to_owned());
    }
    let error = anyhow::anyhow!("`{}` holds several identities", file.display());
    Err(CommandError::usage(error)
        .hint("an installer line carries one; run `ordain-agent identity FILE` for more"))
}

pub(super) fn run(args: &EnrollArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let identity = args.identity.as_deref().map(identity).transpose()?;
    let client = Client::new(&args.connection)?;
    let wanted =
        json!({"tenant": args.tenant, "count": args.count, "expiresSeconds": args.expires});
    let made = client.post("/api/v1/enrolments", &wanted)?;
    let made: Enrolment = super::read(made)?;
    let made = Enrolment { identity, ..made };
    match args.format {
        Format::Json => printer.json(&made),
        Format::Jsonl => printer.json_line(&made),
        Format::Human => {
            let identity = made.identity.as_deref();
            let identity = identity.map(|key| format!(" --identity {key}")).unwrap_or_default();
            printer.line(format!(
                "ordain-agent enroll --server {} --token {} --pin {}{identity} && ordain-agent install",
                made.server, made.token, made.pin
            ));
            let uses = count(args.count as usize, "computer");
            printer.note(format!("for {uses} of {}, until {}", made.tenant, made.expires));
        }
    }
    Ok(Exit::Done)
}
