//! `ordain secrets list`, `ordain secrets show` and `ordain audit`: what
//! computers handed back or made, and who read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::args::{AuditArgs, Format, SecretsList, SecretsShow};
use crate::client::{Client, segment};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::table;
use crate::sealed;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    item: String,
    name: String,
    made_at: Timestamp,
    encrypted: bool,
}

pub(super) fn list(args: &SecretsList, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let list = client.get(&address(&args.computer), &[])?;
    match args.format {
        Format::Json => printer.json(&list),
        Format::Jsonl => super::super::each(&list["kept"], printer),
        Format::Human => {
            let entries: Vec<Entry> = super::super::read(list["kept"].clone())?;
            let rows = entries.into_iter().map(|entry| {
                let how = if entry.encrypted { "encrypted" } else { "plain" };
                vec![entry.item, entry.name, entry.made_at.to_string(), how.to_owned()]
            });
            rows_of(&["item", "name", "made", "kept"], rows, printer);
        }
    }
    Ok(Exit::Done)
}

#[derive(Deserialize)]
struct Answer {
    computer: String,
    tenant: String,
    item: String,
    name: String,
    values: Vec<Kept>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    made_at: Timestamp,
    text: Option<String>,
    age: Option<String>,
}

/// A value, open.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    made_at: Timestamp,
    value: String,
}

pub(super) fn show(args: &SecretsShow, printer: &mut Printer) -> Result<Exit, CommandError> {
    // Before anything is written down: what is no identity opens nothing.
    let identities = match &args.identity {
        Some(file) => sealed::identities(file)?,
        None => Vec::new(),
    };
    let client = Client::new(&args.connection)?;
    let wanted = json!({
        "item": args.item,
        "name": args.name,
        "who": args.operator.clone().unwrap_or_else(account),
        "reason": args.reason,
    });
    let answer: Answer = super::super::read(client.post(&address(&args.computer), &wanted)?)?;
    let newest = if args.history { answer.values.len() } else { 1 };
    let mut shown = Vec::new();
    for kept in answer.values.into_iter().take(newest) {
        let value = match (kept.text, kept.age) {
            (Some(text), _) => text,
            (None, file) => opened(&identities, &file.unwrap_or_default(), &answer.tenant)?,
        };
        shown.push(Shown { made_at: kept.made_at, value });
    }
    match args.format {
        Format::Human => {
            for one in &shown {
                if args.history {
                    printer.note(one.made_at.to_string());
                }
                printer.line(&one.value);
            }
        }
        Format::Json | Format::Jsonl => {
            let (computer, tenant) = (&answer.computer, &answer.tenant);
            let (item, name) = (&answer.item, &answer.name);
            printer.json_line(&json!({
                "computer": computer, "tenant": tenant, "item": item, "name": name, "values": shown,
            }));
        }
    }
    Ok(Exit::Done)
}

/// Opens what the tenant's identity opens.
fn opened(
    identities: &[age::x25519::Identity],
    text: &str,
    tenant: &str,
) -> Result<String, CommandError> {
    let plain = BASE64.decode(text).ok().and_then(|file| sealed::open(identities, &file));
    let plain = plain.and_then(|plain| String::from_utf8(plain).ok());
    plain.ok_or_else(|| {
        let said = if identities.is_empty() {
            "no identity was given"
        } else {
            "this identity does not open it"
        };
        CommandError::usage(anyhow::anyhow!("it is encrypted to `{tenant}`, and {said}"))
            .hint(format!("name the identity of `{tenant}` with `--identity FILE`"))
    })
}

fn rows_of(head: &[&str], rows: impl Iterator<Item = Vec<String>>, printer: &mut Printer) {
    let mut shown = table(printer.style(), head);
    for row in rows {
        shown.add_row(row);
    }
    printer.text(format!("{shown}\n"));
}

fn address(computer: &str) -> String {
    format!("/api/v1/computers/{}/kept", segment(computer))
}

/// The account's name, as the system says.
fn account() -> String {
    let named =
        ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    named.unwrap_or_else(|| "unknown".to_owned())
}

#[derive(Deserialize)]
struct Audited {
    at: Timestamp,
    who: String,
    what: String,
    tenant: String,
    computer: Option<String>,
    item: Option<String>,
    name: Option<String>,
    reason: Option<String>,
}

pub(crate) fn audit(args: &AuditArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let limit = args.limit.to_string();
    let query = [("tenant", args.tenant.as_deref()), ("limit", Some(limit.as_str()))];
    let list = client.get("/api/v1/audit", &query)?;
    match args.format {
        Format::Json => printer.json(&list),
        Format::Jsonl => super::super::each(&list["entries"], printer),
        Format::Human => {
            let entries: Vec<Audited> = super::super::read(list["entries"].clone())?;
            let rows = entries.into_iter().map(|one| {
                let on = format!("{}/{}", one.tenant, one.computer.unwrap_or_default());
                let about =
                    [one.item, one.name].into_iter().flatten().collect::<Vec<_>>().join(" ");
                vec![
                    one.at.to_string(),
                    one.who,
                    one.what,
                    on,
                    about,
                    one.reason.unwrap_or_default(),
                ]
            });
            rows_of(&["at", "who", "what", "on", "about", "reason"], rows, printer);
        }
    }
    Ok(Exit::Done)
}
