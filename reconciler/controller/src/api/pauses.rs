//! Stopping all starts, and letting them go on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use ordain_store::TenantId;
use ordain_store::rows::PauseRow;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Body;
use super::operator::Operator;
use crate::controller::Controller;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Which {
    /// One tenant; all without it.
    #[serde(default)]
    tenant: Option<String>,
}

/// A pause that holds.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pause {
    tenant: Option<String>,
    since: Timestamp,
}

impl From<PauseRow> for Pause {
    fn from(row: PauseRow) -> Self {
        Self { tenant: row.tenant.map(|tenant| tenant.to_string()), since: row.since }
    }
}

/// Stops all starts of a tenant or of all.
pub(crate) async fn pause(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(which): Body<Which>,
) -> Result<Json<Vec<Pause>>, Refusal> {
    operator.narrowed(which.tenant.as_deref())?;
    let tenant = which.tenant.map(TenantId::new);
    tracing::warn!(tenant = tenant.as_ref().map_or("all", TenantId::as_str), "starts are paused");
    controller.store.pause(PauseRow { tenant, since: Timestamp::now() }).await?;
    now(&controller, &operator).await
}

/// Ends a pause.
pub(crate) async fn resume(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(which): Body<Which>,
) -> Result<Json<Vec<Pause>>, Refusal> {
    operator.narrowed(which.tenant.as_deref())?;
    let tenant = which.tenant.map(TenantId::new);
    tracing::warn!(tenant = tenant.as_ref().map_or("all", TenantId::as_str), "starts go on");
    controller.store.resume(tenant.as_ref()).await?;
    controller.drive.wake_all().await;
    now(&controller, &operator).await
}

async fn now(controller: &Controller, operator: &Operator) -> Result<Json<Vec<Pause>>, Refusal> {
    Ok(Json(controller.store.pauses(&operator.scope).await?.into_iter().map(Pause::from).collect()))
}
