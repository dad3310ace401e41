//! What computers handed back or made: what there is, reading it, who read it.
//!
//! What is encrypted stays encrypted here; whoever reads it has the tenant's
//! identity. Reading is written down before anything is answered.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::Timestamp;
use ordain_store::rows::{AuditRow, KeptContent, KeptRow};
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::computers::find;
use super::input::{Asked, Body};
use super::operator::Operator;
use crate::controller::Controller;

/// How many entries are listed unless more are asked for.
const ENTRIES: u32 = 100;
/// The most entries at once.
const MOST: u32 = 10_000;
/// The longest name or reason that is written down, in characters.
const LONGEST: usize = 500;

#[derive(Deserialize)]
pub(crate) struct Which {
    tenant: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Listed {
    kept: Vec<Entry>,
}

/// Something that is kept, without what it is.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    item: String,
    name: String,
    made_at: Timestamp,
    encrypted: bool,
}

/// Lists what is kept of a computer, and shows nothing of it.
pub(crate) async fn list(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Asked(which): Asked<Which>,
) -> Result<Json<Listed>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let computer = find(&controller, &scope, &computer).await?;
    let rows = controller.store.kept(&scope, &computer.id).await?;
    let entry = |row: KeptRow| Entry {
        encrypted: matches!(row.content, KeptContent::Escrow(_)),
        item: row.item,
        name: row.name,
        made_at: row.made_at,
    };
    Ok(Json(Listed { kept: rows.into_iter().map(entry).collect() }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Wanted {
    item: String,
    name: String,
    /// Who reads it, as that one says.
    who: String,
    reason: Option<String>,
}

#[derive(Serialize)]
pub(crate) struct Shown {
    computer: String,
    tenant: String,
    item: String,
    name: String,
    values: Vec<Value>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Value {
    made_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    age: Option<String>,
}

/// Gives what is kept under a name, the newest first, and writes down who asked.
pub(crate) async fn show(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(computer): Path<String>,
    Asked(which): Asked<Which>,
    Body(wanted): Body<Wanted>,
) -> Result<Json<Shown>, Refusal> {
    let scope = operator.narrowed(which.tenant.as_deref())?;
    let computer = find(&controller, &scope, &computer).await?;
    let mut rows = controller.store.kept(&scope, &computer.id).await?;
    rows.retain(|row| row.item == wanted.item && row.name == wanted.name);
    if rows.is_empty() {
        let (item, name) = (&wanted.item, &wanted.name);
        let message = format!("nothing is kept of `{name}` of {item} on `{}`", computer.name);
        return Err(Refusal::new(StatusCode::NOT_FOUND, "unknown-secret", message)
            .hint("`ordain secrets list COMPUTER` lists what is"));
    }
    let at = Timestamp::now();
    let brief = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let entry = AuditRow {
        tenant: computer.tenant.clone(),
        id: format!("{:020}-{:016x}", at.as_millisecond(), rand::random::<u64>()),
        at,
        who: brief(&wanted.who),
        what: "secret-read".to_owned(),
        computer: Some(computer.name.clone()),
        item: Some(wanted.item.clone()),
        name: Some(wanted.name.clone()),
        reason: wanted.reason.as_deref().map(brief),
    };
    controller.store.note_audit(entry).await?;
    tracing::info!(tenant = %computer.tenant, computer = computer.name, item = wanted.item, name = wanted.name, who = wanted.who, "a kept secret was read");
    let value = |row: KeptRow| {
        let (text, age) = match row.content {
            KeptContent::Plain(text) => (Some(text), None),
            KeptContent::Escrow(age) => (None, Some(age)),
        };
        Value { made_at: row.made_at, text, age }
    };
    Ok(Json(Shown {
        computer: computer.name,
        tenant: computer.tenant.to_string(),
        item: wanted.item,
        name: wanted.name,
        values: rows.into_iter().map(value).collect(),
    }))
}

#[derive(Deserialize)]
pub(crate) struct Page {
    tenant: Option<String>,
    limit: Option<u32>,
}

#[derive(Serialize)]
pub(crate) struct Audit {
    entries: Vec<Audited>,
}

#[derive(Serialize)]
struct Audited {
    at: Timestamp,
    who: String,
    what: String,
    tenant: String,
    computer: Option<String>,
    item: Option<String>,
    name: Option<String>,
    reason: Option<String>,
}

/// Lists who did what, the newest first.
pub(crate) async fn audit(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Asked(page): Asked<Page>,
) -> Result<Json<Audit>, Refusal> {
    let scope = operator.narrowed(page.tenant.as_deref())?;
    let limit = page.limit.unwrap_or(ENTRIES).min(MOST);
    let rows = controller.store.audit(&scope, limit).await?;
    let entry = |row: AuditRow| Audited {
        at: row.at,
        who: row.who,
        what: row.what,
        tenant: row.tenant.to_string(),
        computer: row.computer,
        item: row.item,
        name: row.name,
        reason: row.reason,
    };
    Ok(Json(Audit { entries: rows.into_iter().map(entry).collect() }))
}
