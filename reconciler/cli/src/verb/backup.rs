//! `ordain backup`: a copy of a controller's data folder.

use serde_json::json;

use ordain_controller::{BackupError, backup};

use crate::args::{BackupArgs, Format};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;

pub(super) fn run(args: &BackupArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(CommandError::failed)?;
    let bytes = runtime.block_on(backup(&args.data, &args.to)).map_err(|error| {
        let hint = match &error {
            BackupError::NoData { .. } => "--data names the folder that `ordain serve` was given",
            BackupError::Taken { .. } => "name a folder that is not there yet",
            BackupError::Disk { .. } | BackupError::Store(_) => {
                "run it on the controller's machine, as the user that runs `ordain serve`"
            }
        };
        CommandError::failed(error).hint(hint)
    })?;
    let done = json!({ "backup": args.to, "bytes": bytes });
    match args.format {
        Format::Json => printer.json(&done),
        Format::Jsonl => printer.json_line(&done),
        Format::Human => {
            printer.line(format!("{} holds a copy, {bytes} bytes", args.to.display()));
        }
    }
    Ok(Exit::Done)
}
