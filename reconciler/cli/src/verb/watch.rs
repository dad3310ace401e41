//! `ordain validate --watch`: every diagnostic again, whenever a file changes.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use ordain_schema::Snapshot;
use ordain_source::folder::FolderWatch;
use tokio::sync::Notify;

use super::validate::show;
use crate::args::{ValidateArgs, ValidateFormat};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{json, policy, repository};

pub(super) fn run(args: &ValidateArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    if matches!(args.format, ValidateFormat::Sarif | ValidateFormat::Github) {
        let error = anyhow::anyhow!("this format is for one report, and `--watch` makes many");
        return Err(CommandError::usage(error).hint("write `--format human` or `--format jsonl`"));
    }
    let folder = repository::folder(args.source.path.as_deref())?;
    let watch = FolderWatch::new(&folder).map_err(CommandError::failed)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .context("the watcher could not be started")
        .map_err(CommandError::failed)?;
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stopped.notify_one();
        }
    });
    let mut known = None;
    let mut last = round(args, &folder, &mut known, printer);
    loop {
        printer.flush();
        if printer.is_gone() {
            break;
        }
        let changed = runtime.block_on(async {
            tokio::select! {
                () = watch.next() => true,
                () = stop.notified() => false,
            }
        });
        if !changed {
            break;
        }
        last = match (round(args, &folder, &mut known, printer), last) {
            (Ok(None), last) => last,
            (other, _) => other,
        };
        if let Err(error) = &last {
            printer.error(error);
        }
    }
    last.map(|exit| exit.unwrap_or(Exit::Done))
}

/// Validates the folder as it stands; nothing where it stands as before.
fn round(
    args: &ValidateArgs,
    folder: &Path,
    known: &mut Option<Snapshot>,
    printer: &mut Printer,
) -> Result<Option<Exit>, CommandError> {
    let snapshot = repository::as_it_stands(folder)?;
    if known.as_ref() == Some(&snapshot) {
        return Ok(None);
    }
    let loaded = policy::load(&snapshot, args.now.now.unwrap_or_else(policy::clock));
    match args.format {
        ValidateFormat::Human => {
            printer.clear();
            show(&loaded, &snapshot, args.format, printer);
        }
        _ => printer.json_line(&json::diagnostics::Report::new(&loaded)),
    }
    *known = Some(snapshot);
    Ok(Some(Exit::found(!loaded.is_valid())))
}
