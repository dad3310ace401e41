//! Settings without scripts: what detection and execution make of them.

use std::time::{Duration, Instant};

use ordain_core::execute::End;
use ordain_core::order::{Ensure, Found, Run};
use ordain_wire::AtSpec;

use super::{Carrier, Desk};
use crate::ensure::{Settings, Shift};
use crate::journal::OrderId;
use crate::platform::Platform;
use crate::run::{Runner, Watch};

impl Carrier {
    /// Finds out what would change.
    pub(super) fn look_at_settings(
        &mut self,
        order: &OrderId,
        index: u32,
        run: &Run,
        all: &[Ensure],
    ) -> Found {
        let marker = self.marker(order.number, AtSpec { step: index, attempt: 1, work: 0 });
        let desk = self.desk.clone();
        let mut nobody = |_: &[u8]| {};
        let mut watch = Watch::over(&desk.stop, &order.session, &mut nobody);
        let mut shift = Shift {
            settings: &mut self.settings,
            platform: &*self.platform,
            blobs: &desk.blobs,
            runner: &self.runner,
            marker: &marker,
            deadline: Instant::now() + Duration::from_secs(run.timeout_seconds),
            watch: &mut watch,
        };
        let outcome = shift.look(all);
        match outcome.settled {
            Ok(answer) => Found::Answer { answer, changes: outcome.changes },
            Err(message) => Found::Failed(message),
        }
    }
}

/// What a piece of work needs of the carrier.
pub(super) struct Shifted<'a> {
    pub(super) settings: &'a mut Settings,
    pub(super) platform: &'a dyn Platform,
    pub(super) runner: &'a Runner,
    pub(super) marker: &'a str,
    pub(super) run: &'a Run,
}

impl Shifted<'_> {
    /// Looks at the settings, or puts them right; how that ended, and what is told of it.
    pub(super) fn carry_out(
        self,
        desk: &Desk,
        all: &[Ensure],
        looks: bool,
        watch: &mut Watch<'_>,
    ) -> (End, String) {
        // Whatever ran before may have made accounts.
        self.settings.let_go();
        let mut shift = Shift {
            settings: self.settings,
            platform: self.platform,
            blobs: &desk.blobs,
            runner: self.runner,
            marker: self.marker,
            deadline: Instant::now() + Duration::from_secs(self.run.timeout_seconds),
            watch,
        };
        let outcome = if looks { shift.look(all) } else { shift.set(all) };
        let end = match outcome.settled {
            Ok(answer) if looks => End::Answer { answer, code: i32::from(!answer) },
            Ok(_) => End::Exit(0),
            Err(_) if shift.watch.stops() => {
                shift.watch.stopping();
                End::Killed
            }
            Err(message) => End::Failed(message),
        };
        (end, outcome.changes)
    }
}
