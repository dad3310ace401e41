//! Taking agents in: a token is exchanged for a certificate.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_core::identity::{Life, Place};
use ordain_store::rows::{BurnOutcome, EnrolAgent, EnrolRefusal, EnrolledAgent};
use ordain_store::{AgentId, ComputerId, TenantScope};
use ordain_wire::{EnrolRequest, EnrolResponse};

use super::Refusal;
use super::input::Body;
use crate::authority::Request;
use crate::controller::Controller;
use crate::drive::Signal;
use crate::tokens;

/// Enrols an agent. The certificate is made before the token is burnt, so that
/// a failure costs no token.
pub(crate) async fn enrol(
    State(controller): State<Arc<Controller>>,
    Body(asked): Body<EnrolRequest>,
) -> Result<Json<EnrolResponse>, Refusal> {
    let now = Timestamp::now();
    let token = tokens::hash(&asked.token);
    let tenant = match controller.store.look_at_token(&TenantScope::All, &token, now).await? {
        BurnOutcome::Usable(tenant) => tenant,
        BurnOutcome::Unknown => return Err(refused(EnrolRefusal::TokenUnknown, &asked.name)),
        BurnOutcome::Used => return Err(refused(EnrolRefusal::TokenUsed, &asked.name)),
        BurnOutcome::Expired => return Err(refused(EnrolRefusal::TokenExpired, &asked.name)),
    };
    check(&asked)?;
    let request = Request::read(&asked.csr).map_err(|error| bad_key(&error))?;
    let agent = AgentId::new(tokens::random_id("a-"));
    let lifetime = controller.agent_certificates;
    let issued = controller
        .authority
        .issue(&agent, &request, now, lifetime)
        .map_err(|error| Refusal::internal(&error))?;
    let new = EnrolAgent {
        token,
        agent: agent.clone(),
        computer: ComputerId::new(tokens::random_id("c-")),
        name: asked.name.clone(),
        life: Life { hardware: asked.identity.key, installation: asked.identity.installation_id },
        key_fingerprint: request.key_fingerprint(),
        certificate_expires_at: issued.expires_at,
        onboarding: controller.onboards(&tenant),
        at: now,
        online: controller.hub.online(),
    };
    let enrolled = controller
        .store
        .enrol(new.clone())
        .await?
        .map_err(|refusal| refused(refusal, &asked.name))?;
    let written = EnrolledAgent {
        tenant: enrolled.tenant.clone(),
        computer: enrolled.computer.clone(),
        agent: agent.clone(),
        name: enrolled.name.clone(),
        life: new.life,
        key_fingerprint: new.key_fingerprint,
        certificate_expires_at: new.certificate_expires_at,
        at: now,
    };
    controller.ledger.enrolled(written).await.map_err(|error| Refusal::internal(&error))?;
    for old in &enrolled.superseded {
        // It is asked who it is when it connects again.
        controller.hub.cut(old);
    }
    if let Place::Doubtful(original) = &enrolled.place {
        tracing::warn!(tenant = %enrolled.tenant, computer = enrolled.name, %original, "a computer may be a copy of another one: `ordain computers decide` tells");
    }
    controller.drive.tell(&enrolled.computer, Signal::Wake).await;
    tracing::info!(%agent, tenant = %enrolled.tenant, computer = enrolled.name, superseded = enrolled.superseded.len(), "an agent was enrolled");
    Ok(Json(EnrolResponse {
        agent: agent.to_string(),
        tenant: enrolled.tenant.to_string(),
        certificate: issued.pem,
        ca: controller.authority.pem().to_owned(),
    }))
}

/// What an agent says of itself is bounded and printable.
fn check(asked: &EnrolRequest) -> Result<(), Refusal> {
    let plain = |text: &str, longest: usize| {
        !text.is_empty() && text.len() <= longest && !text.chars().any(char::is_control)
    };
    if !plain(&asked.name, 253) || asked.name.contains('/') || asked.name.trim() != asked.name {
        return Err(Refusal::bad_request("the computer's name is empty, longer than 253 bytes, or has a `/` or control character").hint("use --name"));
    }
    if !plain(&asked.identity.key, 512) {
        return Err(Refusal::bad_request("the computer's identity is missing"));
    }
    let identity = &asked.identity;
    let further = [
        &identity.smbios_uuid,
        &identity.manufacturer,
        &identity.model,
        &identity.serial,
        &identity.installation_id,
    ];
    if further.into_iter().flatten().any(|text| text.len() > 512) {
        return Err(Refusal::bad_request(
            "a part of the computer's identity is longer than 512 bytes",
        ));
    }
    Ok(())
}

pub(super) fn bad_key(error: &crate::AuthorityError) -> Refusal {
    Refusal::new(
        StatusCode::BAD_REQUEST,
        "bad-request",
        format!("the certificate request cannot be used: {error}"),
    )
}

fn refused(refusal: EnrolRefusal, name: &str) -> Refusal {
    let fresh = "make another one with `ordain enroll --tenant T`";
    match refusal {
        EnrolRefusal::TokenUnknown => forbidden("token-unknown", "this enrolment token was never made here").hint("check that the whole token was copied, and the server's address"),
        EnrolRefusal::TokenUsed => forbidden("token-used", "this enrolment token has been used up").hint(fresh),
        EnrolRefusal::TokenExpired => forbidden("token-expired", "this enrolment token has expired").hint(fresh),
        EnrolRefusal::NameTaken => {
            Refusal::new(StatusCode::CONFLICT, "name-taken", format!("another computer of the tenant is called `{name}`"))
                .hint(format!("enrol with --name ANOTHER, or `ordain computers remove {name}` first if that one is gone"))
        }
    }
}

fn forbidden(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}
