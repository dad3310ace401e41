//! `ordain sessions`: listing, showing, starting, cancelling, postponing,
//! repeating, following.

mod confirm;
mod logs;
mod wait;

use serde_json::{Value, json};

use crate::args::{
    Format, ListSessions, PostponeSession, RerunSession, SessionsArgs, SessionsVerb, StartSessions,
};
use crate::client::{Client, segment};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render;

pub(super) fn run(args: &SessionsArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let client = Client::new(&args.connection)?;
    let format = args.format;
    match &args.verb {
        None => list(&client, &ListSessions::default(), format, printer),
        Some(SessionsVerb::List(args)) => list(&client, args, format, printer),
        Some(SessionsVerb::Show(args)) => show(&client, &args.id, format, printer),
        Some(SessionsVerb::Start(args)) => start(&client, args, format, printer),
        Some(SessionsVerb::Cancel(args)) => cancel(&client, &args.id, format, printer),
        Some(SessionsVerb::Postpone(args)) => postpone(&client, args, format, printer),
        Some(SessionsVerb::Rerun(args)) => rerun(&client, args, format, printer),
        Some(SessionsVerb::Logs(args)) => logs::run(&client, args, format, printer),
    }
}

/// The address of a session.
fn path(id: &str) -> String {
    format!("/api/v1/sessions/{}", segment(id))
}

fn list(
    client: &Client,
    args: &ListSessions,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let limit = args.limit.map(|limit| limit.to_string());
    let query = [
        ("tenant", args.tenant.as_deref()),
        ("computer", args.computer.as_deref()),
        ("open", args.open.then_some("true")),
        ("limit", limit.as_deref()),
    ];
    show_list(&client.get("/api/v1/sessions", &query)?, format, printer)?;
    Ok(Exit::Done)
}

fn show(
    client: &Client,
    id: &str,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let session = client.get(&path(id), &[])?;
    match format {
        Format::Json => printer.json(&session),
        Format::Jsonl => printer.json_line(&session),
        Format::Human => {
            let session = super::read(session)?;
            let text = render::sessions::one(&session, printer.style());
            printer.text(text);
        }
    }
    Ok(Exit::Done)
}

fn start(
    client: &Client,
    args: &StartSessions,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    if !args.yes {
        confirm::start(&args.computers, printer)?;
    }
    let mut wanted = json!({ "computers": args.computers });
    let further = [
        ("tenant", &args.tenant),
        ("kind", &args.kind),
        ("item", &args.item),
        ("deployment", &args.deployment),
        ("emergency", &args.emergency),
        ("person", &args.person),
    ];
    for (key, value) in further {
        if let Some(value) = value {
            wanted[key] = json!(value);
        }
    }
    for one in &args.given {
        wanted["parameters"][&one.item][&one.parameter] = json!(one.value);
    }
    let started = client.post("/api/v1/sessions", &wanted)?;
    show_started(client, &started, args.wait, format, printer)
}

fn show_started(
    client: &Client,
    started: &Value,
    wait: bool,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    if wait {
        return wait::run(client, started, format, printer);
    }
    show_list(started, format, printer)?;
    Ok(Exit::Done)
}

fn rerun(
    client: &Client,
    args: &RerunSession,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let wanted = match &args.item {
        Some(item) => json!({ "item": item }),
        None => json!({}),
    };
    let started = client.post(&format!("{}/rerun", path(&args.id)), &wanted)?;
    show_started(client, &started, args.wait, format, printer)
}

fn postpone(
    client: &Client,
    args: &PostponeSession,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let wanted = json!({ "seconds": args.time });
    let postponed = client.post(&format!("{}/postpone", path(&args.id)), &wanted)?;
    match format {
        Format::Human => {
            let until = render::when(postponed["until"].as_str());
            printer.line(format!("{} is put off until {until}", args.id));
        }
        Format::Json | Format::Jsonl => printer.json_line(&postponed),
    }
    Ok(Exit::Done)
}

fn cancel(
    client: &Client,
    id: &str,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    client.post(&format!("{}/cancel", path(id)), &json!({}))?;
    match format {
        Format::Human => printer.line(format!("{id} is being cancelled")),
        Format::Json | Format::Jsonl => printer.json_line(&json!({ "cancelled": id })),
    }
    Ok(Exit::Done)
}

fn show_list(list: &Value, format: Format, printer: &mut Printer) -> Result<(), CommandError> {
    match format {
        Format::Json => printer.json(list),
        Format::Jsonl => super::each(&list["sessions"], printer),
        Format::Human => {
            let sessions: Vec<render::sessions::Session> = super::read(list["sessions"].clone())?;
            let text = render::sessions::list(&sessions, printer.style());
            printer.text(text);
        }
    }
    Ok(())
}
