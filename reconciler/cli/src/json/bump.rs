//! What `ordain bump` says to programs.

use serde::Serialize;

use crate::verb::bump::{Finding, What};

/// All of it.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    software: Vec<Row<'a>>,
    check: bool,
    totals: Totals,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Totals {
    asked: usize,
    newer: usize,
    up_to_date: usize,
    unknown: usize,
    failed: usize,
}

/// One piece of software.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row<'a> {
    name: &'a str,
    path: &'a str,
    source: &'a str,
    from: Option<&'a str>,
    to: Option<&'a str>,
    /// `newer` (of a check), `written`, `up-to-date`, `unknown` or `failed`.
    status: &'static str,
    message: Option<String>,
}

impl<'a> Row<'a> {
    pub(crate) fn new(finding: &'a Finding, check: bool) -> Self {
        let (status, to, message) = match &finding.what {
            What::UpToDate => ("up-to-date", None, None),
            What::Unknown => ("unknown", None, None),
            What::Newer { to, .. } => {
                (if check { "newer" } else { "written" }, Some(to.as_str()), None)
            }
            What::Failed(error) => ("failed", None, Some(error.to_string())),
        };
        Self {
            name: &finding.name,
            path: &finding.path,
            source: &finding.source,
            from: finding.from.as_deref(),
            to,
            status,
            message,
        }
    }
}

impl<'a> Report<'a> {
    pub(crate) fn new(findings: &'a [Finding], check: bool) -> Self {
        let mut totals = Totals { asked: findings.len(), ..Totals::default() };
        for finding in findings {
            match &finding.what {
                What::UpToDate => totals.up_to_date += 1,
                What::Unknown => totals.unknown += 1,
                What::Newer { .. } => totals.newer += 1,
                What::Failed(_) => totals.failed += 1,
            }
        }
        Self { software: findings.iter().map(|one| Row::new(one, check)).collect(), check, totals }
    }
}
