//! Reading a commit and saying what is wrong with it.
//!
//! Files that were read before are not read again: a commit costs what it
//! changed, not what the repository holds.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::load::load_again;
use ordain_core::policy::Policy;
use ordain_schema::{Diagnostic, FilesRead, Severity, Snapshot};
use ordain_store::rows::{DiagnosticRow, RelatedRow};

use super::{Git, GitError, InForce, place};
use crate::aside::spawn_blocking;
use crate::filters::FilterScripts;

/// How many errors of a commit stand in the log; all stand in the status.
const LOGGED: usize = 20;

/// What was read before.
#[derive(Default)]
pub(super) struct Judge {
    files: FilesRead,
    snapshot: Option<Snapshot>,
}

/// A commit that was read.
pub(super) struct Judged {
    policy: Arc<Policy>,
    scripts: FilterScripts,
    pub(super) rows: Vec<DiagnosticRow>,
    pub(super) documents: usize,
    pub(super) warnings: usize,
    errors: usize,
}

impl Judge {
    /// Reads a commit.
    pub(super) async fn judge(&mut self, git: &Git, revision: &str) -> Result<Judged, GitError> {
        let snapshot = git.snapshot(revision, self.snapshot.take()).await?;
        let mut files = std::mem::take(&mut self.files);
        let read = move || {
            let mut loaded = load_again(&snapshot, Timestamp::now(), &mut files);
            ordain_filter::diagnose(&mut loaded, &snapshot);
            let scripts = FilterScripts::of(&loaded.policy, &snapshot);
            (loaded, scripts, files, snapshot)
        };
        let (loaded, scripts, files, snapshot) =
            spawn_blocking(read).await.map_err(|_| GitError::Panicked)?;
        (self.files, self.snapshot) = (files, Some(snapshot));
        Ok(Judged {
            errors: loaded.errors(),
            warnings: loaded.warnings(),
            rows: loaded.diagnostics.iter().map(row).collect(),
            documents: loaded.documents,
            policy: loaded.policy,
            scripts,
        })
    }
}

impl Judged {
    pub(super) fn is_valid(&self) -> bool {
        self.errors == 0
    }

    /// The commit, as what sessions follow from now on.
    pub(super) fn put_in_force(self, revision: String) -> InForce {
        InForce { revision, policy: self.policy, scripts: self.scripts }
    }

    /// Says in the log what is wrong, with places.
    pub(super) fn log_errors(&self) {
        let errors = self.rows.iter().filter(|row| row.severity == "error");
        for row in errors.take(LOGGED) {
            tracing::error!(code = row.code, "{}: {}", place(row), row.message);
        }
        if self.errors > LOGGED {
            tracing::error!(more = self.errors - LOGGED, "`ordain status` lists the other errors");
        }
    }
}

fn row(diagnostic: &Diagnostic) -> DiagnosticRow {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    DiagnosticRow {
        severity: severity.to_owned(),
        code: diagnostic.code.word().to_owned(),
        message: diagnostic.message.clone(),
        hint: diagnostic.hint.clone(),
        file: diagnostic.file.clone(),
        line: diagnostic.span.line,
        column: diagnostic.span.column,
        end_column: diagnostic.span.end_column,
        related: diagnostic
            .related
            .iter()
            .map(|place| RelatedRow {
                file: place.file.clone(),
                line: place.line,
                message: place.message.clone(),
            })
            .collect(),
    }
}
