//! Who may have a connection: whoever shows the certificate of an agent that
//! is still welcome, and nobody as somebody else.

use std::sync::Arc;

use axum::Extension;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{State, WebSocketUpgrade};
use axum::http::StatusCode;
use axum::response::Response;
use ordain_store::TenantScope;
use ordain_store::rows::AgentStatus;
use ordain_wire::MAX_MESSAGE;

use super::{Member, socket};
use crate::api::Refusal;
use crate::controller::Controller;
use crate::listener::Peer;

/// Bytes read at once: most messages are small, and thousands of connections are idle.
const READ_BUFFER: usize = 2048;

/// Opens an agent's socket.
pub(crate) async fn connect(
    State(controller): State<Arc<Controller>>,
    Extension(peer): Extension<Peer>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let bearer = peer.bearer().ok_or_else(|| {
        Refusal::new(
            StatusCode::UNAUTHORIZED,
            "certificate-missing",
            "agents connect with the certificate of their enrolment",
        )
    })?;
    let known = controller.store.agent(&TenantScope::All, &bearer.agent).await?;
    let known = known.filter(|agent| agent.key_fingerprint == bearer.key_fingerprint);
    let Some(agent) = known else {
        tracing::warn!(agent = %bearer.agent, "a certificate that belongs to no agent of this store was refused");
        return Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "agent-unknown",
            "this agent is not known here",
        )
        .hint("enrol the computer again"));
    };
    let upgrade = upgrade.map_err(|rejection| Refusal::bad_request(rejection.body_text()))?;
    let upgrade = upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0);
    let why = match agent.status {
        AgentStatus::Active => None,
        // It is asked who it is: a computer that was wiped has nobody left who could answer.
        AgentStatus::Superseded if agent.life.is_some() => None,
        AgentStatus::Superseded => Some("the computer was enrolled again"),
        AgentStatus::Removed => Some("the computer was removed"),
    };
    if let Some(why) = why {
        tracing::info!(agent = %agent.id, why, "an agent that is not welcome any more was turned away");
        return Ok(upgrade.on_upgrade(move |mut socket| async move {
            socket::say_goodbye(&mut socket, why).await;
        }));
    }
    let member = Member { agent: agent.id, tenant: agent.tenant, computer: agent.computer };
    let tracker = controller.sockets.clone();
    Ok(upgrade
        .on_upgrade(move |socket| tracker.track_future(socket::run(controller, member, socket))))
}
