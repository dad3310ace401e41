//! Restarts around an execution, as people see them.

use jiff::Timestamp;
use ordain_core::execute::{At, End, Outcome, RestartState};
use ordain_core::session::Session;
use serde::Serialize;

/// A restart with where it stands.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ShownRestart {
    /// `start` or `end` of the execution.
    when: &'static str,
    status: &'static str,
    result: Option<&'static str>,
    /// Why it did not happen though nothing failed: `not-needed` and the like.
    reason: Option<&'static str>,
    message: Option<String>,
    started_at: Option<Timestamp>,
    ended_at: Option<Timestamp>,
}

/// The restarts around a session's execution that are wanted.
pub(super) fn restarts(session: &Session) -> Vec<ShownRestart> {
    let each = session.restarts();
    each.map(|(start, state)| shown(if start { "start" } else { "end" }, state)).collect()
}

fn shown(when: &'static str, state: &RestartState) -> ShownRestart {
    let nothing = ShownRestart {
        when,
        status: "waiting",
        result: None,
        reason: None,
        message: None,
        started_at: None,
        ended_at: None,
    };
    match state {
        RestartState::Waiting => nothing,
        RestartState::Running => ShownRestart { status: "running", ..nothing },
        RestartState::Skipped => ShownRestart { status: "skipped", ..nothing },
        RestartState::GivenUp => ShownRestart {
            status: "done",
            result: Some("failed"),
            message: Some("it was interrupted too often".to_owned()),
            ..nothing
        },
        RestartState::Ended(outcome) => {
            let (status, result, reason, message) = ended(outcome);
            let time = |millis| Timestamp::from_millisecond(millis).ok();
            let (started_at, ended_at) = (time(outcome.started_ms), time(outcome.ended_ms));
            ShownRestart { when, status, result, reason, message, started_at, ended_at }
        }
    }
}

type Told = (&'static str, Option<&'static str>, Option<&'static str>, Option<String>);

/// Status, result, reason and message of a restart that is over.
pub(super) fn ended(outcome: &Outcome) -> Told {
    let failed = |why: &str| ("done", Some("failed"), None, Some(why.to_owned()));
    match &outcome.end {
        End::Stayed(why) => ("skipped", None, Some(why.word()), None),
        End::Failed(message) => failed(message),
        End::TimedOut => failed("it took too long"),
        End::Killed => ("cancelled", None, None, None),
        End::Exit(_) | End::Answer { .. } | End::Detected(_) | End::Fetched | End::Pending(_) => {
            ("done", Some("passed"), None, None)
        }
    }
}

/// Which restart a place stands for, where it is one.
pub(super) fn when(place: At) -> Option<&'static str> {
    match place.step {
        At::RESTART_START => Some("start"),
        At::RESTART_END => Some("end"),
        _ => None,
    }
}
