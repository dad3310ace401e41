//! What reports teach about a computer: findings, from detection and from the
//! verifying works of an execution alike.

use std::collections::BTreeMap;

use jiff::Timestamp;
use ordain_core::execute::{At, End, Outcome, Progress};
use ordain_core::inventory;
use ordain_core::item::Item;
use ordain_core::order::{Finding, Found, Step, WorkPhase};
use ordain_core::session::{Event, Report, Session};
use ordain_store::rows::{FindingRow, NewFact, SessionRow};

use super::Shared;
use crate::follow::InForce;

/// The longest output of a task's `get` that is kept, in bytes.
const KEPT: usize = 64 * 1024;

impl Shared {
    /// What inventory tasks said among what was found out, by the policy that
    /// the session follows, or the one in force now.
    pub(super) fn inventory_facts(
        &self,
        followed: Option<&InForce>,
        findings: &[FindingRow],
    ) -> Vec<NewFact> {
        let said: Vec<&FindingRow> =
            findings.iter().filter(|finding| finding.output.is_some()).collect();
        if said.is_empty() {
            return Vec::new();
        }
        let current = self.policy.borrow().in_force.clone();
        let Some(in_force) = followed.or(current.as_deref()) else { return Vec::new() };
        let fact = |finding: &FindingRow| {
            let value = inventory::value(finding.output.as_deref()?)?;
            let declared = inventory::declared(&in_force.policy, &finding.item.parse().ok()?)?;
            let (fact, history) = (declared.fact, declared.history);
            Some(NewFact { fact, item: finding.item.clone(), value, history })
        };
        said.into_iter().filter_map(fact).collect()
    }
}

/// What is known of items from this session.
#[derive(Debug, Clone, Default)]
pub(super) struct Learnt(BTreeMap<Item, FindingRow>);

impl Learnt {
    /// Takes in an event that the session has stepped over; gives what is to be stored.
    pub(super) fn take(
        &mut self,
        row: &SessionRow,
        session: &Session,
        event: &Event,
        now: Timestamp,
    ) -> Vec<FindingRow> {
        let Event::Reported { report, .. } = event else { return Vec::new() };
        match report {
            Report::Detected(_) => session
                .findings()
                .iter()
                .filter_map(|finding| self.found(row, finding, now))
                .collect(),
            Report::Progress(Progress::Finished(at, outcome)) => {
                self.finished(row, session, *at, outcome, now).into_iter().collect()
            }
            Report::Accepted | Report::Ended | Report::Progress(_) => Vec::new(),
        }
    }

    fn found(&mut self, row: &SessionRow, finding: &Finding, now: Timestamp) -> Option<FindingRow> {
        let mut known = nothing(row, &finding.item, now);
        match &finding.found {
            Found::Software { version, test, offered } => {
                known.version.clone_from(version);
                known.offered.clone_from(offered);
                known.answer = *test;
            }
            Found::Answer { answer, changes: _ } => known.answer = Some(*answer),
            Found::Output(output) => known.output = Some(bounded(output)),
            // What was known before still stands.
            Found::Pending(_) => return None,
            Found::Failed(failure) => known.failure = Some(bounded(failure)),
        }
        let news = self.0.get(&finding.item) != Some(&known);
        self.0.insert(finding.item.clone(), known.clone());
        news.then_some(known)
    }

    fn finished(
        &mut self,
        row: &SessionRow,
        session: &Session,
        at: At,
        outcome: &Outcome,
        now: Timestamp,
    ) -> Option<FindingRow> {
        let step = session.execution()?.steps().get(at.step as usize)?;
        let known =
            self.0.entry(step.item.clone()).or_insert_with(|| nothing(row, &step.item, now));
        match &outcome.end {
            End::Detected(version) => {
                known.version.clone_from(version);
                known.answer = known.answer.filter(|_| version.is_some());
            }
            End::Answer { answer, .. } if is_test(step, at) => known.answer = Some(*answer),
            End::Answer { .. }
            | End::Exit(_)
            | End::Fetched
            | End::TimedOut
            | End::Killed
            | End::Pending(_)
            | End::Stayed(_)
            | End::Failed(_) => return None,
        }
        known.failure = None;
        known.found_at = now;
        Some(known.clone())
    }
}

/// Whether a work asks if all is well; the detection after an interruption runs such a work.
fn is_test(step: &Step, at: At) -> bool {
    at.work == At::LOOK
        || step.works.get(at.work as usize).is_some_and(|work| work.phase == WorkPhase::Test)
}

fn nothing(row: &SessionRow, item: &Item, now: Timestamp) -> FindingRow {
    FindingRow {
        tenant: row.tenant.clone(),
        computer: row.computer.clone(),
        item: item.to_string(),
        version: None,
        offered: None,
        answer: None,
        output: None,
        failure: None,
        found_at: now,
    }
}

/// The beginning of a text, up to the bound.
fn bounded(text: &str) -> String {
    let mut end = text.len().min(KEPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].to_owned()
}
