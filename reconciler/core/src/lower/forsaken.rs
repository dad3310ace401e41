//! What a deployment has installed and takes away again: `onUnmatch: remove`.
//!
//! Two commits have a say: by the one in force it is judged whether the
//! deployment has let go, by the last one that said so the computer is looked
//! at and the software uninstalled, with its own script.

use ordain_schema::document::OnUnmatch;

use crate::fleet::Subject;
use crate::held::gate_of_item;
use crate::item::{Act, Item, Phase, Reason};
use crate::lower::TaskMode;
use crate::lower::carry_out::known_to_fail;
use crate::lower::catalogue::{Catalogue, Lookup};
use crate::order::{Check, Finding, Found, Step};
use crate::parameter::Recipient;
use crate::policy::{DeploymentEntry, DeploymentId, Policy, Wish};
use crate::resolve::{Reach, Request, reaches};
use crate::session::PlannedRow;

/// The deployment, as `path#name`, that takes an item away again once it does
/// not reach the computer any more; only what it installs is meant.
pub(super) fn remover(policy: &Policy, id: DeploymentId) -> Option<String> {
    let entry = policy.deployment(id);
    let removes = policy.says(entry).on_unmatch == OnUnmatch::Remove;
    let installs = matches!(entry.wish, Wish::Installed(_));
    if removes && installs { policy.deployment_names(id).pop() } else { None }
}

/// Whether a deployment, as `path#name`, has let go of an item on a computer:
/// it is gone, or does not reach the computer. One that is only disabled or
/// expired has not, nor one of which that cannot be known.
pub fn lets_go(subject: &Subject<'_>, deployment: &str, item: &Item) -> bool {
    let policy = subject.world.policy;
    let Some((_, entry)) = named(policy, deployment, item) else { return true };
    let removes = policy.says(entry).on_unmatch == OnUnmatch::Remove;
    removes && !entry.disabled && reaches(subject, entry) == Reach::No
}

fn named<'a>(
    policy: &'a Policy,
    deployment: &str,
    item: &Item,
) -> Option<(DeploymentId, &'a DeploymentEntry)> {
    let ids = policy.deployments_named(deployment)?.into_iter();
    let mut entries = ids.map(|id| (id, policy.deployment(id)));
    entries.find(|(_, entry)| entry.item.is_some_and(|id| policy.items().entry(id).item == *item))
}

/// An item that its deployment has let go of, on a computer seen through the
/// last commit that said so.
#[derive(Debug)]
pub struct Forsaken<'a> {
    past: &'a Subject<'a>,
    deployment: DeploymentId,
    entry: &'a DeploymentEntry,
    recipient: Recipient,
}

impl<'a> Forsaken<'a> {
    /// The item by the deployment's name; none where that commit has neither.
    pub fn new(past: &'a Subject<'a>, deployment: &str, item: &Item) -> Option<Self> {
        let (deployment, entry) = named(past.world.policy, deployment, item)?;
        let recipient = Recipient::new(entry.item?, Some(deployment));
        Some(Self { past, deployment, entry, recipient })
    }

    /// How to find out about it; none where one of those checks does.
    pub fn check(&self, known: &[Check]) -> Option<Check> {
        let item = &self.past.world.policy.items().entry(self.recipient.item).item;
        if known.iter().any(|check| check.item == *item) {
            return None;
        }
        let lookup = Lookup::new(self.past);
        let request = Request::default();
        let catalogue = Catalogue::new(self.past, &request, &lookup);
        catalogue.check(self.recipient, TaskMode::Test).ok()
    }

    /// What is done about it, under the policy in force; nothing where nobody looked.
    pub fn carry_out(
        &self,
        subject: &Subject<'_>,
        request: &Request,
        findings: &[Finding],
    ) -> Option<(PlannedRow, Option<Step>)> {
        let policy = self.past.world.policy;
        let item = &policy.items().entry(self.recipient.item).item;
        let found = findings.iter().find(|finding| finding.item == *item)?;
        let mut row = PlannedRow {
            item: item.clone(),
            action: Act::None,
            reason: Reason::SoftwareMissing,
            from: None,
            to: None,
            by: Some(self.entry.path.to_string()),
            line: Some(self.entry.line),
            because: None,
            waits_for: Vec::new(),
            phase: Phase::Main,
            pending: None,
            unmatch: policy.deployment_names(self.deployment).pop(),
            failed: false,
            message: None,
        };
        match &found.found {
            Found::Software { version: Some(version), .. } => row.from = Some(version.clone()),
            Found::Software { version: None, .. } => return Some((row, None)),
            Found::Pending(pending) => {
                (row.reason, row.pending) = (Reason::Unknown, Some(*pending));
                return Some((row, None));
            }
            Found::Failed(message) => {
                (row.reason, row.failed) = (Reason::DetectionFailed, true);
                row.message = Some(message.clone());
                let step = known_to_fail(&row);
                return Some((row, Some(step)));
            }
            Found::Answer { .. } | Found::Output(_) => return None,
        }
        (row.action, row.reason) = (Act::Uninstall, Reason::SoftwareDetected);
        let lookup = Lookup::new(self.past);
        let catalogue = Catalogue::new(self.past, request, &lookup);
        match catalogue.step(self.recipient, &row, false) {
            Ok(step) => {
                let gate = gate_of_item(subject, request, item);
                Some((row, Some(Step { gate, ..step })))
            }
            Err(error) => {
                (row.action, row.failed) = (Act::None, true);
                row.reason = error.reason().unwrap_or(row.reason);
                row.message = Some(error.to_string());
                let step = known_to_fail(&row);
                Some((row, Some(step)))
            }
        }
    }
}
