//! Computers: listing, showing, removing.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_store::rows::{AgentRow, AgentStatus, ComputerRow, FindingRow};
use ordain_store::{ComputerId, TenantScope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refusal;
use super::input::Asked;
use super::operator::Operator;
use crate::controller::Controller;
use crate::drive::Signal;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
    name: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Listed {
    computers: Vec<Computer>,
}

/// A computer as lists show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Computer {
    id: String,
    name: String,
    tenant: String,
    online: bool,
    os: Option<Value>,
    chassis: Option<Value>,
    agent: Option<String>,
    agent_version: Option<String>,
    enrolled_at: Timestamp,
    seen_at: Option<Timestamp>,
    inventoried_at: Option<Timestamp>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    #[serde(flatten)]
    computer: Computer,
    identity: String,
    facts: Option<Value>,
    facts_at: Option<Timestamp>,
    items: Vec<Finding>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    item: String,
    version: Option<String>,
    answer: Option<bool>,
    output: Option<String>,
    failure: Option<String>,
    found_at: Timestamp,
}

/// Lists computers by tenant and name.
pub(crate) async fn list(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Listed>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let rows = match &which.name {
        Some(name) => controller.store.computers_named(&scope, name).await?,
        None => controller.store.computers(&scope).await?,
    };
    let agents = controller.store.agents(&scope).await?;
    let computers = rows.into_iter().map(|row| listed(&controller, &agents, row)).collect();
    Ok(Json(Listed { computers }))
}

/// Shows one computer with what is known of it.
pub(crate) async fn show(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Shown>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let row = find(&controller, &scope, &computer).await?;
    let items =
        controller.store.findings(&scope, Some(&row.id)).await?.into_iter().map(finding).collect();
    let agents = controller.store.agents(&scope).await?;
    let (identity, facts, facts_at) = (row.identity_key.clone(), row.facts.clone(), row.facts_at);
    Ok(Json(Shown {
        computer: listed(&controller, &agents, row),
        identity,
        facts,
        facts_at,
        items,
    }))
}

/// Forgets a computer: its agents are refused from now on.
pub(crate) async fn remove(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<StatusCode, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let row = find(&controller, &scope, &computer).await?;
    let agents = controller.store.remove_computer(&row.tenant, &row.id).await?;
    controller
        .ledger
        .removed(&row.id, Timestamp::now())
        .await
        .map_err(|error| Refusal::internal(&error))?;
    for agent in &agents {
        controller.hub.dismiss(agent, "the computer was removed");
    }
    controller.drive.tell(&row.id, Signal::Wake).await;
    tracing::info!(tenant = %row.tenant, computer = row.name, agents = agents.len(), "a computer was removed");
    Ok(StatusCode::NO_CONTENT)
}

/// The computer of an id, or of a name that only one computer in scope bears; `TENANT/NAME` narrows it.
pub(super) async fn find(
    controller: &Controller,
    scope: &TenantScope,
    wanted: &str,
) -> Result<ComputerRow, Refusal> {
    if let Some(row) = controller.store.computer(scope, &ComputerId::new(wanted)).await? {
        return Ok(row);
    }
    let (tenant, name) =
        wanted.split_once('/').map_or((None, wanted), |(tenant, name)| (Some(tenant), name));
    let mut rows = controller.store.computers_named(scope, name).await?;
    rows.retain(|row| tenant.is_none_or(|tenant| row.tenant.as_str() == tenant));
    match rows.len() {
        0 => Err(Refusal::new(
            StatusCode::NOT_FOUND,
            "unknown-computer",
            format!("no computer is called `{wanted}`"),
        )
        .hint("`ordain computers` lists them")),
        1 => Ok(rows.remove(0)),
        _ => {
            let names: Vec<String> =
                rows.iter().map(|row| format!("{}/{}", row.tenant, row.name)).collect();
            Err(Refusal::new(
                StatusCode::CONFLICT,
                "ambiguous-computer",
                format!("several computers are called `{wanted}`"),
            )
            .hint(format!("name one of {}", names.join(", "))))
        }
    }
}

fn listed(controller: &Controller, agents: &[AgentRow], row: ComputerRow) -> Computer {
    let agent =
        agents.iter().find(|agent| agent.computer == row.id && agent.status == AgentStatus::Active);
    let fact = |name: &str| row.facts.as_ref().and_then(|facts| facts.get(name)).cloned();
    Computer {
        online: controller.hub.is_online(&row.id),
        os: fact("os"),
        chassis: fact("chassis"),
        agent: agent.map(|agent| agent.id.to_string()),
        agent_version: agent.and_then(|agent| agent.version.clone()),
        seen_at: agent.and_then(|agent| agent.seen_at),
        id: row.id.to_string(),
        name: row.name,
        tenant: row.tenant.to_string(),
        enrolled_at: row.enrolled_at,
        inventoried_at: row.inventoried_at,
    }
}

fn finding(row: FindingRow) -> Finding {
    Finding {
        item: row.item,
        version: row.version,
        answer: row.answer,
        output: row.output,
        failure: row.failure,
        found_at: row.found_at,
    }
}
