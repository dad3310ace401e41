//! Sessions: listing, showing, starting, following. What is done with one
//! that is there stands in `session`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Body as Stream;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use ordain_core::policy::Policy;
use ordain_core::session::{Kind, Origin, Session};
use ordain_schema::document::Offline;
use ordain_store::rows::{ComputerRow, SessionFilter, SessionRow};
use ordain_store::{SessionId, TenantScope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::input::{Asked, Body};
use super::operator::Operator;
use super::{Refusal, computers, onboarding};
use crate::controller::Controller;
use crate::drive::request::Asked as Limited;
use crate::drive::{begin, journal};
use crate::follow::InForce;
use crate::view::{Shown, log, remembered, shown};

/// Sessions on a page, where nothing is said.
const PAGE: u32 = 100;
/// The most sessions on a page.
const MOST: u32 = 10_000;
/// The most computers for which one request starts sessions.
const MOST_COMPUTERS: usize = 10_000;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
    computer: Option<String>,
    #[serde(default)]
    open: bool,
    before: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct List {
    sessions: Vec<Listed>,
}

/// A session as lists show it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    computer: String,
    tenant: String,
    kind: String,
    status: String,
    revision: Option<String>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    running_seconds: u64,
    reason: Option<String>,
}

impl List {
    pub(super) fn of(row: SessionRow) -> Self {
        Self { sessions: vec![row.into()] }
    }
}

impl From<SessionRow> for Listed {
    fn from(row: SessionRow) -> Self {
        Self {
            id: row.id.to_string(),
            computer: row.computer_name,
            tenant: row.tenant.to_string(),
            kind: row.kind,
            status: row.status,
            revision: row.revision,
            created_at: row.created_at,
            started_at: row.started_at,
            ended_at: row.ended_at,
            running_seconds: row.running_seconds,
            reason: row.reason,
        }
    }
}

/// Lists sessions, newest first.
pub(crate) async fn list(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(which): Asked<Which>,
) -> Result<Json<List>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let computer = match &which.computer {
        Some(wanted) => Some(computers::find(&controller, &scope, wanted).await?.id),
        None => None,
    };
    let filter = SessionFilter {
        computer,
        open: which.open,
        before: which.before.map(SessionId::new),
        limit: which.limit.unwrap_or(PAGE).clamp(1, MOST),
    };
    let rows = controller.store.sessions(&scope, &filter).await?;
    Ok(Json(List { sessions: rows.into_iter().map(Listed::from).collect() }))
}

/// Shows one session: the shape of `ordain sessions show --format json`.
pub(crate) async fn show(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<Json<Shown>, Refusal> {
    let row = find(&controller, &operator.scope, &id).await?;
    if is_pruned(&controller, &operator.scope, &row).await? {
        let outcomes = controller.store.outcomes(&operator.scope, &row.id).await?;
        return Ok(Json(remembered(&row, outcomes)));
    }
    let (session, asked) = replayed(&controller, &operator.scope, &row).await?;
    let online = controller.hub.is_online(&row.computer);
    Ok(Json(shown(&row, &session, asked, (controller.clock.now(), online))))
}

pub(super) async fn find(
    controller: &Controller,
    scope: &TenantScope,
    id: &str,
) -> Result<SessionRow, Refusal> {
    let row = controller.store.session(scope, &SessionId::new(id)).await?;
    row.ok_or_else(|| {
        Refusal::new(
            StatusCode::NOT_FOUND,
            "unknown-session",
            format!("there is no session `{id}`"),
        )
        .hint("`ordain sessions` lists them")
    })
}

/// Whether a session's journal was removed, since it is older than `retention`.
pub(super) async fn is_pruned(
    controller: &Controller,
    scope: &TenantScope,
    row: &SessionRow,
) -> Result<bool, Refusal> {
    Ok(!row.open && controller.store.events(scope, &row.id, 1).await?.is_empty())
}

/// A session as its journal tells of it, with what it was asked for.
pub(super) async fn replayed(
    controller: &Controller,
    scope: &TenantScope,
    row: &SessionRow,
) -> Result<(Session, Limited), Refusal> {
    let events = controller.store.events(scope, &row.id, 1).await?;
    let session = journal::replay(&events).map_err(|error| Refusal::internal(&error))?;
    let first = events.first().map(|first| first.event.as_str());
    let (_, asked) = journal::beginning(first).map_err(|error| Refusal::internal(&error))?;
    Ok((session, asked))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Wanted {
    computers: Vec<String>,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    kind: Option<String>,
    #[serde(default)]
    item: Option<String>,
    #[serde(default)]
    deployment: Option<String>,
    #[serde(default)]
    emergency: Option<String>,
    /// Whose the computers are, as whoever onboards them says.
    #[serde(default)]
    person: Option<String>,
    /// Values that whoever onboards them gives, by item and name.
    #[serde(default)]
    parameters: BTreeMap<String, BTreeMap<String, Value>>,
}

/// The longest reason of an emergency, in bytes.
const MOST_REASON: usize = 1_000;

/// Starts a session on each computer; none at all when one of them is not known.
pub(crate) async fn start(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Body(wanted): Body<Wanted>,
) -> Result<(StatusCode, Json<List>), Refusal> {
    let scope = operator.narrowed(wanted.tenant.as_deref())?;
    if wanted.computers.is_empty() || wanted.computers.len() > MOST_COMPUTERS {
        return Err(Refusal::bad_request(format!("name from 1 to {MOST_COMPUTERS} computers")));
    }
    let (kind, asked) = meaning(&controller, &wanted)?;
    let mut rows: Vec<ComputerRow> = Vec::new();
    for computer in &wanted.computers {
        let row = computers::find(&controller, &scope, computer).await?;
        if !row.standing.is_settled() {
            let message = format!("two say to be {}", row.name);
            return Err(Refusal::new(StatusCode::CONFLICT, "needs-decision", message)
                .hint(format!("decide with `ordain computers decide {}`", row.name)));
        }
        if !rows.iter().any(|known| known.id == row.id) {
            rows.push(row);
        }
    }
    if let Some(upn) = &wanted.person {
        onboarding::check_person(&controller, upn, &rows)?;
    }
    let mut sessions = Vec::new();
    for computer in rows {
        if let Some(upn) = &wanted.person {
            controller.store.give_person(&computer.id, Some(upn)).await?;
        }
        let wish = begin::Wish { kind, origin: Origin::Technician, offline: Offline::OnConnect };
        let row = begin::row(&computer, kind, begin::new_id(), controller.clock.now());
        sessions.push(controller.drive.begin(row, wish, &asked).await?.into());
    }
    Ok((StatusCode::CREATED, Json(List { sessions })))
}

/// The commit in force.
pub(super) fn in_force(controller: &Controller) -> Result<Arc<InForce>, Refusal> {
    controller.policy().in_force.ok_or_else(|| {
        let text = "no valid commit is in force yet";
        Refusal::new(StatusCode::CONFLICT, "no-policy", text).hint("`ordain status` says why")
    })
}

/// The kind and limit asked for, checked against the policy in force.
fn meaning(controller: &Controller, wanted: &Wanted) -> Result<(Kind, Limited), Refusal> {
    let in_force = in_force(controller)?;
    let asked = Limited {
        item: wanted.item.clone(),
        deployment: wanted.deployment.clone(),
        emergency: emergency(wanted)?,
        given: onboarding::given(&in_force.policy, &wanted.parameters)?,
        ..Limited::default()
    };
    let implied = if asked.is_whole() { Kind::Maintenance } else { Kind::Item };
    let kind = match wanted.kind.as_deref() {
        None => implied,
        Some(word) => Kind::from_word(word).ok_or_else(|| {
            let words: Vec<&str> = Kind::ALL.iter().map(|kind| kind.word()).collect();
            Refusal::bad_request(format!("there is no kind of session `{word}`"))
                .hint(format!("the kinds are {}", words.join(", ")))
        })?,
    };
    if kind == Kind::Item && asked.is_whole() {
        return Err(Refusal::bad_request(
            "a session of the kind `item` needs an item or a deployment",
        )
        .hint("name one with --item"));
    }
    if kind != Kind::Onboarding && (wanted.person.is_some() || !wanted.parameters.is_empty()) {
        return Err(Refusal::bad_request(
            "a person and parameters are given to sessions of the kind `onboarding` alone",
        )
        .hint("add --kind onboarding"));
    }
    known(&in_force.policy, kind, &asked)?;
    Ok((kind, asked))
}

/// What a session is limited to must be there.
pub(super) fn known(policy: &Policy, kind: Kind, asked: &Limited) -> Result<(), Refusal> {
    asked.under(policy, kind).map(|_| ()).map_err(|error| {
        Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-item", error.to_string())
    })
}

/// Why the session passes windows; a reason is given, and short enough to be kept.
fn emergency(wanted: &Wanted) -> Result<Option<String>, Refusal> {
    let Some(reason) = wanted.emergency.as_deref().map(str::trim) else {
        return Ok(None);
    };
    if reason.is_empty() || reason.len() > MOST_REASON {
        return Err(Refusal::bad_request("an emergency needs a reason")
            .hint(format!("write what the emergency is, in up to {MOST_REASON} bytes")));
    }
    Ok(Some(reason.to_owned()))
}

#[derive(Deserialize)]
pub(crate) struct Follow {
    #[serde(default)]
    follow: bool,
}

/// What has happened in a session, one JSON object on each line; with
/// `follow=true` also what happens from now on, until it is over.
pub(crate) async fn logs(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(id): Path<String>,
    Asked(how): Asked<Follow>,
) -> Result<Response, Refusal> {
    let row = find(&controller, &operator.scope, &id).await?;
    let lines = log(controller, operator.scope, row, how.follow);
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Stream::from_stream(lines))
        .into_response())
}
