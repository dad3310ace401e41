//! The shape of `ordain sessions show --format json`.

use jiff::Timestamp;
use ordain_core::execute::{ActionResult, ActionStatus, Entry, EntryState};
use ordain_core::item::{Act, Phase, Reason};
use ordain_core::order::{Hold, Pending};
use ordain_core::session::{ActionView, Session, WaitingFor};
use ordain_store::rows::{OutcomeRow, SessionRow};
use serde::Serialize;

use super::restart::{ShownRestart, restarts};
use crate::drive::request::Asked;

/// A session.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Shown {
    id: String,
    computer: String,
    tenant: String,
    kind: String,
    status: String,
    revision: Option<String>,
    /// Who wants it.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<&'static str>,
    /// The schedule that started it, as `path#name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<String>,
    /// The session that left something undone for which this one comes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    comes_back_for: Option<String>,
    /// Why it passes windows, where it does.
    emergency: Option<String>,
    /// The session that it does again.
    rerun_of: Option<String>,
    created_at: Timestamp,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    running_seconds: u64,
    waiting_for: Option<&'static str>,
    /// Until when, where that is a time.
    waits_until: Option<Timestamp>,
    message: Option<String>,
    stages: Vec<ShownStage>,
    actions: Vec<ShownAction>,
    /// The restarts before the first action and after the last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    restarts: Vec<ShownRestart>,
}

#[derive(Debug, Serialize)]
struct ShownStage {
    stage: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAction {
    item: String,
    action: &'static str,
    reason: &'static str,
    from: Option<String>,
    to: Option<String>,
    by: Option<String>,
    line: Option<u32>,
    because: Option<String>,
    waits_for: Vec<String>,
    phase: &'static str,
    status: &'static str,
    result: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiting_for: Option<&'static str>,
    /// What is done once nothing holds it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    planned: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_by: Option<Vec<ShownHold>>,
    /// When it may start.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    message: Option<String>,
    attempts: Vec<ShownAttempt>,
}

/// Something that holds an action back.
#[derive(Debug, Serialize)]
struct ShownHold {
    what: String,
    until: Option<Timestamp>,
}

impl From<&Hold> for ShownHold {
    fn from(hold: &Hold) -> Self {
        Self { what: hold.what.clone(), until: hold.until }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ShownAttempt {
    attempt: u32,
    phase: &'static str,
    exit_code: Option<i32>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
    output: Option<String>,
    message: Option<String>,
}

/// Shows a session as it stands at a moment, while its computer is there or away.
pub(crate) fn shown(
    row: &SessionRow,
    session: &Session,
    asked: Asked,
    (now, online): (Timestamp, bool),
) -> Shown {
    let ended_at = row.ended_at.or_else(|| session.ended_at());
    Shown {
        id: row.id.to_string(),
        computer: row.computer_name.clone(),
        tenant: row.tenant.to_string(),
        kind: row.kind.clone(),
        status: row.status.clone(),
        revision: row.revision.clone(),
        origin: Some(session.created().origin.word()),
        schedule: asked.schedule,
        comes_back_for: asked.again,
        emergency: asked.emergency,
        rerun_of: asked.rerun_of,
        created_at: row.created_at,
        started_at: session.started_at(),
        ended_at,
        running_seconds: session.running_seconds(ended_at.unwrap_or(now)),
        waiting_for: waiting_for(session, now, online).map(WaitingFor::word),
        waits_until: session.waits_until(),
        message: session.message().map(str::to_owned),
        stages: session
            .stages()
            .map(|view| ShownStage {
                stage: view.stage.word(),
                status: view.status.word(),
                reason: view.reason,
            })
            .collect(),
        actions: session.actions().map(action).collect(),
        restarts: restarts(session),
    }
}

/// What it waits for: a turn, where its computer is back or its time has come
/// and limits or a pause hold it all the same.
fn waiting_for(session: &Session, now: Timestamp, online: bool) -> Option<WaitingFor> {
    session.waiting_for().map(|what| match what {
        WaitingFor::Connection if online && session.order().is_none() => WaitingFor::Turn,
        WaitingFor::ExecutionTime if session.waits_until().is_some_and(|at| at <= now) => {
            WaitingFor::Turn
        }
        what => what,
    })
}

/// Shows a session of which only the results are kept: what became of each
/// item where that was news then.
pub(crate) fn remembered(row: &SessionRow, outcomes: Vec<OutcomeRow>) -> Shown {
    Shown {
        id: row.id.to_string(),
        computer: row.computer_name.clone(),
        tenant: row.tenant.to_string(),
        kind: row.kind.clone(),
        status: row.status.clone(),
        revision: row.revision.clone(),
        origin: None,
        schedule: None,
        comes_back_for: None,
        emergency: None,
        rerun_of: None,
        created_at: row.created_at,
        started_at: row.started_at,
        ended_at: row.ended_at,
        running_seconds: row.running_seconds,
        waiting_for: None,
        waits_until: None,
        message: row.reason.clone(),
        stages: Vec::new(),
        actions: outcomes.into_iter().map(outcome).collect(),
        restarts: Vec::new(),
    }
}

fn outcome(outcome: OutcomeRow) -> ShownAction {
    ShownAction {
        item: outcome.item,
        action: Act::from_word(&outcome.action).unwrap_or(Act::None).word(),
        reason: Reason::from_word(&outcome.reason).unwrap_or(Reason::Unknown).word(),
        from: outcome.from,
        to: outcome.to,
        by: outcome.by,
        line: None,
        because: None,
        waits_for: Vec::new(),
        phase: Phase::Main.word(),
        status: ActionStatus::from_word(&outcome.status).unwrap_or(ActionStatus::Done).word(),
        result: outcome.result.as_deref().and_then(ActionResult::from_word).map(ActionResult::word),
        waiting_for: None,
        planned: None,
        held_by: None,
        until: None,
        message: outcome.message,
        attempts: Vec::new(),
    }
}

fn action(view: ActionView<'_>) -> ShownAction {
    ShownAction {
        item: view.row.item.to_string(),
        action: view.action.word(),
        planned: view.held.map(|_| view.row.action.word()),
        held_by: view.held.map(|holding| holding.by.iter().map(ShownHold::from).collect()),
        until: view.held.and_then(|holding| holding.until),
        reason: view.reason.word(),
        from: view.row.from.clone(),
        to: view.row.to.clone(),
        by: view.row.by.clone(),
        line: view.row.line,
        because: view.row.because.clone(),
        waits_for: view.row.waits_for.iter().map(ToString::to_string).collect(),
        phase: view.row.phase.word(),
        status: view.status.word(),
        result: view.result.map(ActionResult::word),
        waiting_for: view.pending.map(Pending::word),
        message: view.message.map(str::to_owned),
        attempts: view.log.iter().map(attempt).collect(),
    }
}

fn attempt(entry: &Entry) -> ShownAttempt {
    let outcome = entry.outcome();
    let time = |millis: i64| Timestamp::from_millisecond(millis).ok();
    let message = match &entry.state {
        EntryState::Finished(_, message) => message.clone(),
        EntryState::Interrupted => Some("it was interrupted; how it ended is not known".to_owned()),
        EntryState::Running => None,
    };
    ShownAttempt {
        attempt: entry.at.attempt,
        phase: entry.phase.word(),
        exit_code: entry.exit_code(),
        started_at: outcome.and_then(|outcome| time(outcome.started_ms)),
        ended_at: outcome.and_then(|outcome| time(outcome.ended_ms)),
        output: outcome.map(|outcome| outcome.output.clone()),
        message,
    }
}
