//! What is answered over HTTP: to agents, to people and programs, to forges.
//!
//! Errors are always `{"error": {"code", "message", "hint"}}`, see [`refusal`].
//! Everything below `/api/v1` asks for the administrator's token, see
//! [`operator`]; what is below `/agent/v1` is for agents alone. `/m` is where the links in
//! messages lead, see [`links`].

mod approvals;
mod commits;
mod computers;
mod decisions;
mod enrol;
mod enrolments;
mod health;
mod input;
mod inventory;
mod kept;
mod links;
mod onboarding;
mod operator;
mod outcome;
mod pauses;
mod refusal;
mod renew;
mod rollouts;
mod session;
mod sessions;
mod status;
mod webhook;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post};

use crate::controller::Controller;

pub(crate) use refusal::{Refusal, chain};

/// The largest body of a request, except a webhook's.
const BODY: usize = 256 * 1024;
/// The largest body of a webhook's call.
const WEBHOOK_BODY: usize = 8 * 1024 * 1024;

/// Every route.
pub(crate) fn routes(controller: Arc<Controller>) -> Router {
    let agents = Router::new()
        .route("/agent/v1/enrol", post(enrol::enrol))
        .route("/agent/v1/renew", post(renew::renew))
        .route("/agent/v1/connect", get(crate::hub::connect));
    let people = Router::new()
        .route("/api/v1/status", get(status::status))
        .route("/api/v1/enrolments", post(enrolments::make))
        .route("/api/v1/computers", get(computers::list))
        .route("/api/v1/computers/{computer}", get(computers::show))
        .route("/api/v1/computers/{computer}", delete(computers::remove))
        .route("/api/v1/computers/{computer}/facts/{fact}", get(computers::history))
        .route("/api/v1/computers/{computer}/decide", post(decisions::decide))
        .route("/api/v1/computers/{computer}/move", post(decisions::move_to))
        .route("/api/v1/computers/{computer}/exclude", post(decisions::exclude))
        .route("/api/v1/computers/{computer}/kept", get(kept::list))
        .route("/api/v1/computers/{computer}/kept", post(kept::show))
        .route("/api/v1/audit", get(kept::audit))
        .route("/api/v1/sessions", get(sessions::list))
        .route("/api/v1/sessions", post(sessions::start))
        .route("/api/v1/sessions/{session}", get(sessions::show))
        .route("/api/v1/sessions/{session}/cancel", post(session::cancel))
        .route("/api/v1/sessions/{session}/postpone", post(session::postpone))
        .route("/api/v1/sessions/{session}/rerun", post(session::rerun))
        .route("/api/v1/sessions/{session}/logs", get(sessions::logs))
        .route("/api/v1/compliance", get(outcome::compliant))
        .route("/api/v1/failures", get(outcome::failed))
        .route("/api/v1/versions/{software}", get(outcome::versions))
        .route("/api/v1/history", get(outcome::history))
        .route("/api/v1/inventory", get(inventory::export))
        .route("/api/v1/commits/approve", post(commits::approve))
        .route("/api/v1/approvals", get(approvals::list))
        .route("/api/v1/approvals", post(approvals::change))
        .route("/api/v1/rollouts", get(rollouts::list))
        .route("/api/v1/rollouts/clear", post(rollouts::clear))
        .route("/api/v1/pause", post(pauses::pause))
        .route("/api/v1/resume", post(pauses::resume));
    let persons = Router::new()
        .route("/m/{token}", get(links::show))
        .route("/m/{token}/{action}", post(links::decide));
    let forges = Router::new()
        .route("/webhook/{forge}", post(webhook::call))
        .layer(DefaultBodyLimit::max(WEBHOOK_BODY));
    let health =
        Router::new().route("/healthz", get(health::alive)).route("/readyz", get(health::ready));
    Router::new()
        .merge(agents)
        .merge(people)
        .merge(persons)
        .layer(DefaultBodyLimit::max(BODY))
        .merge(forges)
        .merge(health)
        .fallback(async || Refusal::not_found("this address"))
        .method_not_allowed_fallback(async || Refusal::method())
        .with_state(controller)
}
