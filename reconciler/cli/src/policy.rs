//! From a snapshot to a policy that may be planned with, or to the
//! diagnostics that stand in the way.

use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::load::Loaded;
use ordain_core::policy::Policy;
use ordain_schema::{FilesRead, Snapshot};

use crate::args::Format;
use crate::printer::Printer;
use crate::verb::validate;

/// The moment that counts as now where nobody says otherwise.
pub(crate) fn clock() -> Timestamp {
    Timestamp::now()
}

/// Reads and checks a repository, its filter scripts included.
pub(crate) fn load(snapshot: &Snapshot, now: Timestamp) -> Loaded {
    let mut loaded = ordain_core::load::load(snapshot, now);
    ordain_filter::diagnose(&mut loaded, snapshot);
    loaded
}

/// The same, without reading files again that another commit has too.
pub(crate) fn load_again(snapshot: &Snapshot, now: Timestamp, other: &mut FilesRead) -> Loaded {
    let mut loaded = ordain_core::load::load_again(snapshot, now, other);
    ordain_filter::diagnose(&mut loaded, snapshot);
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
    accepted(load(snapshot, now), snapshot, format, printer)
}

/// The policy that was loaded, where it may be planned with; else it is shown.
pub(crate) fn accepted(
    loaded: Loaded,
    snapshot: &Snapshot,
    format: Format,
    printer: &mut Printer,
) -> Option<Arc<Policy>> {
    if loaded.is_valid() {
        return Some(loaded.policy);
    }
    validate::show(&loaded, snapshot, format.into(), printer);
    None
}
