//! What is stored beside a session's journal: the row that lists show, and how
//! its items ended.

use std::collections::BTreeSet;

use jiff::Timestamp;
use ordain_core::execute::{ActionResult, Entry};
use ordain_core::item::{Act, Reason};
use ordain_core::session::{ActionView, Session, cause};
use ordain_store::rows::{InstalledWrite, OutcomeRow, SessionRow};

/// The session's row as it stands now.
pub(super) fn row(before: &SessionRow, session: &Session, now: Timestamp) -> SessionRow {
    let status = session.status();
    let waiting = session.waiting_for().map(|waiting| waiting.word().to_owned());
    SessionRow {
        status: status.word().to_owned(),
        open: !status.is_over(),
        revision: session.revision().map(str::to_owned),
        started_at: session.started_at(),
        ended_at: session.ended_at(),
        running_seconds: session.running_seconds(session.ended_at().unwrap_or(now)),
        reason: session.message().map(str::to_owned).or(waiting),
        ..before.clone()
    }
}

/// How the session's items ended, in the plan's order.
pub(super) fn outcomes(session: &Session) -> Vec<OutcomeRow> {
    let outcome = |action: ActionView<'_>| OutcomeRow {
        item: action.row.item.to_string(),
        action: action.action.word().to_owned(),
        reason: action.reason.word().to_owned(),
        from: action.row.from.clone(),
        to: action.row.to.clone(),
        by: action.row.by.clone(),
        status: action.status.word().to_owned(),
        result: action.result.map(|result| result.word().to_owned()),
        message: action
            .message
            .map(str::to_owned)
            .or_else(|| action.pending.map(|what| format!("waits for {}", what.word())))
            .or_else(|| action.held.map(ToString::to_string)),
        exit_code: action.log.iter().rev().find_map(Entry::exit_code),
        cause: action.has_failed().then(|| cause(&action)),
    };
    session.actions().map(outcome).collect()
}

/// What the session has learnt of items that their deployments take away again.
pub(super) fn installed(session: &Session) -> BTreeSet<InstalledWrite> {
    let learnt = |action: ActionView<'_>| {
        let deployment = action.row.unmatch.clone()?;
        let item = action.row.item.to_string();
        let passed = action.result == Some(ActionResult::Passed);
        match (action.row.action, action.row.reason) {
            (Act::Install, _) if passed => Some(InstalledWrite::Made { item, deployment }),
            (Act::Uninstall, _) if passed => Some(InstalledWrite::Gone { item }),
            (Act::None, Reason::SoftwareMissing) => Some(InstalledWrite::Gone { item }),
            (Act::None, Reason::UpToDate) => Some(InstalledWrite::Seen { item, deployment }),
            _ => None,
        }
    };
    session.actions().filter_map(learnt).collect()
}
