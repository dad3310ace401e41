//! Forges tell of pushes: a genuine call wakes the reader of the branch, no more.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use ordain_source::webhook::{self, Refusal as Unproven};

use super::Refusal;
use crate::controller::Controller;

/// Checks a call and looks for commits.
pub(crate) async fn call(
    State(controller): State<Arc<Controller>>,
    Path(forge): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Refusal> {
    if !["github", "gitlab", "gitea"].contains(&forge.as_str()) {
        return Err(Refusal::not_found("this address")
            .hint("webhooks go to /webhook/github, /webhook/gitlab or /webhook/gitea"));
    }
    let secret = controller.webhook_secret.as_ref().ok_or_else(|| unproven(Unproven::NoSecret))?;
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let genuine = webhook::check(secret, header, &body).map_err(unproven)?;
    if let Some(push) = genuine.push
        && push.concerns(&controller.location)
    {
        tracing::info!(
            repository = push.repository,
            reference = push.reference,
            "a webhook tells of a push"
        );
        controller.waker.wake();
    }
    Ok(StatusCode::NO_CONTENT)
}

fn unproven(refusal: Unproven) -> Refusal {
    tracing::warn!(%refusal, "a webhook's call was refused");
    let (status, code) = match refusal {
        Unproven::Unsigned => (StatusCode::UNAUTHORIZED, "unsigned"),
        Unproven::WrongSignature => (StatusCode::UNAUTHORIZED, "wrong-signature"),
        Unproven::NoSecret => (StatusCode::FORBIDDEN, "no-secret"),
        Unproven::Malformed => (StatusCode::BAD_REQUEST, "bad-request"),
    };
    let answer = Refusal::new(status, code, refusal.to_string());
    match refusal {
        Unproven::NoSecret => {
            answer.hint("set webhookSecretFile in the controller's configuration file")
        }
        Unproven::Unsigned | Unproven::WrongSignature | Unproven::Malformed => answer,
    }
}
