//! What a person decides of a computer: who it is, whose it is, whether it is left alone.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_core::identity::Decision;
use ordain_store::rows::{AgentStatus, ComputerRow, Decide, EnrolledAgent, Undecided};
use ordain_store::{TenantId, TenantScope};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::computers::find;
use super::enrolments::known_tenant;
use super::input::Body;
use super::operator::Operator;
use crate::controller::Controller;
use crate::drive::Signal;

/// A computer after a decision.
#[derive(Serialize)]
pub(crate) struct Settled {
    computer: String,
    tenant: String,
    standing: &'static str,
}

impl From<&ComputerRow> for Settled {
    fn from(row: &ComputerRow) -> Self {
        Self {
            computer: row.name.clone(),
            tenant: row.tenant.to_string(),
            standing: row.standing.word(),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Answer {
    is: Is,
    #[serde(default)]
    tenant: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Is {
    Same,
    New,
}

/// Decides whether two that say to be one computer are one.
pub(crate) async fn decide(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Body(answer): Body<Answer>,
) -> Result<Json<Settled>, Refusal> {
    let scope = operator.narrowed(answer.tenant.as_deref())?;
    let row = find(&controller, &scope, &computer).await?;
    let decision = match answer.is {
        Is::Same => Decision::Same,
        Is::New => Decision::New,
    };
    let decide = Decide {
        computer: row.id.clone(),
        decision,
        onboarding: controller.onboards(&row.tenant),
        at: Timestamp::now(),
    };
    let decided = controller.store.decide(decide).await?.map_err(|why| refused(why, &row.name))?;
    for agent in &decided.superseded {
        // It is asked who it is when it connects again.
        controller.hub.cut(agent);
    }
    for agent in &decided.moved {
        controller.hub.cut(agent);
    }
    write_down(&controller, &decided.computer).await?;
    if decided.computer.id != row.id {
        let removed = controller.ledger.removed(&row.id, Timestamp::now()).await;
        removed.map_err(|error| Refusal::internal(&error))?;
        controller.drive.tell(&row.id, Signal::Wake).await;
    }
    controller.drive.tell(&decided.computer.id, Signal::Wake).await;
    tracing::info!(tenant = %row.tenant, computer = row.name, ?decision, "a person decided who a computer is");
    Ok(Json(Settled::from(&decided.computer)))
}

/// Writes down beside the database where a computer's agents belong.
async fn write_down(controller: &Controller, row: &ComputerRow) -> Result<(), Refusal> {
    let scope = TenantScope::One(row.tenant.clone());
    for agent in controller.store.agents(&scope).await? {
        if agent.computer != row.id || agent.status != AgentStatus::Active {
            continue;
        }
        let written = EnrolledAgent {
            tenant: row.tenant.clone(),
            computer: row.id.clone(),
            agent: agent.id,
            name: row.name.clone(),
            life: agent.life.unwrap_or_else(|| row.lives.present.clone()),
            key_fingerprint: agent.key_fingerprint,
            certificate_expires_at: agent.certificate_expires_at,
            at: agent.enrolled_at,
        };
        let written = controller.ledger.enrolled(written).await;
        written.map_err(|error| Refusal::internal(&error))?;
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Whither {
    to: String,
    #[serde(default)]
    tenant: Option<String>,
}

/// Takes a computer to another tenant. Nothing that was found out goes along.
pub(crate) async fn move_to(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Body(whither): Body<Whither>,
) -> Result<Json<Settled>, Refusal> {
    let scope = operator.narrowed(whither.tenant.as_deref())?;
    // Whoever moves a computer sees both tenants.
    operator.narrowed(Some(&whither.to))?;
    known_tenant(&controller, &whither.to)?;
    let row = find(&controller, &scope, &computer).await?;
    let to = TenantId::new(&whither.to);
    if row.tenant == to {
        return Err(Refusal::bad_request(format!("{} is of {to} already", row.name)));
    }
    let onboarding = controller.onboards(&to);
    let moved = controller.store.move_computer(&row.id, &to, onboarding, Timestamp::now()).await?;
    let agents = moved.map_err(|why| refused(why, &row.name))?;
    for agent in &agents {
        // It learns of its tenant when it connects again.
        controller.hub.cut(agent);
    }
    let scope = TenantScope::One(to);
    let moved = controller.store.computer(&scope, &row.id).await?;
    let moved = moved.ok_or_else(|| refused(Undecided::Missing, &row.name))?;
    write_down(&controller, &moved).await?;
    controller.drive.tell(&row.id, Signal::Wake).await;
    tracing::info!(from = %row.tenant, to = %moved.tenant, computer = row.name, "a computer was moved to another tenant");
    Ok(Json(Settled::from(&moved)))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Alone {
    excluded: bool,
    #[serde(default)]
    tenant: Option<String>,
}

/// Keeps sessions away from a computer, or no more.
pub(crate) async fn exclude(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Body(alone): Body<Alone>,
) -> Result<StatusCode, Refusal> {
    let scope = operator.narrowed(alone.tenant.as_deref())?;
    let row = find(&controller, &scope, &computer).await?;
    let since = alone.excluded.then(Timestamp::now);
    controller.store.exclude(&row.tenant, &row.id, since).await?;
    tracing::info!(tenant = %row.tenant, computer = row.name, excluded = alone.excluded, "a person said whether sessions touch a computer");
    Ok(StatusCode::NO_CONTENT)
}

fn refused(why: Undecided, name: &str) -> Refusal {
    let conflict = |code, message: String| Refusal::new(StatusCode::CONFLICT, code, message);
    match why {
        Undecided::Missing => Refusal::new(
            StatusCode::NOT_FOUND,
            "unknown-computer",
            format!("no computer is called `{name}`"),
        ),
        Undecided::Settled => conflict("nothing-to-decide", format!("nobody doubts who {name} is"))
            .hint("`ordain computers` shows those with the standing needs-decision"),
        Undecided::OriginalGone => conflict(
            "nothing-to-decide",
            format!("the computer of which {name} may be a copy was removed"),
        )
        .hint("decide with --new"),
        Undecided::NameTaken => {
            conflict("name-taken", format!("that tenant has another computer called `{name}`"))
                .hint("remove that one first, or enrol this one there under another name")
        }
    }
}
