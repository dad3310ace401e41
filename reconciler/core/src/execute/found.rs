//! What an execution has found out on its way, as detections would.

use crate::execute::{End, Entry, Execution};
use crate::item::Item;
use crate::order::{Finding, Found, WorkPhase};

impl Execution {
    /// What the works have found out last about each item, in the steps' order.
    pub fn findings(&self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for each in self.results() {
            let Some(found) = found(&each.step.item, each.log) else {
                continue;
            };
            findings.retain(|finding| finding.item != each.step.item);
            findings.push(Finding { item: each.step.item.clone(), found });
        }
        findings
    }
}

/// What a log says last about its item, after its last change.
fn found(item: &Item, log: &[Entry]) -> Option<Found> {
    let (mut version, mut answer) = (None, None);
    for entry in log {
        let end = entry.outcome().map(|outcome| &outcome.end);
        match (entry.phase, end) {
            (_, Some(End::Detected(found))) => version = Some(found.clone()),
            (WorkPhase::Test, Some(End::Answer { answer: given, .. })) => answer = Some(*given),
            (WorkPhase::Install | WorkPhase::Uninstall | WorkPhase::Set, _) => {
                (version, answer) = (None, None);
            }
            _ => {}
        }
    }
    if item.is_software() {
        version.map(|version| Found::Software { version, test: answer, offered: None })
    } else {
        answer.map(|answer| Found::Answer { answer, changes: String::new() })
    }
}
