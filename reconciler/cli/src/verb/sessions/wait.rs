//! `ordain sessions start --wait`: a live view on standard error until every
//! session is over.
//!
//! A controller that restarts is waited for, as sessions survive that; one that
//! stays away ends the wait with an error, and the sessions go on without it.

use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::path;
use crate::args::Format;
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::progress;
use crate::render;
use crate::render::sessions::Session;

/// How often sessions are looked at.
const PACE: Duration = Duration::from_millis(300);
/// How long the controller may not answer: a restart fits in.
const SILENCE: Duration = Duration::from_secs(10);

/// One session that is waited for.
struct Watched {
    id: String,
    last: Option<Session>,
    answer: Value,
}

pub(super) fn run(
    client: &Client,
    started: &Value,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let ids = started["sessions"].as_array().into_iter().flatten();
    let ids = ids.filter_map(|session| session["id"].as_str());
    let mut watched: Vec<Watched> =
        ids.map(|id| Watched { id: id.to_owned(), last: None, answer: Value::Null }).collect();
    let bar = progress::bar(printer, "sessions", watched.len() as u64);
    let mut silent_since = None;
    loop {
        match look(client, &mut watched, &bar, printer) {
            Ok(()) => silent_since = None,
            Err(error) => bear(error, &mut silent_since, &watched, &bar, printer)?,
        }
        let over = watched.iter().filter(|one| one.is_over()).count();
        bar.set_position(over as u64);
        if over == watched.len() {
            break;
        }
        client.rest(PACE);
    }
    bar.finish_and_clear();
    let all_passed = watched.iter().all(|one| one.answer["status"] == "passed");
    show(&watched, format, printer);
    Ok(Exit::found(!all_passed))
}

fn look(
    client: &Client,
    watched: &mut [Watched],
    bar: &ProgressBar,
    printer: &mut Printer,
) -> Result<(), CommandError> {
    for one in watched.iter_mut().filter(|one| !one.is_over()) {
        one.answer = client.get_within(&path(&one.id), SILENCE)?;
        let session: Session = crate::verb::read(one.answer.clone())?;
        let style = printer.error_style();
        let news = render::sessions::news(one.last.as_ref(), &session, style);
        bar.suspend(|| news.iter().for_each(|line| printer.note(line)));
        one.last = Some(session);
    }
    Ok(())
}

/// Goes on where the controller has not been away for long; says the first time that it is.
fn bear(
    error: CommandError,
    silent_since: &mut Option<Instant>,
    watched: &[Watched],
    bar: &ProgressBar,
    printer: &mut Printer,
) -> Result<(), CommandError> {
    let now = Instant::now();
    let since = *silent_since.get_or_insert_with(|| {
        let left = SILENCE.as_secs();
        bar.suspend(|| printer.note(format!("{error}\nasking again for {left} seconds")));
        now
    });
    if now.duration_since(since) < SILENCE {
        return Ok(());
    }
    bar.finish_and_clear();
    let open = watched.iter().filter(|one| !one.is_over());
    let open: Vec<&str> = open.map(|one| one.id.as_str()).collect();
    let later = match open[..] {
        [one] => format!("show {one}"),
        _ => "list".to_owned(),
    };
    Err(error.hint(format!(
        "what was started goes on without this command; look later with `ordain sessions {later}`"
    )))
}

impl Watched {
    fn is_over(&self) -> bool {
        self.last.as_ref().is_some_and(Session::is_over)
    }
}

fn show(watched: &[Watched], format: Format, printer: &mut Printer) {
    match format {
        Format::Json => {
            let sessions: Vec<&Value> = watched.iter().map(|one| &one.answer).collect();
            printer.json(&json!({ "sessions": sessions }));
        }
        Format::Jsonl => watched.iter().for_each(|one| printer.json_line(&one.answer)),
        Format::Human => {
            let sessions = watched.iter().filter_map(|one| one.last.as_ref());
            for session in sessions {
                let text = render::sessions::one(session, printer.style());
                printer.text(text);
            }
        }
    }
}
