//! `ordain init`: a new config repository from the built-in template.

use ordain_source::{NewFile, init_with_first_commit};
use rust_embed::Embed;

use crate::args::InitArgs;
use crate::error::{CommandError, Exit};
use crate::json;
use crate::printer::Printer;
use crate::render::count;

/// The template, as it was when the program was built.
#[derive(Embed)]
#[folder = "../../config-repo-template"]
struct Template;

pub(super) fn run(args: &InitArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let files = template();
    let shown = args.folder.display();
    let message = "Start from Ordain's template";
    let commit = init_with_first_commit(&args.folder, &files, message).map_err(|error| {
        use ordain_source::InitError as E;
        match error {
            E::NotEmpty { .. } => CommandError::usage(error)
                .hint("name a new or empty folder; what is there already is never touched"),
            error => CommandError::failed(error),
        }
    })?;
    if args.format.is_for_machines() {
        let row = json::init::Made {
            path: shown.to_string(),
            commit: commit.to_string(),
            files: files.len(),
        };
        printer.json_line(&row);
        return Ok(Exit::Done);
    }
    let style = printer.style();
    printer.line(format!(
        "{} {shown}, {} in commit {commit:.12}",
        style.green("made"),
        count(files.len(), "file")
    ));
    printer.line(format!("next: cd {shown} && ordain validate && ordain test"));
    Ok(Exit::Done)
}

fn template() -> Vec<NewFile> {
    let files = Template::iter().filter_map(|path| {
        let content = Template::get(&path)?.data.into_owned();
        let executable = content.starts_with(b"#!");
        Some(NewFile { path: path.into_owned(), content, executable })
    });
    files.collect()
}
