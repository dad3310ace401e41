//! From a snapshot to a policy that may be planned with, or to the
//! diagnostics that stand in the way.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::load::Loaded;
use ordain_core::policy::Policy;
use ordain_schema::{Code, Diagnostic, Snapshot, Span};

use crate::args::Format;
use crate::filters;
use crate::printer::Printer;
use crate::verb::validate;

/// The moment that counts as now where nobody says otherwise.
pub(crate) fn clock() -> Timestamp {
    Timestamp::now()
}

/// Reads and checks a repository, its filter scripts included. A script that
/// cannot run is a warning: the computers it would choose are unknown, and the
/// inventory may answer in its place.
pub(crate) fn load(snapshot: &Snapshot, now: Timestamp) -> Loaded {
    let mut loaded = load::load(snapshot, now);
    let faults = ordain_filter::faults(&loaded.policy, snapshot);
    loaded.diagnostics.extend(faults.into_iter().map(|fault| {
        let span = Span { line: fault.line, column: fault.column, end_column: fault.column + 1 };
        Diagnostic::warning(Code::BadExpression, fault.file, span, fault.message)
            .hint("mend the script; until then nobody knows whom it chooses")
    }));
    loaded.diagnostics.sort_by(|a, b| (&a.file, a.span, a.code).cmp(&(&b.file, b.span, b.code)));
    loaded
}

/// Loads a policy to plan with. One with errors is shown as `validate` shows
/// it, and nothing comes back.
pub(crate) fn valid(
    snapshot: &Snapshot,
    now: Timestamp,
    format: Format,
    printer: &mut Printer,
) -> Option<Arc<Policy>> {
    let loaded: Loaded = filters::load(snapshot, now);
    if loaded.is_valid() {
        return Some(loaded.policy);
    }
    validate::show(&loaded, snapshot, format.into(), printer);
    None
}
