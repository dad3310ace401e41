//! What people do with a session that is there: cancel it, put it off, do it again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use ordain_core::item::Item;
use ordain_core::session::{Kind, Origin};
use ordain_schema::document::{Offline, Postpone};
use ordain_store::TenantScope;
use serde::{Deserialize, Serialize};

use super::Refusal;
use super::input::Body;
use super::operator::Operator;
use super::sessions::{List, find, in_force, is_pruned, known, replayed};
use crate::controller::Controller;
use crate::drive::request::Asked as Limited;
use crate::drive::{Signal, begin};

/// The shortest and the longest time for which a session is put off, in seconds.
const POSTPONED: std::ops::RangeInclusive<u64> = 60..=30 * 24 * 60 * 60;

/// Cancels a session; what runs on the computer is told to stop.
pub(crate) async fn cancel(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let row = find(&controller, &operator.scope, &id).await?;
    if !row.open {
        return Err(Refusal::new(
            StatusCode::CONFLICT,
            "session-over",
            format!("the session is over: {}", row.status),
        ));
    }
    tracing::info!(session = %row.id, "a session is cancelled");
    controller.drive.tell(&row.computer, Signal::Cancel { session: row.id }).await;
    Ok(StatusCode::ACCEPTED)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ForHowLong {
    seconds: u64,
}

#[derive(Serialize)]
pub(crate) struct Postponed {
    id: String,
    until: Timestamp,
}

/// Puts a session off; it begins anew when that time is over.
pub(crate) async fn postpone(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(id): Path<String>,
    Body(wanted): Body<ForHowLong>,
) -> Result<(StatusCode, Json<Postponed>), Refusal> {
    let row = find(&controller, &operator.scope, &id).await?;
    let (session, asked) = replayed(&controller, &operator.scope, &row).await?;
    if !session.can_be_postponed() {
        let text = format!("the session cannot be put off: it is {}", row.status);
        return Err(Refusal::new(StatusCode::CONFLICT, "session-under-way", text)
            .hint("what runs can be cancelled with `ordain sessions cancel`"));
    }
    let in_force = in_force(&controller)?;
    let schedule = asked.schedule.as_deref().and_then(|name| in_force.policy.schedule_at(name));
    let rule = schedule.and_then(|schedule| schedule.postpone.as_ref());
    allowed(rule, session.postponements(), wanted.seconds)?;
    let by = SignedDuration::from_secs(i64::try_from(wanted.seconds).unwrap_or(0));
    let until = controller.clock.now().saturating_add(by).unwrap_or(Timestamp::MAX);
    tracing::info!(session = %row.id, %until, "a session is put off");
    let id = row.id.to_string();
    controller.drive.tell(&row.computer, Signal::Postpone { session: row.id, until }).await;
    Ok((StatusCode::ACCEPTED, Json(Postponed { id, until })))
}

/// Whether a session may be put off once more, for so many seconds: as its
/// schedule says, freely where it says nothing.
fn allowed(rule: Option<&Postpone>, so_far: u32, seconds: u64) -> Result<(), Refusal> {
    if !POSTPONED.contains(&seconds) {
        return Err(Refusal::bad_request("a session is put off for a minute up to thirty days"));
    }
    let Some(rule) = rule else { return Ok(()) };
    let refused = |text: String| Refusal::new(StatusCode::CONFLICT, "not-postponable", text);
    if let Some(max) = rule.max.filter(|max| so_far >= *max) {
        return Err(refused(format!("its schedule lets it be put off {max} times, and it was")));
    }
    if !rule.choices.iter().any(|choice| choice.0 == seconds) {
        let choices: Vec<String> =
            rule.choices.iter().map(|choice| format!("{}s", choice.0)).collect();
        return Err(refused("its schedule offers other times".to_owned())
            .hint(format!("choose one of {}", choices.join(", "))));
    }
    Ok(())
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Again {
    #[serde(default)]
    item: Option<String>,
}

/// Starts a session like one that is over, or for one of its actions alone.
pub(crate) async fn rerun(
    State(controller): State<Arc<Controller>>,
    operator: Operator,
    Path(id): Path<String>,
    Body(again): Body<Again>,
) -> Result<(StatusCode, Json<List>), Refusal> {
    let row = find(&controller, &operator.scope, &id).await?;
    if row.open {
        let text = format!("the session is not over: {}", row.status);
        return Err(Refusal::new(StatusCode::CONFLICT, "session-under-way", text)
            .hint("follow it with `ordain sessions logs --follow`, or cancel it first"));
    }
    if is_pruned(&controller, &operator.scope, &row).await? {
        let text = "what the session was asked for is not kept any longer";
        return Err(Refusal::new(StatusCode::GONE, "journal-removed", text)
            .hint("start one with `ordain sessions start`"));
    }
    let (session, before) = replayed(&controller, &operator.scope, &row).await?;
    let rerun_of = Some(row.id.to_string());
    let (kind, asked) = match again.item {
        None => (session.created().kind, Limited { rerun_of, ..before }),
        Some(item) => {
            let named = item.parse::<Item>().ok();
            if !session.actions().any(|action| Some(&action.row.item) == named.as_ref()) {
                let text = format!("the session has no action on `{item}`");
                return Err(Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-item", text)
                    .hint(format!("`ordain sessions show {}` lists its actions", row.id)));
            }
            let emergency = before.emergency;
            (Kind::Item, Limited { item: Some(item), emergency, rerun_of, ..Limited::default() })
        }
    };
    known(&in_force(&controller)?.policy, kind, &asked)?;
    let scope = TenantScope::One(row.tenant.clone());
    let computer = controller.store.computer(&scope, &row.computer).await?;
    let computer = computer.ok_or_else(|| Refusal::not_found("the session's computer"))?;
    let wish = begin::Wish { kind, origin: Origin::Technician, offline: Offline::OnConnect };
    let row = begin::row(&computer, kind, begin::new_id(), controller.clock.now());
    let row = controller.drive.begin(row, wish, &asked).await?;
    Ok((StatusCode::CREATED, Json(List::of(row))))
}
