//! How the installation stands, in one answer.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ordain_store::rows::{CommitRow, DiagnosticRow};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Asked;
use super::operator::Operator;
use super::pauses::Pause;
use crate::controller::Controller;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
}

/// The shape of `ordain status --format json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    commit: Commit,
    paused: Vec<Pause>,
    computers: Computers,
    sessions: BTreeMap<String, u64>,
    /// E-mail, by state.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    messages: BTreeMap<String, u64>,
    /// Calls that a webhook has not taken, by webhook and state.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    webhooks: BTreeMap<String, BTreeMap<String, u64>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Commit {
    /// The branch's head as it was seen last.
    head: Option<String>,
    /// The commit that sessions follow.
    in_force: Option<String>,
    /// Heads since then that did not take effect, newest first.
    rejected: Vec<Rejected>,
    /// Why the branch cannot be read now, where it cannot.
    problem: Option<String>,
}

#[derive(Serialize)]
struct Rejected {
    revision: String,
    diagnostics: Vec<DiagnosticRow>,
}

#[derive(Serialize)]
struct Computers {
    online: usize,
    total: usize,
}

/// Answers how everything stands.
pub(crate) async fn status(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Status>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let policy = controller.policy();
    let rejected = controller.store.rejected_commits(&scope).await?;
    let computers = controller.store.computers(&scope).await?;
    let online = computers.iter().filter(|computer| controller.hub.is_online(&computer.id)).count();
    let sessions = controller.store.session_counts(&scope).await?.into_iter().collect();
    let paused = controller.store.pauses(&scope).await?.into_iter().map(Pause::from).collect();
    let mut webhooks = BTreeMap::<String, BTreeMap<String, u64>>::new();
    for (hook, state, count) in controller.store.call_counts(&scope).await? {
        webhooks.entry(hook).or_default().insert(state, count);
    }
    let messages = controller.store.message_counts(&scope).await?.into_iter().collect();
    Ok(Json(Status {
        commit: Commit {
            head: policy.head,
            in_force: policy.in_force.map(|in_force| in_force.revision.clone()),
            rejected: once_each(rejected),
            problem: policy.problem,
        },
        paused,
        computers: Computers { online, total: computers.len() },
        sessions,
        messages,
        webhooks,
    }))
}

/// A commit may be looked at again after a restart: its last decision counts.
fn once_each(rows: Vec<CommitRow>) -> Vec<Rejected> {
    let mut rejected: Vec<Rejected> = Vec::new();
    for row in rows {
        if !rejected.iter().any(|known| known.revision == row.revision) {
            rejected.push(Rejected { revision: row.revision, diagnostics: row.diagnostics });
        }
    }
    rejected
}
