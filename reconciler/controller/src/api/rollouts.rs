//! Rollouts: listing them, and letting a halted one go on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_core::held::{declared, opens};
use ordain_core::policy::{Policy, RolloutEntry};
use ordain_store::rows::{RolloutKey, RolloutRow};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::{Asked, Body};
use super::operator::Operator;
use crate::controller::Controller;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
}

/// The shape of `ordain rollouts --format json`.
#[derive(Serialize)]
pub(crate) struct List {
    rollouts: Vec<Shown>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    deployment: String,
    item: String,
    tenant: Option<String>,
    /// The version, where it came without a commit.
    version: Option<String>,
    revision: String,
    started_at: Timestamp,
    rings: Vec<Opening>,
    halted: Option<Halted>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Opening {
    ring: u32,
    /// When it opened or will; none where it has halted, or one before it has.
    opens_at: Option<Timestamp>,
    open: bool,
}

#[derive(Serialize)]
struct Halted {
    ring: u32,
    at: Timestamp,
    failed: Option<u64>,
    computers: Option<u64>,
}

/// Lists the rollouts that are under way.
pub(crate) async fn list(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<List>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let rows = controller.store.rollouts(&scope).await?;
    let policy = controller.policy().in_force.map(|in_force| in_force.policy.clone());
    let now = controller.clock.now();
    let shown = |row: RolloutRow| {
        let rollout = policy.as_deref().and_then(|policy| rings_of(policy, &row.key));
        shown(row, rollout, now)
    };
    Ok(Json(List { rollouts: rows.into_iter().map(shown).collect() }))
}

fn rings_of<'a>(policy: &'a Policy, key: &RolloutKey) -> Option<&'a RolloutEntry> {
    let all = declared(policy).into_iter();
    let own = |name: &str, item: &str| name == key.deployment && item == key.item;
    let one = all.into_iter().find(|one| own(&one.name, &one.item))?;
    policy.rollout(Some(one.deployment))
}

fn shown(row: RolloutRow, rollout: Option<&RolloutEntry>, now: Timestamp) -> Shown {
    let halted = row.halt.as_ref().map(|halt| halt.ring);
    let ring = |(number, rollout): (u32, &RolloutEntry)| {
        let stands = halted.is_some_and(|halted| halted <= number);
        let opens_at = opens(rollout, number, row.ring, row.since).filter(|_| !stands);
        Opening { ring: number, opens_at, open: opens_at.is_some_and(|at| at <= now) }
    };
    let rings = rollout.into_iter().flat_map(|rollout| {
        let last = u32::try_from(rollout.rings.len()).unwrap_or(u32::MAX);
        (1..=last).map(move |number| (number, rollout))
    });
    Shown {
        rings: rings.map(ring).collect(),
        deployment: row.key.deployment,
        item: row.key.item,
        tenant: row.key.tenant.map(|tenant| tenant.to_string()),
        version: row.key.version,
        revision: row.revision,
        started_at: row.started_at,
        halted: row.halt.map(|halt| Halted {
            ring: halt.ring,
            at: halt.at,
            failed: halt.failed,
            computers: halt.computers,
        }),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    deployment: String,
    #[serde(default)]
    item: Option<String>,
}

/// How many rollouts were let go.
#[derive(Serialize)]
pub(crate) struct Cleared {
    cleared: usize,
}

/// Lets the halted rollouts of a deployment go on: their rings soak anew.
pub(crate) async fn clear(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Cleared>, Refusal> {
    let named = |row: &RolloutRow| {
        let path = row.key.deployment.split_once('#').map(|(path, _)| path);
        (row.key.deployment == wanted.deployment || path == Some(wanted.deployment.as_str()))
            && wanted.item.as_ref().is_none_or(|item| *item == row.key.item)
    };
    let rows = controller.store.rollouts(&operator.scope).await?;
    let halted: Vec<RolloutRow> =
        rows.into_iter().filter(|row| named(row) && row.halt.is_some()).collect();
    if halted.is_empty() {
        let text = format!("no rollout of `{}` has halted", wanted.deployment);
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not-halted", text)
            .hint("`ordain rollouts` lists them"));
    }
    let mut cleared = 0;
    for row in halted {
        operator.whole(row.key.tenant.as_ref())?;
        tracing::warn!(
            deployment = row.key.deployment,
            item = row.key.item,
            "a halted rollout goes on"
        );
        let now = controller.clock.now();
        cleared += usize::from(controller.store.clear_rollout(row.key, now).await?);
    }
    Ok(Json(Cleared { cleared }))
}
