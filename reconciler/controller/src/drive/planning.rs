//! What a session asks of the policy: what to look at, and what to do.
//!
//! Pure work over values, on a thread that may take its time; a panic there is
//! the session's failure and nobody else's.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use ordain_core::fleet::{Fleet, Subject, World};
use ordain_core::held::{Declared, unstarted};
use ordain_core::identity::Standing;
use ordain_core::inventory::Inventories;
use ordain_core::item::{Act, Item, Phase, Reason};
use ordain_core::lower::{Forsaken, carry_out, checks, lets_go, preflight};
use ordain_core::order::{Check, Finding, Found, Restarts, Step};
use ordain_core::plan::plan_computer;
use ordain_core::resolve::{Candidates, Limit, Request, is_excluded};
use ordain_core::session::{Event, Kind, PlannedRow};
use ordain_schema::document::{Approval, ComputerFacts, Inventory, RolloutFacts, TenantMode};
use ordain_store::rows::{InstalledRow, RolloutRow};

use super::request::Asked;
use crate::aside::spawn_blocking;
use crate::follow::InForce;
use crate::follow::rollouts::starting;

const DEFECT: &str = "planning failed by a defect of the controller; its log says more";
const EXCLUDED: &str = "the policy excludes the computer from sessions";

/// Everything that planning needs to know of a session and its computer.
pub(super) struct Known {
    pub(super) standing: Standing,
    pub(super) facts: ComputerFacts,
    /// The computer's time zone, as its agent reported it.
    pub(super) zone: Option<String>,
    /// All computers of its tenant, where filter scripts are asked about them.
    pub(super) tenant: Vec<ComputerFacts>,
    pub(super) findings: Vec<Finding>,
    pub(super) asked: Asked,
    pub(super) kind: Kind,
    /// What is approved on it of optional deployments.
    pub(super) approvals: Vec<Approval>,
    /// The rollouts that are under way.
    pub(super) rollouts: Vec<RolloutFacts>,
    /// What deployments have let go of.
    pub(super) forsaken: Vec<Left>,
}

/// An item that its deployment has let go of.
pub(super) struct Left {
    /// The deployment, as `path#name`.
    pub(super) deployment: String,
    pub(super) item: Item,
    /// The last commit that said so.
    pub(super) past: Arc<InForce>,
}

/// A plan, and the rollouts that begin with it: those of versions that nobody has
/// seen before. Where there are any, it is made again with them.
pub(super) struct Made {
    pub(super) event: Event,
    pub(super) begins: Vec<RolloutRow>,
}

/// What the items that count on the computer need to be found out.
pub(super) async fn resolve(in_force: Arc<InForce>, known: Known, now: Timestamp) -> Event {
    let asked = known.asked.clone();
    let resolved = spawn_blocking(move || {
        let (gathers, kind) = (known.asked.gathers(), known.kind);
        look(&in_force, known, now, |subject, candidates, request, _, forsaken| {
            let inventories = Inventories::of(&in_force.policy);
            if let Some(items) = &gathers {
                let checks = inventories.checks(subject, candidates, Some(items));
                let (revision, preflight) = (in_force.revision.clone(), Vec::new());
                return Ok(Event::Resolved { revision, preflight, checks });
            }
            if is_excluded(subject) {
                return Err(EXCLUDED.to_owned());
            }
            let course = asked.course(&in_force.policy, request);
            let preflight = preflight(subject, &course)
                .map_err(|(item, why)| format!("the preflight {item} cannot be asked: {why}"))?;
            let mut checks = checks(subject, candidates, &course);
            if kind == Kind::InventoryOnly && request.limit.is_none() {
                let further = inventories.checks(subject, candidates, None).into_iter();
                let asked: Vec<Item> = checks.iter().map(|check| check.item.clone()).collect();
                checks.extend(further.filter(|check| !asked.contains(&check.item)));
            }
            for left in forsaken.iter().filter(|left| covers(request, &left.item)) {
                let check = left.check(subject, &checks);
                checks.extend(check);
            }
            Ok(Event::Resolved { revision: in_force.revision.clone(), preflight, checks })
        })
    });
    resolved
        .await
        .unwrap_or_else(|_panic| Err(DEFECT.to_owned()))
        .unwrap_or_else(Event::NotResolved)
}

/// The whole plan, lowered to steps.
pub(super) async fn plan(in_force: Arc<InForce>, mut known: Known, now: Timestamp) -> Made {
    if known.asked.gathers().is_some() {
        let event = gathered(&in_force, &known.findings);
        return Made { event, begins: Vec::new() };
    }
    if known.kind.detects() {
        // What counts was looked at just now: what was not found is not there.
        known.facts.software.get_or_insert_default();
    }
    let (asked, kind, zone) = (known.asked.clone(), known.kind, known.zone.take());
    let planned = spawn_blocking(move || {
        look(&in_force, known, now, |subject, candidates, request, findings, forsaken| {
            let plan =
                plan_computer(subject, candidates, request).ok_or_else(|| EXCLUDED.to_owned())?;
            let begins = unstarted(subject.world, &plan);
            let starts = |(one, version): &(Declared, &str)| {
                starting(one, Some(version), &in_force.revision, now)
            };
            let begins = begins.iter().filter(|_| kind != Kind::DownloadOnly);
            let begins: Vec<RolloutRow> = begins.map(starts).collect();
            let course = asked.course(&in_force.policy, request);
            let mut lowered = carry_out(subject, &course, &plan, findings);
            for left in forsaken.iter().filter(|left| covers(request, &left.item)) {
                // Whatever stands in the plan somebody else has a say in.
                let wanted = plan.actions.iter().any(|action| action.item == left.item);
                if let Some((row, step)) = left.undo(subject, request, findings).filter(|_| !wanted)
                {
                    lowered.rows.push(row);
                    lowered.steps.extend(step);
                }
            }
            let lowered = if kind == Kind::DownloadOnly { lowered.downloads() } else { lowered };
            let tenant = subject.tenant.id.and_then(|id| in_force.policy.tenant(id));
            let observe = tenant.is_some_and(|tenant| tenant.mode == TenantMode::Observe);
            let tenant = subject.tenant.id;
            let execute_at = asked.execution(&in_force.policy, tenant, zone.as_deref(), now);
            let event = Event::Planned {
                revision: in_force.revision.clone(),
                rows: lowered.rows,
                steps: lowered.steps,
                restarts: lowered.restarts,
                serial: lowered.serial,
                observe,
                execute_at,
            };
            Ok(Made { event, begins })
        })
    });
    let made = planned.await.unwrap_or_else(|_panic| Err(DEFECT.to_owned()));
    made.unwrap_or_else(|why| Made { event: Event::NotPlanned(why), begins: Vec::new() })
}

/// What a session comes to that only asked inventory tasks.
fn gathered(in_force: &InForce, findings: &[Finding]) -> Event {
    let row = |finding: &Finding| {
        let failure = match &finding.found {
            Found::Failed(why) => Some(why.clone()),
            _ => None,
        };
        let failed = failure.is_some();
        PlannedRow {
            item: finding.item.clone(),
            action: Act::None,
            reason: if failed { Reason::DetectionFailed } else { Reason::Monitored },
            from: None,
            to: None,
            by: None,
            line: None,
            because: None,
            waits_for: Vec::new(),
            phase: Phase::Main,
            pending: match &finding.found {
                Found::Pending(pending) => Some(*pending),
                _ => None,
            },
            failed,
            message: failure,
            unmatch: None,
        }
    };
    Event::Planned {
        revision: in_force.revision.clone(),
        rows: findings.iter().map(row).collect(),
        steps: Vec::new(),
        restarts: Restarts::default(),
        serial: Vec::new(),
        observe: false,
        execute_at: None,
    }
}

/// The UPN of the computer's primary person.
pub(super) async fn primary(
    in_force: Arc<InForce>,
    known: Known,
    now: Timestamp,
) -> Option<String> {
    let found = spawn_blocking(move || {
        let fleet = Fleet::new(Inventory { computers: vec![known.facts], ..Inventory::default() });
        let world = World::new(&in_force.policy, &fleet, now);
        world.subject(0).person.map(|person| person.upn.clone())
    });
    found.await.ok().flatten()
}

/// Looks at the computer through the policy.
fn look<T>(
    in_force: &InForce,
    known: Known,
    now: Timestamp,
    answer: impl FnOnce(
        &Subject<'_>,
        &Candidates<'_>,
        &Request,
        &[Finding],
        &[Left],
    ) -> Result<T, String>,
) -> Result<T, String> {
    let request =
        known.asked.under(&in_force.policy, known.kind).map_err(|error| error.to_string())?;
    let mut fleet = Fleet::new(Inventory {
        computers: vec![known.facts],
        available: available(&known.findings),
        rollouts: known.rollouts,
        approvals: known.approvals,
        ..Inventory::default()
    });
    in_force.scripts.answer(&in_force.policy, known.tenant, &mut fleet);
    let world = World::new(&in_force.policy, &fleet, now);
    let candidates = Candidates::new(&world);
    answer(&world.subject(0), &candidates, &request, &known.findings, &known.forsaken)
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

impl Left {
    fn check(&self, subject: &Subject<'_>, known: &[Check]) -> Option<Check> {
        self.seen(subject, |forsaken| forsaken.check(known))
    }

    fn undo(
        &self,
        subject: &Subject<'_>,
        request: &Request,
        findings: &[Finding],
    ) -> Option<(PlannedRow, Option<Step>)> {
        self.seen(subject, |forsaken| forsaken.carry_out(subject, request, findings))
    }

    /// Looks at the same computer through the commit that said so.
    fn seen<T>(
        &self,
        subject: &Subject<'_>,
        look: impl FnOnce(&Forsaken<'_>) -> Option<T>,
    ) -> Option<T> {
        let world = World::new(&self.past.policy, subject.world.fleet, subject.world.now);
        look(&Forsaken::new(&world.subject(0), &self.deployment, &self.item)?)
    }
}

/// Whether a session is about an item that no deployment asks for.
fn covers(request: &Request, item: &Item) -> bool {
    match &request.limit {
        None => true,
        Some(Limit::Item(named)) => named == item,
        Some(Limit::Deployments(_)) => false,
    }
}

/// Of what deployments have installed on a computer, what they have let go of.
pub(super) async fn let_go(
    in_force: Arc<InForce>,
    facts: ComputerFacts,
    approvals: Vec<Approval>,
    tenant: Vec<ComputerFacts>,
    rows: Vec<InstalledRow>,
    now: Timestamp,
) -> Vec<(Item, InstalledRow)> {
    let looked = spawn_blocking(move || {
        let inventory = Inventory { computers: vec![facts], approvals, ..Inventory::default() };
        let mut fleet = Fleet::new(inventory);
        in_force.scripts.answer(&in_force.policy, tenant, &mut fleet);
        let world = World::new(&in_force.policy, &fleet, now);
        let subject = world.subject(0);
        let items = rows.into_iter().filter_map(|row| Some((row.item.parse().ok()?, row)));
        items.filter(|(item, row)| lets_go(&subject, &row.deployment, item)).collect()
    });
    looked.await.unwrap_or_default()
}
