//! `ordain schema --facts`: what expressions may ask about.

use ordain_core::expression::{Known, known};
use serde::Serialize;

use crate::args::Format;
use crate::printer::Printer;
use crate::render::table;

/// A name, for machines.
#[derive(Serialize)]
struct Row<'a> {
    name: &'a str,
    r#type: &'a str,
    source: &'a str,
}

/// All names, for machines.
#[derive(Serialize)]
struct Report<'a> {
    facts: Vec<Row<'a>>,
}

fn row(known: &Known) -> Row<'_> {
    Row { name: &known.name, r#type: known.kind, source: known.source }
}

/// Shows every name that an expression knows.
pub(super) fn show(format: Format, printer: &mut Printer) {
    let all = known();
    match format {
        Format::Human => {
            let mut rows = table(printer.style(), &["NAME", "TYPE", "FROM"]);
            for one in &all {
                rows.add_row([&one.name, one.kind, one.source]);
            }
            printer.text(crate::render::plan::indented(&rows));
        }
        Format::Json => printer.json(&Report { facts: all.iter().map(row).collect() }),
        Format::Jsonl => all.iter().for_each(|one| printer.json_line(&row(one))),
    }
}
