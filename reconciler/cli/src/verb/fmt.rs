//! `ordain fmt`: the canonical layout of documents, comments kept.

use std::fs;
use std::path::{Path, PathBuf};

use ordain_schema::{Content, Diagnostic, Mode};
use serde_json::json;

use crate::args::{FmtArgs, Format};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::render::{count, diagnostics};
use crate::{files, repository};

/// A YAML file that may be laid out anew.
struct Candidate {
    /// Where it lies.
    place: PathBuf,
    /// How it is shown: by its path from the repository's root.
    shown: String,
    bytes: Vec<u8>,
}

pub(super) fn run(args: &FmtArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let candidates = candidates(args.path.as_deref())?;
    let (mut changed, mut unread) = (Vec::new(), 0);
    for one in &candidates {
        match laid_out(one) {
            Ok(text) if text.as_bytes() == one.bytes => {}
            Ok(text) => {
                if !args.check {
                    files::replace(&one.place, text.as_bytes())?;
                }
                changed.push(one.shown.as_str());
            }
            Err(found) => {
                unread += 1;
                let source = |_: &str| Some(String::from_utf8_lossy(&one.bytes).into_owned());
                let text = diagnostics::one(&found, source, printer.error_style());
                printer.note(text.trim_end());
            }
        }
    }
    show(&changed, args, candidates.len(), printer);
    Ok(Exit::found(unread > 0 || (args.check && !changed.is_empty())))
}

/// The YAML files of a repository, or the one file that was named.
fn candidates(path: Option<&Path>) -> Result<Vec<Candidate>, CommandError> {
    if let Some(file) = path.filter(|path| path.is_file()) {
        let bytes = fs::read(file).map_err(|error| files::failed(error, file, "read"))?;
        let shown = file.display().to_string();
        return Ok(vec![Candidate { place: file.to_owned(), shown, bytes }]);
    }
    let root = repository::folder(path)?;
    let snapshot = repository::as_it_stands(&root)?;
    let files = snapshot.entries.into_iter().filter_map(|(shown, entry)| {
        let is_file = matches!(entry.mode, Mode::File | Mode::Executable);
        let is_yaml = Path::new(&shown).extension().is_some_and(|ending| ending == "yaml");
        let Content::Bytes(bytes) = entry.content else { return None };
        let place = root.join(&shown);
        (is_file && is_yaml).then(|| Candidate { place, shown, bytes: bytes.to_vec() })
    });
    Ok(files.collect())
}

fn laid_out(one: &Candidate) -> Result<String, Diagnostic> {
    let text = std::str::from_utf8(&one.bytes).map_err(|_| {
        let (code, span) = (ordain_schema::Code::NotUtf8, ordain_schema::Span::default());
        Diagnostic::error(code, &one.shown, span, "the file is not UTF-8")
    });
    ordain_schema::format(text?).map_err(|found| Diagnostic { file: one.shown.clone(), ..found })
}

fn show(changed: &[&str], args: &FmtArgs, all: usize, printer: &mut Printer) {
    match args.format {
        Format::Json => printer.json(&json!({ "files": changed, "check": args.check })),
        Format::Jsonl => {
            for file in changed {
                printer.json_line(&json!({ "file": file }));
            }
        }
        Format::Human => {
            for file in changed {
                printer.line(file);
            }
            let what = if args.check { "would be laid out anew" } else { "laid out anew" };
            printer.note(format!("{} of {} {what}", changed.len(), count(all, "file")));
        }
    }
}
