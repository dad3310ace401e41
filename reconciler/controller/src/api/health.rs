//! For load balancers and watchdogs: alive, and ready.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use ordain_store::TenantScope;
use serde_json::{Value, json};

use crate::controller::Controller;

/// The process answers.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The database answers and a commit is in force.
pub(crate) async fn ready(State(controller): State<Arc<Controller>>) -> (StatusCode, Json<Value>) {
    let database = controller.store.commit_in_force(&TenantScope::All).await.is_ok();
    let policy = controller.policy().in_force.is_some();
    let status = if database && policy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(json!({"database": database, "policy": policy})))
}
