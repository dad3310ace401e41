//! Scripts for agents: those that the order under way names, and no others.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ordain_core::order::{CheckHow, Probe, Run, Task, What};
use ordain_store::AgentId;
use ordain_wire::{Blob, ControllerMessage};

use super::Keeper;

/// Scripts that may be asked for at once.
const MOST: usize = 10_000;

impl Keeper {
    /// Answers a request for scripts, beside everything else.
    pub(super) fn send_blobs(&self, agent: AgentId, ids: Vec<String>) {
        let named = self.task.as_deref().map(blobs).unwrap_or_default();
        let drive = self.drive.clone();
        self.shared().tasks.spawn(async move {
            for id in ids.into_iter().take(MOST) {
                let data = if named.contains(&id) { read(&drive, &id).await } else { None };
                if data.is_none() {
                    tracing::warn!(%agent, blob = id, "an agent asks for a script that its order does not name, or that git does not have");
                }
                if !drive.0.hub.send_patiently(&agent, ControllerMessage::Blob(Blob { id, data })).await {
                    return;
                }
            }
        });
    }
}

async fn read(drive: &crate::drive::Drive, id: &str) -> Option<String> {
    match drive.0.git.blob(id).await {
        Ok(bytes) => Some(STANDARD.encode(bytes)),
        Err(error) => {
            tracing::error!(blob = id, error = %crate::api::chain(&error), "a script cannot be read");
            None
        }
    }
}

/// The scripts that an order names, by their object ids.
fn blobs(task: &Task) -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    match task {
        Task::Detect(checks) => {
            for check in checks {
                match &check.how {
                    CheckHow::Software { probe, test, offered: _ } => {
                        of_probe(probe, &mut ids);
                        if let Some(run) = test {
                            of_run(run, &mut ids);
                        }
                    }
                    CheckHow::Test(run) | CheckHow::Get(run) => of_run(run, &mut ids),
                }
            }
        }
        Task::Execute { steps, restarts: _ } => {
            for work in steps.iter().flat_map(|step| &step.works) {
                match &work.what {
                    What::Probe(probe) => of_probe(probe, &mut ids),
                    What::Run(run) => of_run(run, &mut ids),
                    What::Fetch(_) | What::Reboot(_) => {}
                }
            }
        }
    }
    ids
}

fn of_probe(probe: &Probe, ids: &mut BTreeSet<String>) {
    if let Probe::Script(run) = probe {
        of_run(run, ids);
    }
}

fn of_run(run: &Run, ids: &mut BTreeSet<String>) {
    ids.extend(run.blobs().into_iter().map(str::to_owned));
}
