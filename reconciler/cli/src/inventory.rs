//! The facts about computers: an inventory file of one document, JSON lines,
//! or what a controller has recorded.

use std::io::ErrorKind::InvalidData;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use jiff::Timestamp;
use ordain_schema::document::Inventory;
use ordain_schema::{Diagnostic, InventoryLines, Severity};

use crate::args::FactArgs;
use crate::client::Client;
use crate::error::CommandError;
use crate::printer::Printer;
use crate::render::diagnostics;
use crate::{policy, progress};

/// Reads the inventory that the arguments name. One with faults is shown on
/// standard error, and wrong usage.
pub(crate) fn read(facts: &FactArgs, printer: &mut Printer) -> Result<Inventory, CommandError> {
    let Some(path) = facts.inventory.as_deref() else {
        return recorded(facts, printer);
    };
    let shown = path.display().to_string();
    let (inventory, found, bytes) = if shown.to_ascii_lowercase().ends_with(".jsonl") {
        let (inventory, found) =
            lines(path, &shown, printer).map_err(|error| unreadable(&shown, error))?;
        (inventory, found, None)
    } else {
        let bytes = whole(path).map_err(|error| unreadable(&shown, error))?;
        let (inventory, found) = ordain_schema::inventory(&shown, &bytes);
        (inventory, found, Some(bytes))
    };
    report(&shown, &found, bytes.as_deref(), printer)?;
    Ok(inventory)
}

fn recorded(facts: &FactArgs, printer: &mut Printer) -> Result<Inventory, CommandError> {
    if !Client::is_named(&facts.connection) {
        let error = anyhow::anyhow!("no inventory was named");
        return Err(CommandError::usage(error).hint(
            "name one with `--inventory FILE`, or a controller with `--server URL` or `--data DIR`",
        ));
    }
    let answer = Client::new(&facts.connection)?.get("/api/v1/inventory", &[])?;
    let name = "the controller's inventory";
    let (inventory, found) =
        ordain_schema::inventory("recorded.json", answer.to_string().as_bytes());
    report(name, &found, None, printer)?;
    Ok(inventory)
}

/// The moment that counts as now: the flag's, else the inventory's, else the clock's.
pub(crate) fn moment(flag: Option<Timestamp>, inventory: &Inventory) -> Timestamp {
    let own = || inventory.now.as_ref().and_then(|text| text.parse().ok());
    flag.or_else(own).unwrap_or_else(policy::clock)
}

fn whole(path: &Path) -> io::Result<Vec<u8>> {
    if path == Path::new("-") {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(path)
}

/// Reads JSON lines, parts of the file side by side.
fn lines(path: &Path, shown: &str, printer: &Printer) -> io::Result<(Inventory, Vec<Diagnostic>)> {
    let bytes = whole(path)?;
    let text = str::from_utf8(&bytes).map_err(|error| io::Error::new(InvalidData, error))?;
    let parts = parts(text);
    let progress = progress::bar(printer, "reading the inventory, parts", parts.len() as u64);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut read = Vec::new();
        while let Some((behind, part)) = parts.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut lines = InventoryLines::behind(shown, *behind);
            part.lines().for_each(|line| lines.line(line));
            read.push((*behind, lines));
            progress.inc(1);
        }
        read
    };
    let workers = available_parallelism().map_or(1, Into::into).min(parts.len()).max(1);
    let mut read: Vec<(u32, InventoryLines)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|one| one.join().expect("reading does not panic")).collect()
    });
    read.sort_by_key(|(behind, _)| *behind);
    let mut all = InventoryLines::new(shown);
    for (_, lines) in read {
        all.join(lines);
    }
    progress.finish_and_clear();
    Ok(all.finish())
}

/// Parts of about a megabyte that end with a line, each with the number of lines before it.
fn parts(text: &str) -> Vec<(u32, &str)> {
    const PART: usize = 1 << 20;
    let (mut parts, mut rest, mut behind) = (Vec::new(), text, 0);
    while !rest.is_empty() {
        let about = rest.len().min(PART);
        let end = rest.as_bytes()[about..].iter().position(|byte| *byte == b'\n');
        let (part, more) = rest.split_at(end.map_or(rest.len(), |end| about + end + 1));
        parts.push((behind, part));
        behind += part.bytes().filter(|byte| *byte == b'\n').count() as u32;
        rest = more;
    }
    parts
}

fn report(
    shown: &str,
    found: &[Diagnostic],
    bytes: Option<&[u8]>,
    printer: &mut Printer,
) -> Result<(), CommandError> {
    let source = |_: &str| bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let style = printer.error_style();
    for diagnostic in found {
        let text = diagnostics::one(diagnostic, source, style);
        printer.note(text.trim_end());
    }
    let errors = found.iter().filter(|one| one.severity == Severity::Error).count();
    if errors == 0 {
        return Ok(());
    }
    let faults = if errors == 1 { "a fault".to_owned() } else { format!("{errors} faults") };
    Err(CommandError::usage(anyhow::anyhow!("the inventory `{shown}` has {faults}")))
}

fn unreadable(shown: &str, error: io::Error) -> CommandError {
    let hint = match error.kind() {
        io::ErrorKind::NotFound => {
            Some("check the path; `ordain export inventory` writes such a file")
        }
        io::ErrorKind::InvalidData => Some("it must be UTF-8"),
        _ => None,
    };
    let error =
        anyhow::Error::new(error).context(format!("the inventory `{shown}` cannot be read"));
    CommandError::failed(error).hint_if(hint)
}
