//! Commits: letting one go that waits for a person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Body;
use super::operator::Operator;
use crate::controller::Controller;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    revision: String,
}

/// The commit that was approved.
#[derive(Serialize)]
pub(crate) struct Approved {
    approved: String,
}

/// Lets the rejected commit of that id, or the only one whose id begins so,
/// take effect though it exceeds limits.
pub(crate) async fn approve(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Approved>, Refusal> {
    operator.whole(None)?;
    let rejected = controller.store.rejected_commits(&operator.scope).await?;
    let waits = rejected.iter().filter(|row| {
        row.revision.starts_with(&wanted.revision)
            && row.diagnostics.iter().any(|one| one.code == "limit-exceeded")
    });
    let mut revisions: Vec<&str> = waits.map(|row| row.revision.as_str()).collect();
    revisions.dedup();
    let [revision] = revisions[..] else {
        let text = format!("no commit `{}` waits for an approval", wanted.revision);
        return Err(Refusal::new(StatusCode::NOT_FOUND, "not-waiting", text)
            .hint("`ordain status` lists what was rejected, and why"));
    };
    tracing::warn!(revision, "a commit beyond the limits is approved");
    controller.store.approve_commit(revision, controller.clock.now()).await?;
    controller.waker.wake();
    Ok(Json(Approved { approved: revision.to_owned() }))
}
