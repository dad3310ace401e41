//! What is kept beyond a session: values that this computer makes, and what
//! scripts hand back.

use std::path::Path;

use ordain_core::execute::End;
use ordain_core::order::Run;
use ordain_wire::{KeptSpec, ReportBody};

use super::execution::Worked;
use super::{Carrier, now_ms};
use crate::command::chain;
use crate::journal::OrderId;
use crate::kill_point;
use crate::run::{CannotRun, Ended};
use crate::secrets::{HandedFolder, SecretError};

impl Carrier {
    /// What must be before a run: values that it needs are made, a test of one
    /// that is due is not asked. Gives the end of the work where it ends here.
    pub(super) fn before(&self, order: &OrderId, run: &Run, looks: bool) -> Option<Worked> {
        let done = if looks {
            self.runner.keyring().judge(run, now_ms())
        } else {
            self.make(order, run).map(|()| None)
        };
        match done {
            Ok(None) => None,
            Ok(Some(why)) => Some((End::Answer { answer: false, code: 1 }, why).into()),
            Err(error) => Some((End::Failed(chain(&error)), String::new()).into()),
        }
    }

    /// Makes the values that a run needs. The controller's copy is durable in
    /// the journal before the value is kept, and the value before it is used:
    /// no password is set that nobody can read.
    fn make(&self, order: &OrderId, run: &Run) -> Result<(), SecretError> {
        let keyring = self.runner.keyring();
        for fresh in keyring.make(run, now_ms(), &mut rand::rng())? {
            self.desk.report(order, &[ReportBody::Kept(fresh.report())]);
            kill_point::reach("made-journaled");
            keyring.keep(&fresh)?;
            kill_point::reach("made-kept");
        }
        Ok(())
    }

    /// Takes what a run handed back before this program died: a key that was
    /// set is kept, however the run ended.
    pub(super) fn take_left(&self, order: &OrderId, run: Option<&Run>, place: &Path) {
        let Some(run) = run.filter(|run| !run.outputs().is_empty()) else { return };
        let keyring = self.runner.keyring();
        let taken = HandedFolder::left(place).take(run.outputs());
        let sealed =
            taken.and_then(|handed| keyring.seal(run, &handed, now_ms(), &mut rand::rng()));
        match sealed {
            Ok(kept) => {
                let bodies: Vec<ReportBody> = kept.into_iter().map(ReportBody::Kept).collect();
                if !bodies.is_empty() {
                    self.desk.report(order, &bodies);
                }
            }
            Err(error) => {
                tracing::error!(order = order.number, error = %chain(&error), "what a script handed back is lost");
            }
        }
    }

    /// What a run handed back, as it is reported, and why it could not be kept.
    pub(super) fn handed(
        &self,
        run: &Run,
        ended: &Result<Ended, CannotRun>,
    ) -> (Vec<KeptSpec>, Option<End>) {
        let Ok(ended) = ended else { return (Vec::new(), None) };
        let sealed = self.runner.keyring().seal(run, &ended.handed, now_ms(), &mut rand::rng());
        match sealed {
            Ok(kept) => (kept, None),
            Err(error) => (Vec::new(), Some(End::Failed(chain(&error)))),
        }
    }
}
