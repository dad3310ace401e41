//! `ordain sessions logs`: what happened, line by line, and with `--follow`
//! what happens.
//!
//! A connection that breaks while following is opened again, for as long as a
//! restart of the controller takes; what was shown already is skipped, so that every stored line is shown once. Output of
//! running processes is shown as it comes and not stored, and so not counted.

use std::time::Duration;

use serde_json::Value;

use super::path;
use crate::args::{Format, SessionLogs};
use crate::client::Client;
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render;

/// How often a broken connection is opened again, half a second apart.
const ATTEMPTS: u32 = 20;

pub(super) fn run(
    client: &Client,
    args: &SessionLogs,
    format: Format,
    printer: &mut Printer,
) -> Result<Exit, CommandError> {
    let mut reader = Reader { format, seen: 0, kept: Vec::new() };
    let address = format!("{}/logs", path(&args.id));
    let query = [("follow", args.follow.then_some("true"))];
    let mut left = ATTEMPTS;
    loop {
        let mut number = 0;
        let read = client.lines(&address, &query, |line| {
            reader.take(line, &mut number, printer);
            !printer.is_gone()
        });
        // Lines that were shown before come first: any line is a sign of life.
        if number > 0 {
            left = ATTEMPTS;
        }
        let is_over = match read {
            Err(error) if !args.follow || reader.seen == 0 || left == 0 => {
                return Err(error);
            }
            Err(_) => false,
            Ok(()) => !args.follow || printer.is_gone() || is_over(client, &args.id),
        };
        if is_over {
            break;
        }
        left = left.saturating_sub(1);
        client.rest(Duration::from_millis(500));
    }
    reader.finish(printer);
    Ok(Exit::Done)
}

fn is_over(client: &Client, id: &str) -> bool {
    client.get(&path(id), &[]).is_ok_and(|session| !session["endedAt"].is_null())
}

struct Reader {
    format: Format,
    /// How many stored lines were shown.
    seen: usize,
    /// Lines for the one object of `--format json`.
    kept: Vec<Value>,
}

impl Reader {
    fn take(&mut self, line: &str, number: &mut usize, printer: &mut Printer) {
        let Ok(value) = serde_json::from_str::<Value>(line) else { return };
        if value["type"] != "output" {
            *number += 1;
            if *number <= self.seen {
                return;
            }
            self.seen = *number;
        }
        match self.format {
            Format::Human => {
                let text = render::log::line(&value, printer.style());
                printer.text(text);
            }
            Format::Jsonl => printer.json_line(&value),
            Format::Json => self.kept.push(value),
        }
        printer.flush();
    }

    fn finish(self, printer: &mut Printer) {
        if self.format == Format::Json {
            printer.json(&serde_json::json!({ "lines": self.kept }));
        }
    }
}
