//! How a session's journal is written: one JSON object for each entry.
//!
//! The first entry says what the session is; each further one is an event of
//! the core's machine. Orders, findings and progress have the shapes of
//! messages. Reading is strict: an entry that cannot be read stops the session
//! rather than being guessed.

#[cfg(test)]
mod tests;

use std::num::TryFromIntError;

use jiff::Timestamp;
use ordain_core::item::{Act, Item, NoItem, Phase, Reason};
use ordain_core::order::{Check, Pending};
use ordain_core::session::{Created, Event, Kind, Origin, PlannedRow, Report, Session};
use ordain_schema::document::Offline;
use ordain_store::StoreError;
use ordain_store::rows::EventRow;
use ordain_wire::convert::Malformed;
use ordain_wire::{CheckSpec, ReportBody, RestartsSpec, StepSpec};
use serde::{Deserialize, Serialize};

use super::request::Asked;

/// Why an entry cannot be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EntryError {
    #[error("it is no entry")]
    Json(#[from] serde_json::Error),
    #[error("unknown {what} `{word}`")]
    Word { what: &'static str, word: String },
    #[error(transparent)]
    Item(#[from] NoItem),
    #[error(transparent)]
    Malformed(#[from] Malformed),
    #[error(transparent)]
    Time(#[from] jiff::Error),
    #[error(transparent)]
    Number(#[from] TryFromIntError),
    #[error("the journal does not begin with what the session is")]
    Beginning,
}

impl From<EntryError> for StoreError {
    fn from(error: EntryError) -> Self {
        Self::Damaged(crate::api::chain(&error))
    }
}

/// The first entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Beginning {
    kind: String,
    origin: String,
    on_connect: bool,
    connected: bool,
    at: i64,
    #[serde(default)]
    asked: Asked,
}

/// Any further entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Entry {
    Begun,
    Connected,
    Disconnected,
    Resolved {
        revision: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        preflight: Vec<CheckSpec>,
        checks: Vec<CheckSpec>,
    },
    NotResolved {
        why: String,
    },
    Numbered {
        order: u64,
    },
    Planned {
        revision: String,
        rows: Vec<Row>,
        steps: Vec<StepSpec>,
        #[serde(default, skip_serializing_if = "RestartsSpec::is_empty")]
        restarts: RestartsSpec,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        serial: Vec<String>,
        observe: bool,
        /// Milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        execute_at: Option<i64>,
    },
    NotPlanned {
        why: String,
    },
    Reported {
        order: u64,
        seq: u64,
        report: ReportBody,
    },
    Refused {
        order: u64,
        code: String,
        message: String,
    },
    Postponed {
        /// Milliseconds since 1970.
        until: i64,
    },
    SerialTaken,
    Cancelled,
    Hurried,
    Lost {
        why: String,
    },
    Woken,
}

/// An action of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    item: String,
    action: String,
    reason: String,
    from: Option<String>,
    to: Option<String>,
    by: Option<String>,
    line: Option<u32>,
    because: Option<String>,
    waits_for: Vec<String>,
    phase: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pending: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unmatch: Option<String>,
    failed: bool,
    #[serde(default)]
    message: Option<String>,
}

/// Writes the first entry.
pub(crate) fn begin(created: &Created, asked: &Asked) -> Result<String, EntryError> {
    Ok(serde_json::to_string(&Beginning {
        kind: created.kind.word().to_owned(),
        origin: created.origin.word().to_owned(),
        on_connect: created.offline == Offline::OnConnect,
        connected: created.connected,
        at: created.at.as_millisecond(),
        asked: asked.clone(),
    })?)
}

/// Reads the first entry.
pub(crate) fn beginning(entry: Option<&str>) -> Result<(Created, Asked), EntryError> {
    let entry: Beginning = serde_json::from_str(entry.ok_or(EntryError::Beginning)?)?;
    let created = Created {
        kind: word("kind", &entry.kind, Kind::from_word)?,
        origin: word("origin", &entry.origin, Origin::from_word)?,
        offline: if entry.on_connect { Offline::OnConnect } else { Offline::Skip },
        connected: entry.connected,
        at: Timestamp::from_millisecond(entry.at)?,
    };
    Ok((created, entry.asked))
}

/// Writes an event.
pub(crate) fn write(event: &Event) -> Result<String, EntryError> {
    Ok(serde_json::to_string(&Entry::from(event.clone()))?)
}

/// Reads an event.
pub(crate) fn read(entry: &str) -> Result<Event, EntryError> {
    serde_json::from_str::<Entry>(entry)?.try_into()
}

/// The session that a whole journal tells of.
pub(crate) fn replay(entries: &[EventRow]) -> Result<Session, EntryError> {
    let (created, _) = beginning(entries.first().map(|first| first.event.as_str()))?;
    let mut session = Session::new(created);
    for entry in entries.iter().skip(1) {
        session.step(read(&entry.event)?, entry.at);
    }
    Ok(session)
}

/// What an agent's report says, checked.
pub(crate) fn report(body: ReportBody) -> Result<Report, Malformed> {
    Ok(match body {
        ReportBody::Accepted => Report::Accepted,
        ReportBody::Detected { findings } => {
            Report::Detected(findings.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?)
        }
        ReportBody::Progress(progress) => Report::Progress(progress.try_into()?),
        ReportBody::Kept(_) => return Err(Malformed::misplaced("report", "kept")),
        ReportBody::Ended => Report::Ended,
    })
}

fn report_body(report: Report) -> ReportBody {
    match report {
        Report::Accepted => ReportBody::Accepted,
        Report::Detected(findings) => {
            ReportBody::Detected { findings: findings.into_iter().map(Into::into).collect() }
        }
        Report::Progress(progress) => ReportBody::Progress(progress.into()),
        Report::Ended => ReportBody::Ended,
    }
}

impl From<Event> for Entry {
    fn from(event: Event) -> Self {
        match event {
            Event::Begun => Self::Begun,
            Event::Connected => Self::Connected,
            Event::Disconnected => Self::Disconnected,
            Event::Resolved { revision, preflight, checks } => Self::Resolved {
                revision,
                preflight: preflight.into_iter().map(Into::into).collect(),
                checks: checks.into_iter().map(Into::into).collect(),
            },
            Event::NotResolved(why) => Self::NotResolved { why },
            Event::Numbered(order) => Self::Numbered { order },
            Event::Planned { revision, rows, steps, restarts, serial, observe, execute_at } => {
                Self::Planned {
                    revision,
                    rows: rows.into_iter().map(Into::into).collect(),
                    steps: steps.into_iter().map(Into::into).collect(),
                    restarts: restarts.into(),
                    serial,
                    observe,
                    execute_at: execute_at.map(Timestamp::as_millisecond),
                }
            }
            Event::NotPlanned(why) => Self::NotPlanned { why },
            Event::Reported { order, seq, report } => {
                Self::Reported { order, seq, report: report_body(report) }
            }
            Event::Refused { order, code, message } => Self::Refused { order, code, message },
            Event::Postponed(until) => Self::Postponed { until: until.as_millisecond() },
            Event::SerialTaken => Self::SerialTaken,
            Event::Cancelled => Self::Cancelled,
            Event::Hurried => Self::Hurried,
            Event::Lost(why) => Self::Lost { why },
            Event::Woken => Self::Woken,
        }
    }
}

impl TryFrom<Entry> for Event {
    type Error = EntryError;

    fn try_from(entry: Entry) -> Result<Self, EntryError> {
        Ok(match entry {
            Entry::Begun => Self::Begun,
            Entry::Connected => Self::Connected,
            Entry::Disconnected => Self::Disconnected,
            Entry::Resolved { revision, preflight, checks } => Self::Resolved {
                revision,
                preflight: read_checks(preflight)?,
                checks: read_checks(checks)?,
            },
            Entry::NotResolved { why } => Self::NotResolved(why),
            Entry::Numbered { order } => Self::Numbered(order),
            Entry::Planned { revision, rows, steps, restarts, serial, observe, execute_at } => {
                Self::Planned {
                    revision,
                    rows: rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
                    steps: steps.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?,
                    restarts: restarts.try_into()?,
                    serial,
                    observe,
                    execute_at: execute_at.map(Timestamp::from_millisecond).transpose()?,
                }
            }
            Entry::NotPlanned { why } => Self::NotPlanned(why),
            Entry::Reported { order, seq, report: body } => {
                Self::Reported { order, seq, report: report(body)? }
            }
            Entry::Refused { order, code, message } => Self::Refused { order, code, message },
            Entry::Postponed { until } => Self::Postponed(Timestamp::from_millisecond(until)?),
            Entry::SerialTaken => Self::SerialTaken,
            Entry::Cancelled => Self::Cancelled,
            Entry::Hurried => Self::Hurried,
            Entry::Lost { why } => Self::Lost(why),
            Entry::Woken => Self::Woken,
        })
    }
}

impl From<PlannedRow> for Row {
    fn from(row: PlannedRow) -> Self {
        Self {
            item: row.item.to_string(),
            action: row.action.word().to_owned(),
            reason: row.reason.word().to_owned(),
            from: row.from,
            to: row.to,
            by: row.by,
            line: row.line,
            because: row.because,
            waits_for: row.waits_for.iter().map(ToString::to_string).collect(),
            phase: row.phase.word().to_owned(),
            pending: row.pending.map(|pending| pending.word().to_owned()),
            unmatch: row.unmatch,
            failed: row.failed,
            message: row.message,
        }
    }
}

impl TryFrom<Row> for PlannedRow {
    type Error = EntryError;

    fn try_from(row: Row) -> Result<Self, EntryError> {
        Ok(Self {
            item: row.item.parse()?,
            action: word("action", &row.action, Act::from_word)?,
            reason: word("reason", &row.reason, Reason::from_word)?,
            from: row.from,
            to: row.to,
            by: row.by,
            line: row.line,
            because: row.because,
            waits_for: row
                .waits_for
                .iter()
                .map(|item| item.parse::<Item>())
                .collect::<Result<_, _>>()?,
            phase: word("phase", &row.phase, Phase::from_word)?,
            pending: row
                .pending
                .map(|pending| word("reason to wait", &pending, Pending::from_word))
                .transpose()?,
            unmatch: row.unmatch,
            failed: row.failed,
            message: row.message,
        })
    }
}

fn read_checks(checks: Vec<CheckSpec>) -> Result<Vec<Check>, Malformed> {
    checks.into_iter().map(TryInto::try_into).collect()
}

fn word<T>(what: &'static str, word: &str, read: fn(&str) -> Option<T>) -> Result<T, EntryError> {
    read(word).ok_or_else(|| EntryError::Word { what, word: word.to_owned() })
}
