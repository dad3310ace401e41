//! Fresh certificates for agents that are known, by proof of the same key.
//!
//! No client certificate is asked for, so that one which has expired renews
//! in the same way, up to [`LATEST`] afterwards.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use ordain_store::rows::AgentStatus;
use ordain_store::{AgentId, TenantScope};
use ordain_wire::{RenewRequest, RenewResponse};
use ring::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest, Sha256};

use super::Refusal;
use super::enrol::bad_key;
use super::input::Body;
use crate::authority::{Bearer, Request};
use crate::controller::Controller;

/// How long after its end a certificate still renews.
const LATEST: Duration = Duration::from_hours(90 * 24);
/// How far the agent's clock may be off.
const SKEW: Duration = Duration::from_hours(24);

/// Renews an agent's certificate.
pub(crate) async fn renew(
    State(controller): State<Arc<Controller>>,
    Body(asked): Body<RenewRequest>,
) -> Result<Json<RenewResponse>, Refusal> {
    let now = Timestamp::now();
    let id = AgentId::new(&asked.agent);
    let agent = controller.store.agent(&TenantScope::All, &id).await?.ok_or_else(unknown)?;
    let request = Request::read(&asked.csr).map_err(|error| bad_key(&error))?;
    let certificate = CertificateDer::from_pem_slice(asked.certificate.as_bytes()).ok();
    let bearer = certificate.as_ref().and_then(Bearer::of).ok_or_else(wrong_proof)?;
    let same_key = request.key_fingerprint() == agent.key_fingerprint
        && bearer.key_fingerprint == agent.key_fingerprint;
    if bearer.agent != id || !same_key || !is_signed(&asked, &request) {
        tracing::warn!(agent = %id, "a renewal without proof of the agent's key was refused");
        return Err(wrong_proof());
    }
    if agent.status != AgentStatus::Active {
        return Err(unknown());
    }
    let issued = Timestamp::from_second(asked.issued).map_err(|_| skewed())?;
    if now.duration_since(issued).unsigned_abs() > SKEW {
        return Err(skewed());
    }
    if now > agent.certificate_expires_at + LATEST {
        return Err(forbidden(
            "certificate-too-old",
            "the certificate ended more than 90 days ago",
        )
        .hint("enrol the computer again"));
    }
    let issued = controller
        .authority
        .issue(&id, &request, now, controller.agent_certificates)
        .map_err(|error| Refusal::internal(&error))?;
    controller.store.certificate_renewed(&id, issued.expires_at).await?;
    tracing::info!(agent = %id, expires = %issued.expires_at, "an agent's certificate was renewed");
    Ok(Json(RenewResponse { certificate: issued.pem, ca: controller.authority.pem().to_owned() }))
}

/// The signature in base64 over `ordain-renew-v1`, agent, time and the
/// request's SHA-256 in lower-case hexadecimal, each on a line; as ASN.1 or as
/// two fixed numbers.
fn is_signed(asked: &RenewRequest, request: &Request) -> bool {
    let digest = hex::encode(Sha256::digest(asked.csr.as_bytes()));
    let message = format!("ordain-renew-v1\n{}\n{}\n{digest}", asked.agent, asked.issued);
    let Ok(signature) = STANDARD.decode(&asked.signature) else { return false };
    let holds = |algorithm| {
        UnparsedPublicKey::new(algorithm, request.point())
            .verify(message.as_bytes(), &signature)
            .is_ok()
    };
    holds(&ECDSA_P256_SHA256_ASN1) || holds(&ECDSA_P256_SHA256_FIXED)
}

fn unknown() -> Refusal {
    forbidden("agent-removed", "this agent is not known here any more")
        .hint("enrol the computer again")
}

fn wrong_proof() -> Refusal {
    forbidden("wrong-proof", "the request does not prove that it comes from this agent")
        .hint("enrol the computer again if its data folder was changed")
}

fn skewed() -> Refusal {
    forbidden("clock-skew", "the agent's clock is more than a day away from the controller's")
        .hint("set the computer's clock, `ordain-agent doctor` compares them")
}

fn forbidden(code: &'static str, message: &str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}
