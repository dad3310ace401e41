//! `ordain new`: a small, correct document to start from.
//!
//! What it would write is laid over the repository and validated first: where
//! it is at fault nothing is written. No file is ever written over. The texts
//! are `text.rs`.

mod text;

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use ordain_core::load::Loaded;
use ordain_core::testing::overlay;
use ordain_schema::document::{Body, GivenFile};
use ordain_schema::{Diagnostic, Severity, Snapshot, is_name};

use crate::args::{NewDeployment, NewDocument, NewPlace};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{json, policy, render, repository};

pub(super) fn run(what: &NewDocument, printer: &mut Printer) -> Result<Exit, CommandError> {
    let (name, tenant, place) = match what {
        NewDocument::Software(new) => (&new.name, new.tenant.as_deref(), &new.place),
        NewDocument::Task(new) => (&new.name, new.tenant.as_deref(), &new.place),
        NewDocument::Deployment(new) => (&new.name, new.tenant.as_deref(), &new.place),
        NewDocument::Tenant(new) => (&new.name, None, &new.place),
    };
    [Some(name.as_str()), tenant].into_iter().flatten().try_for_each(named)?;
    let folder = repository::folder(place.path.as_deref())?;
    let snapshot = repository::as_it_stands(&folder)?;
    let before = policy::load(&snapshot, policy::clock());
    let below = tenant.map(|tenant| format!("tenants/{tenant}/")).unwrap_or_default();
    let files = match what {
        NewDocument::Software(new) => text::software(new, &below),
        NewDocument::Task(new) => text::task(new, &below),
        NewDocument::Deployment(new) => {
            let (kind, item) = deployed(new, &before)?;
            text::deployment(new, &below, kind, &item)
        }
        NewDocument::Tenant(new) => text::tenant(new),
    };
    is_free(&folder, &files)?;
    let laid = overlay(&snapshot, &files);
    let found = new_faults(&before, &policy::load(&laid, policy::clock()));
    if found.iter().any(|one| one.severity == Severity::Error) {
        refuse(&found, &laid, printer);
        return Ok(Exit::Findings);
    }
    files.iter().try_for_each(|file| write(&folder, file))?;
    report(&files, &found, &laid, place, printer);
    Ok(Exit::Done)
}

fn named(name: &str) -> Result<(), CommandError> {
    if is_name(name) {
        return Ok(());
    }
    let error = anyhow::anyhow!("`{name}` breaks the rule for names");
    let hint = "use a to z, 0 to 9 and dashes between them, at most 63";
    Err(CommandError::usage(error).hint(hint))
}

/// What a deployment is of: as asked for, else the software or task of its name.
fn deployed(new: &NewDeployment, before: &Loaded) -> Result<(&'static str, String), CommandError> {
    match (&new.software, &new.task) {
        (Some(software), _) => return Ok(("software", software.clone())),
        (None, Some(task)) => return Ok(("task", task.clone())),
        (None, None) => {}
    }
    let is_there = |wanted: fn(&Body) -> bool| {
        let documents = before.policy.documents();
        documents.iter().any(|one| one.name.value == new.name && wanted(&one.body))
    };
    if is_there(|body| matches!(body, Body::Software(_))) {
        Ok(("software", new.name.clone()))
    } else if is_there(|body| matches!(body, Body::Task(_))) {
        Ok(("task", new.name.clone()))
    } else {
        let error = anyhow::anyhow!("there is no software or task `{}`", new.name);
        Err(CommandError::usage(error)
            .hint("say what it deploys: `--software NAME` or `--task NAME`"))
    }
}

fn is_free(folder: &Path, files: &[GivenFile]) -> Result<(), CommandError> {
    let Some(file) = files.iter().find(|file| folder.join(&file.file).symlink_metadata().is_ok())
    else {
        return Ok(());
    };
    let error = anyhow::anyhow!("`{}` is there already", file.file);
    Err(CommandError::usage(error).hint("choose another name, or edit that file"))
}

/// What is wrong with the repository that was not before.
fn new_faults(before: &Loaded, after: &Loaded) -> Vec<Diagnostic> {
    let found = after.diagnostics.iter().filter(|one| !before.diagnostics.contains(one));
    found.cloned().collect()
}

fn refuse(found: &[Diagnostic], laid: &Snapshot, printer: &mut Printer) {
    let style = printer.error_style();
    printer.note(render::diagnostics::all(found, laid, style).trim_end());
    printer.note("nothing was written");
}

fn write(folder: &Path, file: &GivenFile) -> Result<(), CommandError> {
    let path = folder.join(&file.file);
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    let opened =
        made.and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(&path));
    let written = opened.and_then(|mut opened| opened.write_all(file.text.as_bytes()));
    written
        .with_context(|| format!("`{}` could not be written", path.display()))
        .map_err(CommandError::failed)
}

fn report(
    files: &[GivenFile],
    found: &[Diagnostic],
    laid: &Snapshot,
    place: &NewPlace,
    printer: &mut Printer,
) {
    if place.format.is_for_machines() {
        let files = files.iter().map(|file| file.file.clone()).collect();
        printer.json_line(&json::new::Written { files });
        return;
    }
    for file in files {
        let style = printer.style();
        printer.line(format!("{} {}", style.green("wrote"), file.file));
    }
    if !found.is_empty() {
        let style = printer.error_style();
        printer.note(render::diagnostics::all(found, laid, style).trim_end());
    }
}
