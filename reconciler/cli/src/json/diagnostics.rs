//! `validate --format json`.

use ordain_core::load::Loaded;
use ordain_schema::{Diagnostic, Severity};
use serde::Serialize;

/// Every diagnostic of a policy.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    revision: Option<&'a str>,
    documents: usize,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<Row<'a>>,
}

/// One diagnostic.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row<'a> {
    severity: &'static str,
    code: &'static str,
    message: &'a str,
    hint: Option<&'a str>,
    file: &'a str,
    line: u32,
    column: u32,
    end_column: u32,
    related: Vec<Related<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    file: &'a str,
    line: u32,
    message: &'a str,
}

impl<'a> Report<'a> {
    /// The report on a loaded policy.
    pub(crate) fn new(loaded: &'a Loaded) -> Self {
        Self {
            revision: loaded.policy.revision.as_deref(),
            documents: loaded.documents,
            errors: loaded.errors(),
            warnings: loaded.warnings(),
            diagnostics: loaded.diagnostics.iter().map(Row::new).collect(),
        }
    }
}

impl<'a> Row<'a> {
    /// The row of a diagnostic.
    pub(crate) fn new(diagnostic: &'a Diagnostic) -> Self {
        let related = diagnostic.related.iter().map(|one| Related {
            file: &one.file,
            line: one.line,
            message: &one.message,
        });
        Self {
            severity: severity(diagnostic.severity),
            code: diagnostic.code.word(),
            message: &diagnostic.message,
            hint: diagnostic.hint.as_deref(),
            file: &diagnostic.file,
            line: diagnostic.span.line,
            column: diagnostic.span.column,
            end_column: diagnostic.span.end_column,
            related: related.collect(),
        }
    }
}

/// The word of a severity.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
