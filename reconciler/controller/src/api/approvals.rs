//! Optional deployments: approving one on a computer, and taking that back.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_core::policy::Policy;
use ordain_schema::document::Enforcement;
use ordain_store::rows::ApprovalRow;
use serde::{Deserialize, Serialize};

use super::input::{Asked, Body};
use super::operator::Operator;
use super::{Refusal, computers};
use crate::controller::Controller;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    /// By id or name, `TENANT/NAME` where several bear it.
    computer: String,
    /// By path, or `path#name`.
    deployment: String,
    /// Whether the approval is taken back.
    #[serde(default)]
    undo: bool,
}

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
}

/// What is approved.
#[derive(Serialize)]
pub(crate) struct Approvals {
    approvals: Vec<Approval>,
}

/// An approval that holds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Approval {
    tenant: String,
    computer: String,
    deployment: String,
    at: Timestamp,
}

impl From<ApprovalRow> for Approval {
    fn from(row: ApprovalRow) -> Self {
        Self {
            tenant: row.tenant.to_string(),
            computer: row.computer_name,
            deployment: row.deployment,
            at: row.at,
        }
    }
}

/// Lists what is approved.
pub(crate) async fn list(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Approvals>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let rows = controller.store.approvals(&scope).await?;
    Ok(Json(Approvals { approvals: rows.into_iter().map(Approval::from).collect() }))
}

/// Approves an optional deployment on a computer, or takes that back; gives what
/// is approved on the computer then. It counts from the computer's next session on.
pub(crate) async fn change(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Approvals>, Refusal> {
    let computer = computers::find(&controller, &operator.scope, &wanted.computer).await?;
    let (tenant, id) = (computer.tenant.clone(), computer.id.clone());
    let store = &controller.store;
    if wanted.undo {
        // What the policy does not know any more may be taken back all the same.
        let held = store.approvals(&operator.scope).await?;
        let held = held.iter().find(|row| {
            let path = row.deployment.split_once('#').map(|(path, _)| path);
            row.computer == id
                && (row.deployment == wanted.deployment || path == Some(wanted.deployment.as_str()))
        });
        let Some(row) = held else { return Err(not_approved(&wanted)) };
        tracing::info!(%tenant, computer = computer.name, deployment = row.deployment, "an approval is taken back");
        store.withdraw(&tenant, &id, &row.deployment).await?;
    } else {
        let in_force = controller.policy().in_force;
        let policy = in_force.as_ref().map(|in_force| &*in_force.policy);
        let name = optional(policy, &wanted.deployment)?;
        tracing::info!(%tenant, computer = computer.name, deployment = name, "an optional deployment is approved");
        store.approve(&tenant, &id, &name, controller.clock.now()).await?;
    }
    let mut rows = store.approvals(&operator.scope).await?;
    rows.retain(|row| row.computer == id);
    Ok(Json(Approvals { approvals: rows.into_iter().map(Approval::from).collect() }))
}

/// The full name of an optional deployment in force.
fn optional(policy: Option<&Policy>, wanted: &str) -> Result<String, Refusal> {
    let named = policy.and_then(|policy| Some((policy, policy.deployments_named(wanted)?)));
    let Some((policy, ids)) = named else {
        let text = format!("no deployment in force is called `{wanted}`");
        return Err(Refusal::new(StatusCode::NOT_FOUND, "unknown-deployment", text)
            .hint("name it by its path, or as `path#name` where a file has several"));
    };
    let is_optional =
        |id: &_| policy.says(policy.deployment(*id)).enforcement == Enforcement::Optional;
    let names = ids.first().map(|id| policy.deployment_names(*id)).unwrap_or_default();
    match names.into_iter().next_back() {
        Some(name) if ids.iter().all(is_optional) => Ok(name),
        _ => {
            let text = format!("`{wanted}` is not optional: it needs no approval");
            Err(Refusal::new(StatusCode::CONFLICT, "not-optional", text)
                .hint("`enforcement: optional` makes a deployment wait for approvals"))
        }
    }
}

fn not_approved(wanted: &Wanted) -> Refusal {
    let text = format!("`{}` is not approved on `{}`", wanted.deployment, wanted.computer);
    Refusal::new(StatusCode::NOT_FOUND, "not-approved", text)
        .hint("`ordain approve` without arguments lists what is")
}
