//! Making tokens that enrol agents.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_store::TenantId;
use ordain_store::rows::TokenRow;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Body;
use super::operator::Operator;
use crate::controller::Controller;
use crate::tokens;

/// The longest that a token may hold.
const LONGEST: u64 = 90 * 86_400;
/// The most agents that one token may enrol.
const MOST: u32 = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    tenant: String,
    #[serde(default = "one")]
    count: u32,
    #[serde(default = "a_day")]
    expires_seconds: u64,
}

fn one() -> u32 {
    1
}

fn a_day() -> u64 {
    86_400
}

/// What the installer needs.
#[derive(Serialize)]
pub(crate) struct Made {
    server: String,
    token: String,
    pin: String,
    tenant: String,
    expires: Timestamp,
}

/// Makes a token for a tenant.
pub(crate) async fn make(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Made>, Refusal> {
    operator.narrowed(Some(&wanted.tenant))?;
    if wanted.count == 0 || wanted.count > MOST {
        return Err(Refusal::bad_request(format!("count is from 1 to {MOST}")));
    }
    if wanted.expires_seconds == 0 || wanted.expires_seconds > LONGEST {
        return Err(Refusal::bad_request("a token holds from one second to 90 days"));
    }
    known_tenant(&controller, &wanted.tenant)?;
    let token = tokens::enrolment_token();
    let now = Timestamp::now();
    let expires = now + Duration::from_secs(wanted.expires_seconds);
    let row = TokenRow {
        hash: tokens::hash(&token),
        tenant: TenantId::new(&wanted.tenant),
        created_at: now,
        expires_at: expires,
        uses_left: wanted.count,
    };
    controller.store.add_token(row).await?;
    tracing::info!(tenant = wanted.tenant, count = wanted.count, %expires, "an enrolment token was made");
    let pin = controller.authority.pin().to_owned();
    Ok(Json(Made { server: controller.url.clone(), token, pin, tenant: wanted.tenant, expires }))
}

/// Refuses a tenant that the policy in force does not have: most likely a slip of the pen.
pub(super) fn known_tenant(controller: &Controller, tenant: &str) -> Result<(), Refusal> {
    let Some(in_force) = controller.policy().in_force else { return Ok(()) };
    if in_force.policy.tenants().find(tenant).is_some() {
        return Ok(());
    }
    let known: Vec<&str> =
        in_force.policy.tenants().iter().map(|(_, node)| &*node.id).take(20).collect();
    let refusal = Refusal::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "unknown-tenant",
        format!("the policy in force has no tenant `{tenant}`"),
    );
    Err(refusal.hint(format!(
        "commit tenants/{tenant}/tenant.yaml first; the tenants are: {}",
        known.join(", ")
    )))
}
