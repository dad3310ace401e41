//! A journal's entries as lines of a log: what changed, in words.

use jiff::Timestamp;
use ordain_core::execute::{ActionResult, At, End, Entry, EntryState, Progress};
use ordain_core::order::{Found, Step};
use ordain_core::session::{Event, Report, Session, StageView, WaitingFor};
use serde::Serialize;

use super::restart;

/// One line of a session's log.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Line {
    /// The session's status changed.
    Status {
        at: Timestamp,
        status: &'static str,
        waiting_for: Option<&'static str>,
        message: Option<String>,
    },
    /// It was started in an emergency, and passes windows.
    Emergency { at: Timestamp, message: String },
    /// A stage changed.
    Stage { at: Timestamp, stage: &'static str, status: &'static str },
    /// Something was found out.
    Finding {
        at: Timestamp,
        item: String,
        version: Option<String>,
        answer: Option<bool>,
        message: Option<String>,
    },
    /// An action stands in the plan.
    Planned {
        at: Timestamp,
        item: String,
        action: &'static str,
        reason: &'static str,
        from: Option<String>,
        to: Option<String>,
        by: Option<String>,
        failed: bool,
    },
    /// A piece of work started.
    Started { at: Timestamp, item: String, attempt: u32, phase: &'static str },
    /// A piece of work ended.
    Finished {
        at: Timestamp,
        item: String,
        attempt: u32,
        phase: &'static str,
        exit_code: Option<i32>,
        detected: Option<String>,
        output: String,
        message: Option<String>,
    },
    /// A piece of work was cut off.
    Interrupted { at: Timestamp, item: String, attempt: u32, phase: &'static str },
    /// A process wrote something; not stored.
    Output { at: Timestamp, item: String, attempt: u32, phase: &'static str, text: String },
    /// The computer is restarted before the first action or after the last, or
    /// is not, for a reason.
    Restart {
        at: Timestamp,
        when: &'static str,
        status: &'static str,
        result: Option<&'static str>,
        reason: Option<&'static str>,
        message: Option<String>,
    },
    /// An action has come to its end.
    Action {
        at: Timestamp,
        item: String,
        action: &'static str,
        status: &'static str,
        result: Option<&'static str>,
        message: Option<String>,
    },
}

/// What is compared before and after an event.
struct Glance {
    status: (&'static str, Option<&'static str>),
    stages: Vec<StageView>,
    actions: Vec<(&'static str, Option<&'static str>)>,
}

impl Glance {
    fn of(session: &Session) -> Self {
        Self {
            status: (session.status().word(), session.waiting_for().map(WaitingFor::word)),
            stages: session.stages().collect(),
            actions: session
                .actions()
                .map(|action| (action.status.word(), action.result.map(ActionResult::word)))
                .collect(),
        }
    }
}

/// Lets a session take an event in, and says what came of it.
pub(super) fn step(session: &mut Session, event: Event, at: Timestamp) -> Vec<Line> {
    let before = Glance::of(session);
    let said = event.clone();
    session.step(event, at);
    let mut lines = spoken(session, &said, at);
    let after = Glance::of(session);
    for (old, new) in before.stages.iter().zip(&after.stages) {
        if old.status != new.status {
            lines.push(Line::Stage { at, stage: new.stage.word(), status: new.status.word() });
        }
    }
    if !matches!(said, Event::Planned { .. }) {
        lines.extend(ended_actions(session, &before, at));
    }
    if before.status != after.status {
        let message = session.message().map(str::to_owned);
        lines.push(Line::Status {
            at,
            status: after.status.0,
            waiting_for: after.status.1,
            message,
        });
    }
    lines
}

/// The session as it was made.
pub(super) fn first(session: &Session, at: Timestamp) -> Line {
    Line::Status {
        at,
        status: session.status().word(),
        waiting_for: session.waiting_for().map(WaitingFor::word),
        message: None,
    }
}

/// Output as it comes.
pub(super) fn output(session: &Session, place: At, text: String) -> Option<Line> {
    let (item, phase) = work(session, place)?;
    Some(Line::Output { at: Timestamp::now(), item, attempt: place.attempt, phase, text })
}

fn ended_actions(session: &Session, before: &Glance, at: Timestamp) -> Vec<Line> {
    let over = |status: &str| ["done", "held", "skipped", "cancelled"].contains(&status);
    let news = session
        .actions()
        .zip(&before.actions)
        .filter(|(action, (status, _))| over(action.status.word()) && !over(status));
    news.map(|(action, _)| Line::Action {
        at,
        item: action.row.item.to_string(),
        action: action.action.word(),
        status: action.status.word(),
        result: action.result.map(ActionResult::word),
        message: action.message.map(str::to_owned).or_else(|| action.held.map(ToString::to_string)),
    })
    .collect()
}

/// What an event says by itself.
fn spoken(session: &Session, event: &Event, at: Timestamp) -> Vec<Line> {
    match event {
        Event::Planned { rows, .. } => rows
            .iter()
            .map(|row| Line::Planned {
                at,
                item: row.item.to_string(),
                action: row.action.word(),
                reason: row.reason.word(),
                from: row.from.clone(),
                to: row.to.clone(),
                by: row.by.clone(),
                failed: row.failed,
            })
            .collect(),
        Event::Reported { report: Report::Detected(findings), .. } => {
            findings.iter().map(|finding| found(finding, at)).collect()
        }
        Event::Reported { report: Report::Progress(progress), .. } => {
            progressed(session, progress, at).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn found(finding: &ordain_core::order::Finding, at: Timestamp) -> Line {
    let item = finding.item.to_string();
    let (version, answer, message) = match &finding.found {
        Found::Software { version, test, offered: _ } => (version.clone(), *test, None),
        Found::Answer { answer, changes } => {
            (None, Some(*answer), Some(changes.clone()).filter(|changes| !changes.is_empty()))
        }
        Found::Output(output) => (None, None, Some(output.clone())),
        Found::Pending(what) => (None, None, Some(format!("waits for {}", what.word()))),
        Found::Failed(failure) => (None, None, Some(failure.clone())),
    };
    Line::Finding { at, item, version, answer, message }
}

fn progressed(session: &Session, progress: &Progress, at: Timestamp) -> Option<Line> {
    if let Some(line) = restarted(progress, at) {
        return Some(line);
    }
    match progress {
        Progress::Started(place) => {
            let (item, phase) = work(session, *place)?;
            Some(Line::Started { at, item, attempt: place.attempt, phase })
        }
        Progress::Interrupted(place) => {
            let (item, phase) = work(session, *place)?;
            Some(Line::Interrupted { at, item, attempt: place.attempt, phase })
        }
        Progress::Finished(place, outcome) => {
            let (item, phase) = work(session, *place)?;
            let entry = entry(session, *place);
            let detected =
                if let End::Detected(version) = &outcome.end { version.clone() } else { None };
            let message = entry.and_then(|entry| match &entry.state {
                EntryState::Finished(_, message) => message.clone(),
                EntryState::Running | EntryState::Interrupted => None,
            });
            let exit_code = entry.and_then(Entry::exit_code);
            Some(Line::Finished {
                at,
                item,
                attempt: place.attempt,
                phase,
                exit_code,
                detected,
                output: outcome.output.clone(),
                message,
            })
        }
        Progress::Held { .. } | Progress::Cancelled => None,
    }
}

fn restarted(progress: &Progress, at: Timestamp) -> Option<Line> {
    let (place, (status, result, reason, message)) = match progress {
        Progress::Started(place) => (place, ("running", None, None, None)),
        Progress::Interrupted(place) => (place, ("waiting", None, None, None)),
        Progress::Finished(place, outcome) => (place, restart::ended(outcome)),
        Progress::Held { .. } | Progress::Cancelled => return None,
    };
    let when = restart::when(*place)?;
    Some(Line::Restart { at, when, status, result, reason, message })
}

/// Item and phase of a piece of work.
fn work(session: &Session, place: At) -> Option<(String, &'static str)> {
    let step: &Step = session.execution()?.steps().get(place.step as usize)?;
    let phase = step.works.get(place.work as usize).map_or("detect", |work| work.phase.word());
    Some((step.item.to_string(), phase))
}

fn entry(session: &Session, place: At) -> Option<&Entry> {
    let result = session.execution()?.results().nth(place.step as usize)?;
    result.log.iter().rev().find(|entry| entry.at == place)
}
