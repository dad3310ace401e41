//! How the fleet stands: compliance, failures, versions, and how far commits
//! have converged.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use jiff::Timestamp;
use ordain_core::policy::Policy;
use ordain_core::version;
use ordain_schema::document::{Body, VersionScheme};
use ordain_store::TenantScope;
use ordain_store::rows::{CommitRow, ConcernedRow, Verdict};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Asked;
use super::operator::Operator;
use crate::controller::Controller;
use crate::view::{Compliance, Failures, compliance, failures};

/// Commits on a page, where nothing is said.
const PAGE: u32 = 20;
/// The most commits on a page.
const MOST: u32 = 1000;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
    limit: Option<u32>,
}

/// How far computers are as the policy wishes.
pub(crate) async fn compliant(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Compliance>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    Ok(Json(compliance(&controller.store.latest_outcomes(&scope).await?)))
}

/// What fails, by root cause.
pub(crate) async fn failed(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Failures>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    Ok(Json(failures(&controller.store.latest_outcomes(&scope).await?)))
}

/// How an item's versions are spread over the fleet.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spread {
    item: String,
    /// The newest first, by the software's own order.
    versions: Vec<Installed>,
    /// Computers without it.
    not_installed: usize,
    /// Computers where the detection failed.
    unknown: usize,
}

#[derive(Serialize)]
struct Installed {
    version: String,
    computers: usize,
}

/// The spread of a software's versions.
pub(crate) async fn versions(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(name): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Spread>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let item = format!("software/{name}");
    let (mut counts, mut not_installed, mut unknown) = (BTreeMap::<String, usize>::new(), 0, 0);
    let findings = controller.store.findings(&scope, None).await?;
    for finding in findings.into_iter().filter(|finding| finding.item == item) {
        match (finding.version, finding.failure) {
            (_, Some(_)) => unknown += 1,
            (Some(version), None) => *counts.entry(version).or_default() += 1,
            (None, None) => not_installed += 1,
        }
    }
    let in_force = controller.policy().in_force;
    let scheme = in_force.and_then(|in_force| scheme(&in_force.policy, &name));
    if counts.is_empty() && not_installed + unknown == 0 && scheme.is_none() {
        return Err(Refusal::not_found(&format!("the item `{item}`"))
            .hint("`ordain export inventory` lists what is known of computers"));
    }
    let scheme = scheme.unwrap_or(VersionScheme::Segments);
    let mut versions: Vec<Installed> =
        counts.into_iter().map(|(version, computers)| Installed { version, computers }).collect();
    versions.sort_by(|one, other| version::compare(scheme, &other.version, &one.version));
    Ok(Json(Spread { item, versions, not_installed, unknown }))
}

/// How the versions of a software compare.
fn scheme(policy: &Policy, name: &str) -> Option<VersionScheme> {
    policy.documents().iter().find_map(|document| match &document.body {
        Body::Software(software) if document.name.value == name => {
            Some(version::resolve(software.version_scheme, &software.detect))
        }
        _ => None,
    })
}

/// Commits, the newest first.
#[derive(Serialize)]
pub(crate) struct History {
    commits: Vec<Commit>,
}

/// A commit and how far it has come.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    revision: String,
    /// `accepted` or `rejected`.
    verdict: &'static str,
    decided_at: Timestamp,
    /// Computers for which it changed something.
    computers: usize,
    /// Those that are as it says.
    converged: usize,
    /// Half of those were so after that many seconds.
    p50_seconds: Option<u64>,
    /// Ninety-nine of a hundred.
    p99_seconds: Option<u64>,
    errors: usize,
}

/// What commits changed, and how far that has converged.
pub(crate) async fn history(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<History>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let limit = which.limit.unwrap_or(PAGE).min(MOST);
    let mut commits = Vec::new();
    for row in controller.store.commit_history(&scope, limit).await? {
        commits.push(commit(&controller, &scope, row).await?);
    }
    Ok(Json(History { commits }))
}

async fn commit(
    controller: &Controller,
    scope: &TenantScope,
    row: CommitRow,
) -> Result<Commit, Refusal> {
    let concerned = match row.verdict {
        Verdict::Accepted => controller.store.concerned(scope, &row.revision).await?,
        Verdict::Rejected => Vec::new(),
    };
    let seconds = seconds(&concerned, row.decided_at);
    Ok(Commit {
        verdict: row.verdict.word(),
        decided_at: row.decided_at,
        computers: concerned.len(),
        converged: seconds.len(),
        p50_seconds: share(&seconds, 50),
        p99_seconds: share(&seconds, 99),
        errors: row.diagnostics.iter().filter(|one| one.severity == "error").count(),
        revision: row.revision,
    })
}

/// How long each computer took, the fastest first.
fn seconds(concerned: &[ConcernedRow], decided: Timestamp) -> Vec<u64> {
    let took = |row: &ConcernedRow| {
        let took = row.converged_at?.duration_since(decided).as_secs();
        Some(u64::try_from(took).unwrap_or(0))
    };
    let mut seconds: Vec<u64> = concerned.iter().filter_map(took).collect();
    seconds.sort_unstable();
    seconds
}

/// The least time within which that many of a hundred were done.
fn share(sorted: &[u64], percent: usize) -> Option<u64> {
    let place = (sorted.len() * percent).div_ceil(100);
    sorted.get(place.checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn shares() {
        let hundred: Vec<u64> = (1..=100).collect();
        assert_eq!((share(&hundred, 50), share(&hundred, 99)), (Some(50), Some(99)));
        assert_eq!((share(&[7], 50), share(&[7], 99)), (Some(7), Some(7)));
        assert_eq!(share(&[], 50), None);
    }
}
