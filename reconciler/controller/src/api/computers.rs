//! Computers: listing, showing, removing; what a person decides of them stands
//! in [`super::decisions`].

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_core::fleet::Domains;
use ordain_store::rows::{
    AgentRow, AgentStatus, ComputerRow, Doubt, FactChange, FactRow, FindingRow,
};
use ordain_store::{ComputerId, TenantScope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Refusal;
use super::input::Asked;
use super::operator::Operator;
use crate::aside::spawn_blocking;
use crate::controller::Controller;
use crate::drive::Signal;
use crate::follow::InForce;
use crate::follow::timetable::next_starts;
use crate::recorded;

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
    standing: &'static str,
    excluded: bool,
    person: Option<String>,
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
    installation: Option<String>,
    standing_at: Timestamp,
    /// What a person has to decide, where that is so.
    doubt: Option<String>,
    pathways: Vec<Pathway>,
    /// Who was logged on, newest first.
    logons: Vec<ShownLogon>,
    facts: Option<Value>,
    facts_at: Option<Timestamp>,
    /// What inventory tasks said.
    inventory: Vec<Said>,
    items: Vec<Finding>,
    /// When schedules start its next sessions, the soonest first.
    next: Vec<Next>,
}

/// The next session that a schedule starts.
#[derive(Serialize)]
struct Next {
    /// As `path#name`.
    schedule: String,
    at: Timestamp,
}

/// One way to a computer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Pathway {
    #[serde(rename = "type")]
    kind: &'static str,
    id: String,
    online: bool,
    version: Option<String>,
    enrolled_at: Timestamp,
    seen_at: Option<Timestamp>,
}

#[derive(Serialize)]
struct ShownLogon {
    upn: String,
    at: Timestamp,
}

/// A fact with when it was said.
#[derive(Serialize)]
struct Said {
    fact: String,
    value: Value,
    item: String,
    since: Timestamp,
    at: Timestamp,
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
    let in_force = controller.policy().in_force;
    let domains = in_force.as_ref().map(|in_force| Domains::new(&in_force.policy));
    let domains = domains.unwrap_or_default();
    let listed = |row| listed(&controller, &agents, &domains, row);
    let computers = rows.into_iter().map(listed).collect();
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
    let inventory = controller.store.facts(&scope, Some(&row.id)).await?.into_iter().map(said);
    let agents = controller.store.agents(&scope).await?;
    let doubt = doubt(&controller, &scope, &row).await?;
    let (facts, facts_at) = (row.facts.clone(), row.facts_at);
    let in_force = controller.policy().in_force;
    let domains = in_force.as_ref().map(|in_force| Domains::new(&in_force.policy));
    let logons = row.logons.iter().rev();
    let next = next(&controller, in_force.clone(), &row).await?;
    Ok(Json(Shown {
        identity: row.lives.present.hardware.clone(),
        installation: row.lives.present.installation.clone(),
        standing_at: row.standing_at,
        doubt,
        pathways: pathways(&controller, &agents, &row),
        logons: logons.map(|one| ShownLogon { upn: one.upn.clone(), at: one.at }).collect(),
        computer: listed(&controller, &agents, &domains.unwrap_or_default(), row),
        facts,
        facts_at,
        inventory: inventory.collect(),
        items,
        next,
    }))
}

/// When schedules start its next sessions.
async fn next(
    controller: &Controller,
    in_force: Option<Arc<InForce>>,
    row: &ComputerRow,
) -> Result<Vec<Next>, Refusal> {
    let Some(in_force) = in_force else { return Ok(Vec::new()) };
    let scope = TenantScope::One(row.tenant.clone());
    let online = |id: &_| controller.hub.is_online(id);
    let computers =
        recorded::computers(&*controller.store, &scope, Some(&in_force.policy), online).await?;
    let (row, now) = (row.clone(), controller.clock.now());
    let looked = spawn_blocking(move || next_starts(&in_force, &row, computers, now)).await;
    let next = |(schedule, at)| Next { schedule, at };
    Ok(looked.unwrap_or_default().into_iter().map(next).collect())
}

/// What a person has to decide, in words.
async fn doubt(
    controller: &Controller,
    scope: &TenantScope,
    row: &ComputerRow,
) -> Result<Option<String>, Refusal> {
    Ok(match &row.doubt {
        None => None,
        Some(Doubt::CopyOf(original)) => {
            let original = controller.store.computer(scope, original).await?;
            let name = original.map_or_else(|| "one that was removed".to_owned(), |one| one.name);
            Some(format!("it may be a copy of {name}: both have the same identity"))
        }
        Some(Doubt::Another(agent, _)) => {
            let other = row.lives.doubtful.as_ref();
            let installation = other.and_then(|life| life.installation.as_deref());
            Some(format!(
                "agent {agent} on installation {} says to be it too",
                installation.unwrap_or("unknown")
            ))
        }
    })
}

fn pathways(controller: &Controller, agents: &[AgentRow], row: &ComputerRow) -> Vec<Pathway> {
    let own = |agent: &&AgentRow| agent.computer == row.id && agent.status == AgentStatus::Active;
    let pathway = |agent: &AgentRow| Pathway {
        kind: "agent",
        id: agent.id.to_string(),
        online: controller.hub.is_connected(&agent.id),
        version: agent.version.clone(),
        enrolled_at: agent.enrolled_at,
        seen_at: agent.seen_at,
    };
    agents.iter().filter(own).map(pathway).collect()
}

fn said(row: FactRow) -> Said {
    let FactRow { fact, value, item, since, at, .. } = row;
    Said { fact, value, item, since, at }
}

#[derive(Serialize)]
pub(crate) struct History {
    changes: Vec<Change>,
}

#[derive(Serialize)]
struct Change {
    at: Timestamp,
    value: Value,
}

/// Shows what a fact was whose changes are kept, newest first.
pub(crate) async fn history(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path((computer, fact)): Path<(String, String)>,
    Asked(which): Asked<Which>,
) -> Result<Json<History>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let row = find(&controller, &scope, &computer).await?;
    let changes = controller.store.fact_history(&scope, &row.id, &fact).await?;
    let change = |FactChange { at, value }| Change { at, value };
    Ok(Json(History { changes: changes.into_iter().map(change).collect() }))
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

fn listed(
    controller: &Controller,
    agents: &[AgentRow],
    domains: &Domains<'_>,
    row: ComputerRow,
) -> Computer {
    let own = agents
        .iter()
        .filter(|agent| agent.computer == row.id && agent.status == AgentStatus::Active);
    let rank = |agent: &&AgentRow| (controller.hub.is_connected(&agent.id), agent.seen_at);
    let agent = own.max_by_key(rank);
    let fact = |name: &str| row.facts.as_ref().and_then(|facts| facts.get(name)).cloned();
    Computer {
        online: controller.hub.is_online(&row.id),
        standing: row.standing.word(),
        excluded: row.excluded_at.is_some(),
        person: recorded::person(&row, domains),
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
