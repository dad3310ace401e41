//! `ordain test`: the policy's own assertions.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ordain_core::testing::{self, TestResult};
use ordain_schema::Code;
use ordain_schema::document::{Body, Document};

use crate::args::{Format, TestArgs};
use crate::error::{CommandError, Exit};
use crate::printer::Printer;
use crate::{json, policy, render, repository, scripts, suggest};

pub(super) fn run(args: &TestArgs, printer: &mut Printer) -> Result<Exit, CommandError> {
    let (path, names) = split(args);
    let snapshot = repository::snapshot(path.as_deref(), args.rev.as_deref())?;
    let now = args.now.now.unwrap_or_else(policy::clock);
    let loaded = policy::load(&snapshot, now);
    let is_test = |document: &&Arc<Document>| matches!(document.body, Body::Test(_));
    let known: Vec<&str> = loaded
        .policy
        .documents()
        .iter()
        .filter(is_test)
        .map(|one| one.name.value.as_str())
        .collect();
    if loaded.is_valid()
        && let Some(name) = names.iter().find(|name| !known.contains(&name.as_str()))
    {
        let error = anyhow::anyhow!("there is no test `{name}`");
        return Err(CommandError::usage(error).hint_if(suggest::hint(name, known.iter().copied())));
    }
    let chosen = |document: &Document| names.is_empty() || names.contains(&document.name.value);
    let results = testing::run(&loaded, &snapshot, now, chosen, scripts::answer);
    let is_valid = loaded.is_valid();
    if known.is_empty() && is_valid {
        printer.warn(format!("{}: the repository has no Test documents", Code::NoTests.word()));
    }
    show(&results, args.format, printer);
    if !is_valid {
        let style = printer.error_style();
        let found: Vec<_> = loaded
            .diagnostics
            .iter()
            .filter(|one| one.severity == ordain_schema::Severity::Error)
            .cloned()
            .collect();
        printer.note(render::diagnostics::all(&found, &snapshot, style).trim_end());
        printer.note(format!(
            "only tests that lay their own files over the repository ran: {}",
            render::diagnostics::summary(loaded.errors(), loaded.warnings(), style)
        ));
    }
    let failed = results.iter().any(|one| !one.passed());
    Ok(Exit::found(failed || !is_valid))
}

/// The path and the names: a first word that is no path is a name too.
fn split(args: &TestArgs) -> (Option<PathBuf>, Vec<String>) {
    let mut names = args.names.clone();
    match &args.path {
        Some(path) if !path.exists() && is_name(path) => {
            names.insert(0, path.display().to_string());
            (None, names)
        }
        path => (path.clone(), names),
    }
}

fn is_name(path: &Path) -> bool {
    let text = path.to_string_lossy();
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn show(results: &[TestResult], format: Format, printer: &mut Printer) {
    match format {
        Format::Human => {
            let text = render::test::results(results, printer.style());
            printer.text(text);
        }
        Format::Json => printer.json(&json::test::Report::new(results)),
        Format::Jsonl => {
            for one in results {
                printer.json_line(&json::test::Row::new(one));
            }
        }
    }
}
