//! A computer's whole plan, lowered.

use crate::fleet::Subject;
use crate::held::gate;
use crate::item::{Act, Item, Reason};
use crate::lower::catalogue::{Catalogue, Lookup};
use crate::lower::forsaken::remover;
use crate::lower::{NotExecutable, TaskMode};
use crate::order::{Finding, Found, Pending, Restarts, Step, WorkPhase};
use crate::plan::{Action, Because, ComputerPlan};
use crate::policy::Wish;
use crate::resolve::Request;
use crate::session::PlannedRow;

/// A plan and what is carried out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// Every action, as planned; what cannot be carried out has become `none`, failed.
    pub rows: Vec<PlannedRow>,
    /// The actions that act, and those that fail, in the rows' order.
    pub steps: Vec<Step>,
    /// The restarts around them.
    pub restarts: Restarts,
    /// The paths of tasks among them that run one at a time in the whole installation.
    pub serial: Vec<String>,
}

impl Lowered {
    /// What is fetched of it, and nothing else: no action waits for another
    /// one's success, and nothing is restarted.
    #[must_use]
    pub fn downloads(mut self) -> Self {
        for step in &mut self.steps {
            step.works.retain(|work| work.phase == WorkPhase::Download);
            step.waits_for.clear();
        }
        self.steps.retain(|step| step.act == Act::None || !step.works.is_empty());
        Self { restarts: Restarts::default(), serial: Vec::new(), ..self }
    }
}

/// Lowers a computer's plan, for the session that a request asks for. Items whose detection failed, and items that this
/// version cannot carry out, fail, and their dependants with them.
pub fn carry_out(
    subject: &Subject<'_>,
    request: &Request,
    plan: &ComputerPlan,
    findings: &[Finding],
) -> Lowered {
    let lookup = Lookup::new(subject);
    let catalogue = Catalogue::new(subject, request, &lookup);
    let restarts = catalogue.restarts.clone();
    let lowering = Lowering { catalogue, subject, request, plan, findings };
    let (rows, steps, serial) = (Vec::new(), Vec::new(), Vec::new());
    let mut lowered = Lowered { rows, steps, restarts, serial };
    for action in &plan.actions {
        let (row, step) = lowering.lower(action);
        let acts = step.as_ref().is_some_and(|step| !step.works.is_empty());
        let serial = lowering
            .catalogue
            .serial(action.id)
            .filter(|path| acts && !lowered.serial.iter().any(|known| known == path));
        lowered.serial.extend(serial.map(str::to_owned));
        lowered.rows.push(row);
        lowered.steps.extend(step);
    }
    lowered
}

struct Lowering<'a> {
    catalogue: Catalogue<'a>,
    subject: &'a Subject<'a>,
    request: &'a Request,
    plan: &'a ComputerPlan,
    findings: &'a [Finding],
}

impl Lowering<'_> {
    fn lower(&self, action: &Action) -> (PlannedRow, Option<Step>) {
        let mut row = PlannedRow::from(action);
        row.unmatch = action.deployment.and_then(|id| remover(self.catalogue.policy, id));
        let configured = self.configured(action);
        row.message = row.message.or_else(|| self.changes(action));
        row.waits_for.extend(configured.filter(|_| !action.failed).map(|by| by.item.clone()));
        if let Some(pending) = self.pending(&row) {
            row.action = Act::None;
            row.reason = Reason::Unknown;
            row.failed = false;
            row.to = None;
            row.pending = Some(pending);
            return (row, None);
        }
        if !row.failed {
            match self.try_lower(action, &row, configured) {
                Ok(step) => return (row, step.map(|step| self.gated(action, step))),
                // A computed value waits for a fact: it is not run, and nothing failed.
                Err(Fault { reason: Some(Reason::Unknown), message }) => {
                    row.action = Act::None;
                    row.reason = Reason::Unknown;
                    row.to = None;
                    row.message = Some(message);
                    return (row, None);
                }
                Err(Fault { reason, message }) => {
                    row.action = Act::None;
                    row.reason = reason.unwrap_or(row.reason);
                    row.failed = true;
                    row.to = None;
                    row.message = Some(message);
                }
            }
        }
        let step = known_to_fail(&row);
        (row, Some(step))
    }

    /// A step with what holds it back: with what it is done for, where nobody
    /// asks for it in its own right.
    fn gated(&self, action: &Action, step: Step) -> Step {
        let mut line = vec![action];
        while let Some(last) = line.last().copied()
            && last.deployment.is_none()
            && let Some(Because::PrerequisiteOf(item) | Because::ConfigurationOf(item)) =
                &last.because
            && let Some(behind) = self.last(item)
            && !line.iter().any(|known| known.item == behind.item)
        {
            line.push(behind);
        }
        Step { gate: gate(self.subject, self.request, &line), ..step }
    }

    fn try_lower(
        &self,
        action: &Action,
        row: &PlannedRow,
        configured: Option<&Action>,
    ) -> Result<Option<Step>, Fault> {
        let enforced = action.deployment.is_none_or(|id| {
            let wish = &self.catalogue.policy.deployment(id).wish;
            *wish == Wish::Enforce
        });
        let gated = configured.is_some_and(|by| by.act != Act::None)
            && enforced
            && matches!(row.reason, Reason::Unknown | Reason::Compliant | Reason::NotCompliant);
        if gated {
            return Ok(Some(self.catalogue.step(action.recipient, row, true)?));
        }
        if let Some(message) = self.detection_failure(row) {
            return Err(Fault {
                reason: Some(Reason::DetectionFailed),
                message: message.to_owned(),
            });
        }
        match (row.action, row.reason) {
            (Act::None, Reason::Unknown) => {
                self.catalogue.check(action.recipient, TaskMode::Test)?;
                Ok(None)
            }
            (Act::None, Reason::Monitored) => {
                self.catalogue.check(action.recipient, TaskMode::Get)?;
                Ok(None)
            }
            (Act::None, _) => Ok(None),
            _ => Ok(Some(self.catalogue.step(action.recipient, row, false)?)),
        }
    }

    /// What the detection says would change, where the item is not as wished.
    fn changes(&self, action: &Action) -> Option<String> {
        if action.reason != Reason::NotCompliant {
            return None;
        }
        let finding = self.findings.iter().find(|finding| finding.item == action.item)?;
        match &finding.found {
            Found::Answer { changes, .. } => Some(changes.clone()).filter(|text| !text.is_empty()),
            Found::Software { .. } | Found::Output(_) | Found::Pending(_) | Found::Failed(_) => {
                None
            }
        }
    }

    /// The software that a configuration task stands behind.
    fn configured(&self, action: &Action) -> Option<&Action> {
        let Some(Because::ConfigurationOf(software)) = &action.because else { return None };
        self.last(software)
    }

    fn last(&self, item: &Item) -> Option<&Action> {
        self.plan.actions.iter().rfind(|other| other.item == *item)
    }

    fn detection_failure(&self, row: &PlannedRow) -> Option<&str> {
        if row.reason.leaves_alone() {
            return None;
        }
        let finding = self.findings.iter().find(|finding| finding.item == row.item)?;
        match &finding.found {
            Found::Failed(message) => Some(message),
            Found::Software { .. }
            | Found::Answer { .. }
            | Found::Output(_)
            | Found::Pending(_) => None,
        }
    }

    /// What a row's item waits for, as its detection says.
    fn pending(&self, row: &PlannedRow) -> Option<Pending> {
        if row.reason.leaves_alone() {
            return None;
        }
        let finding = self.findings.iter().find(|finding| finding.item == row.item)?;
        match finding.found {
            Found::Pending(pending) => Some(pending),
            _ => None,
        }
    }
}

/// Why a row fails before anything starts.
struct Fault {
    reason: Option<Reason>,
    message: String,
}

impl From<NotExecutable> for Fault {
    fn from(error: NotExecutable) -> Self {
        Self { reason: error.reason(), message: error.to_string() }
    }
}

pub(super) fn known_to_fail(row: &PlannedRow) -> Step {
    Step {
        item: row.item.clone(),
        act: Act::None,
        reason: row.reason,
        from: row.from.clone(),
        to: None,
        phase: row.phase,
        waits_for: row.waits_for.clone(),
        attempts: 1,
        gate: None,
        works: Vec::new(),
    }
}
