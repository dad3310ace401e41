//! What is recorded of the fleet, in the shape that `--inventory` reads.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use ordain_schema::document::Inventory;
use serde::Deserialize;

use super::Refusal;
use super::input::Asked;
use super::operator::Operator;
use crate::controller::Controller;
use crate::recorded;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
}

/// Exports all computers in scope.
pub(crate) async fn export(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<Inventory>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let in_force = controller.policy().in_force;
    let policy = in_force.as_ref().map(|in_force| &*in_force.policy);
    let computers =
        recorded::computers(&*controller.store, &scope, policy, |id| controller.hub.is_online(id))
            .await?;
    let available = recorded::available(&*controller.store, &scope).await?;
    let rollouts = recorded::rollouts(&*controller.store, &scope).await?;
    let approvals = recorded::approvals(&*controller.store, &scope, policy).await?;
    Ok(Json(Inventory { computers, available, rollouts, approvals, ..Inventory::default() }))
}
