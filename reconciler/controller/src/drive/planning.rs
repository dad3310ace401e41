//! What a session asks of the policy: what to look at, and what to do.
//!
//! Pure work over values, on a thread that may take its time; a panic there is
//! the session's failure and nobody else's.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::{Fleet, Subject, World};
use ordain_core::item::Item;
use ordain_core::lower::{carry_out, checks};
use ordain_core::order::{Finding, Found};
use ordain_core::plan::plan_computer;
use ordain_core::resolve::{Candidates, Request, is_excluded};
use ordain_core::session::{Event, Kind};
use ordain_schema::document::{ComputerFacts, Inventory, TenantMode};
use tokio::task::spawn_blocking;

use super::request::Asked;
use crate::follow::InForce;

const DEFECT: &str = "planning failed by a defect of the controller; its log says more";
const EXCLUDED: &str = "the policy excludes the computer from sessions";

/// Everything that planning needs to know of a session and its computer.
pub(super) struct Known {
    pub(super) facts: ComputerFacts,
    /// The computer's time zone, as its agent reported it.
    pub(super) zone: Option<String>,
    /// All computers of its tenant, where filter scripts are asked about them.
    pub(super) tenant: Vec<ComputerFacts>,
    pub(super) findings: Vec<Finding>,
    pub(super) asked: Asked,
    pub(super) kind: Kind,
}

/// What the items that count on the computer need to be found out.
pub(super) async fn resolve(in_force: Arc<InForce>, known: Known, now: Timestamp) -> Event {
    let resolved = spawn_blocking(move || {
        look(&in_force, known, now, |subject, candidates, request, _| {
            if is_excluded(subject) {
                return Err(EXCLUDED.to_owned());
            }
            let checks = checks(subject, candidates, request);
            Ok(Event::Resolved { revision: in_force.revision.clone(), checks })
        })
    });
    resolved
        .await
        .unwrap_or_else(|_panic| Err(DEFECT.to_owned()))
        .unwrap_or_else(Event::NotResolved)
}

/// The whole plan, lowered to steps.
pub(super) async fn plan(in_force: Arc<InForce>, mut known: Known, now: Timestamp) -> Event {
    if known.kind.detects() {
        // What counts was looked at just now: what was not found is not there.
        known.facts.software.get_or_insert_default();
    }
    let (asked, zone) = (known.asked.clone(), known.zone.take());
    let planned = spawn_blocking(move || {
        look(&in_force, known, now, |subject, candidates, request, findings| {
            let plan =
                plan_computer(subject, candidates, request).ok_or_else(|| EXCLUDED.to_owned())?;
            let lowered = carry_out(subject, request, &plan, findings);
            let tenant = subject.tenant.id.and_then(|id| in_force.policy.tenant(id));
            let observe = tenant.is_some_and(|tenant| tenant.mode == TenantMode::Observe);
            let tenant = subject.tenant.id;
            let execute_at = asked.execution(&in_force.policy, tenant, zone.as_deref(), now);
            Ok(Event::Planned {
                revision: in_force.revision.clone(),
                rows: lowered.rows,
                steps: lowered.steps,
                observe,
                execute_at,
            })
        })
    });
    planned.await.unwrap_or_else(|_panic| Err(DEFECT.to_owned())).unwrap_or_else(Event::NotPlanned)
}

/// Looks at the computer through the policy.
fn look(
    in_force: &InForce,
    known: Known,
    now: Timestamp,
    answer: impl FnOnce(&Subject<'_>, &Candidates<'_>, &Request, &[Finding]) -> Result<Event, String>,
) -> Result<Event, String> {
    let request =
        known.asked.under(&in_force.policy, known.kind).map_err(|error| error.to_string())?;
    let mut fleet = Fleet::new(Inventory {
        computers: vec![known.facts],
        available: available(&known.findings),
        ..Inventory::default()
    });
    in_force.scripts.answer(&in_force.policy, known.tenant, &mut fleet);
    let world = World::new(&in_force.policy, &fleet, now);
    let candidates = Candidates::new(&world);
    answer(&world.subject(0), &candidates, &request, &known.findings)
}

/// What the computer's package managers offer, by software.
fn available(findings: &[Finding]) -> BTreeMap<String, Vec<String>> {
    let offers = findings.iter().filter_map(|finding| match (&finding.item, &finding.found) {
        (Item::Software(name), Found::Software { offered: Some(offered), .. }) => {
            Some((name.to_string(), offered.clone()))
        }
        _ => None,
    });
    offers.collect()
}
