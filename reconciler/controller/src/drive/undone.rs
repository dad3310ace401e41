//! What a session leaves undone since something held it back, and how to come
//! back for it.
//!
//! It is stored with the session's end; [`crate::follow`] starts the session
//! that carries it out once the first hold opens.

use jiff::{SignedDuration, Timestamp};
use ordain_core::session::{Kind, Session};
use ordain_store::rows::{HeldAction, HeldWrite};
use serde::{Deserialize, Serialize};

use super::journal::EntryError;
use super::request::Asked;

/// How soon to come back where the time has come already: an agent whose clock
/// is behind would say the same at once.
const AT_SOONEST: SignedDuration = SignedDuration::from_mins(5);

/// How to ask for a session again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Again {
    kind: String,
    pub(crate) asked: Asked,
}

impl Again {
    pub(crate) fn read(text: &str) -> Result<(Kind, Asked), EntryError> {
        let again: Self = serde_json::from_str(text)?;
        let kind = Kind::from_word(&again.kind)
            .ok_or(EntryError::Word { what: "kind", word: again.kind })?;
        Ok((kind, again.asked))
    }
}

/// What sessions of one sort are about: the same that another start would be.
pub(crate) fn sort(kind: Kind, asked: &Asked) -> String {
    let limits = asked.item.iter().chain(&asked.deployment);
    limits.fold(kind.word().to_owned(), |sort, limit| format!("{sort} {limit}"))
}

/// What a session that is over has left undone; none where it never came to a plan.
pub(crate) fn left(
    asked: &Asked,
    session: &Session,
    now: Timestamp,
) -> Result<Option<HeldWrite>, EntryError> {
    if session.execution().is_none() {
        return Ok(None);
    }
    let kind = session.created().kind;
    // A reason to pass windows was one for that moment.
    let asked = Asked { emergency: None, ..asked.clone() };
    let held = session.actions().filter_map(|action| {
        let holding = action.held?;
        let what: Vec<&str> = holding.by.iter().map(|hold| hold.what.as_str()).collect();
        let soonest = now + AT_SOONEST;
        let until = holding.until.map(|until| if until > now { until } else { soonest });
        Some(HeldAction { item: action.row.item.to_string(), what: what.join(", "), until })
    });
    Ok(Some(HeldWrite {
        sort: sort(kind, &asked),
        actions: held.collect(),
        request: serde_json::to_string(&Again { kind: kind.word().to_owned(), asked })?,
    }))
}
