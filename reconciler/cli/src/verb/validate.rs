//! `ordain validate`: every diagnostic of a policy, in five forms.

use ordain_core::load::Loaded;
use ordain_schema::Snapshot;

use crate::args::{Format, ValidateArgs, ValidateFormat};
use crate::error::{CommandError, Exit};
use crate::json::{self, sarif};
use crate::printer::Printer;
use crate::render::{self, diagnostics};
use crate::{policy, repository};

pub(super) fn run(args: &ValidateArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    if args.watch {
        return super::watch::run(args, printer);
    }
    let snapshot = repository::snapshot(args.source.path.as_deref(), args.source.rev.as_deref())?;
    let loaded = policy::load(&snapshot, args.now.now.unwrap_or_else(policy::clock));
    show(&loaded, &snapshot, args.format, printer);
    let exit = Exit::found(!loaded.is_valid());
    // The process is about to end: tens of thousands of documents need no tidying up.
    std::mem::forget((loaded, snapshot));
    Ok(exit)
}

impl From<Format> for ValidateFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Human => Self::Human,
            Format::Json => Self::Json,
            Format::Jsonl => Self::Jsonl,
        }
    }
}

/// Shows the diagnostics of a policy.
pub(crate) fn show(
    loaded: &Loaded,
    snapshot: &Snapshot,
    format: ValidateFormat,
    printer: &mut Printer,
) {
    let found = &loaded.diagnostics;
    match format {
        ValidateFormat::Human => {
            let style = printer.style();
            printer.text(diagnostics::all(found, snapshot, style));
            let summary = diagnostics::summary(loaded.errors(), loaded.warnings(), style);
            printer.line(format!("{}: {summary}", render::count(loaded.documents, "document")));
        }
        ValidateFormat::Json => printer.json(&json::diagnostics::Report::new(loaded)),
        ValidateFormat::Jsonl => {
            for one in found {
                printer.json_line(&json::diagnostics::Row::new(one));
            }
        }
        ValidateFormat::Sarif => printer.json(&sarif::Log::new(found)),
        ValidateFormat::Github => {
            for one in found {
                printer.line(render::github::annotation(one));
            }
        }
    }
}
