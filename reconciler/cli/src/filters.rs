//! What is wrong with filter scripts, on the command line: a diagnostic where
//! a policy is loaded, a warning where a script fails over the facts.

use std::io::Write as _;

use jiff::Timestamp;
use ordain_core::load::Loaded;
use ordain_filter::FilterError;
use ordain_schema::Snapshot;

/// Reads and checks a repository, its filter scripts included.
pub(crate) fn load(snapshot: &Snapshot, now: Timestamp) -> Loaded {
    let mut loaded = ordain_core::load::load(snapshot, now);
    ordain_filter::diagnose(&mut loaded, snapshot);
    loaded
}

/// Says which filter scripts failed, on standard error. That it cannot be said
/// changes no result.
pub(crate) fn warn(failed: &[FilterError]) {
    let mut out = anstream::stderr().lock();
    for error in failed {
        let _ = writeln!(out, "warning: {error}");
    }
}
