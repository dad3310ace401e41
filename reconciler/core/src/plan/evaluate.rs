//! What comes of every item of one computer, prerequisites included.
//!
//! First each item's standing is found on the assumption that it is needed, so
//! that failures travel from prerequisites to dependants; then dependants that
//! do not fail pull in what they need.

use rustc_hash::{FxHashMap, FxHashSet};

use super::cases::Cases;
use super::demand::{Demands, Ground};
use super::memo::{Asked, Memo};
use super::prerequisite::Pulled;
use super::standing::{Listed, Standing, of_answer};
use super::wish::{Detected, detected};
use super::{free, task};
use crate::fleet::Subject;
use crate::item::Reason;
use crate::parameter::Recipient;
use crate::policy::{DeploymentId, Entity, ItemId, Policy, RuleEntry, Wish};
use crate::resolve::{Missing, Request, Resolution, Settled};

/// What comes of every item of one computer.
#[derive(Debug, Default)]
pub(super) struct Evaluation {
    /// The items that stand in the plan, but for the free ones.
    pub(super) listed: FxHashMap<ItemId, Listed>,
    /// Items that stand in the plan and that nothing else bears on, by place.
    pub(super) free: Vec<(ItemId, Listed)>,
    /// Direct prerequisites of items whose prerequisites count; also of items
    /// that are met and so do not stand in the plan.
    pub(super) edges: FxHashMap<ItemId, Vec<ItemId>>,
    /// Configuration tasks with the software that wants them.
    pub(super) configures: FxHashMap<ItemId, Vec<ItemId>>,
    /// Conflicts among prerequisites, with everything that takes part.
    pub(super) conflicts: FxHashMap<ItemId, Vec<super::Place>>,
    /// What could not be known of listed items.
    pub(super) unknown: Vec<Missing>,
}

impl Evaluation {
    /// Evaluates what a session covers on one computer.
    pub(super) fn new<'w>(
        subject: &Subject<'w>,
        resolution: &Resolution,
        request: &Request,
        memo: &Memo<'w>,
    ) -> Self {
        let rules = subject.world.policy.rules();
        let tied = resolution.items.iter().filter(|(item, _)| rules.ties(*item));
        let settled: FxHashMap<ItemId, Settled> =
            tied.map(|(item, decision)| (*item, decision.settled.clone())).collect();
        let cases = Cases { subject, settled: &settled, memo };
        let ground = Ground { subject, settled: &settled, cases: &cases };
        let demands = ground.collect();
        let mut evaluator = Evaluator {
            ground: &ground,
            cases: &cases,
            demands: &demands,
            standings: FxHashMap::default(),
        };
        let mut evaluation = evaluator.evaluate(request);
        evaluation.list_free(subject, resolution, request, memo);
        evaluation
    }

    /// Whether an item stands in the plan.
    pub(super) fn lists(&self, policy: &Policy, item: ItemId, request: &Request) -> bool {
        if policy.rules().ties(item) {
            self.listed.contains_key(&item)
        } else {
            request.covers(policy, item)
        }
    }

    /// Lists the items that nothing else bears on.
    fn list_free<'w>(
        &mut self,
        subject: &Subject<'w>,
        resolution: &Resolution,
        request: &Request,
        memo: &Memo<'w>,
    ) {
        let policy = subject.world.policy;
        for (item, decision) in &resolution.items {
            if !policy.rules().ties(*item) && request.covers(policy, *item) {
                let (listed, missing) = free::list(subject, *item, &decision.settled, memo);
                self.unknown.extend(missing);
                self.free.push((*item, listed));
            }
        }
    }
}

/// Finds out about every item of one computer.
pub(super) struct Evaluator<'a, 'w> {
    pub(super) ground: &'a Ground<'a, 'w>,
    pub(super) cases: &'a Cases<'a, 'w>,
    pub(super) demands: &'a Demands<'w>,
    standings: FxHashMap<ItemId, Option<Standing>>,
}

impl<'w> Evaluator<'_, 'w> {
    pub(super) fn policy(&self) -> &'w Policy {
        self.ground.subject.world.policy
    }

    fn evaluate(&mut self, request: &Request) -> Evaluation {
        let mut covered: Vec<ItemId> = self
            .ground
            .settled
            .keys()
            .copied()
            .filter(|item| request.covers(self.policy(), *item))
            .collect();
        covered.sort();
        let scope = self.scope(&covered, request);
        // What has a winner stands in the plan and acts, so it brings what it needs along.
        let own: Vec<ItemId> =
            scope.iter().copied().filter(|item| self.ground.settled.contains_key(item)).collect();
        let pulled = self.pull(&own);
        let mut evaluation =
            Evaluation { conflicts: self.demands.conflicts.clone(), ..Evaluation::default() };
        let is_software =
            |item: &ItemId| self.policy().items().entry(*item).entity == Entity::Software;
        let (software, tasks): (Vec<ItemId>, Vec<ItemId>) =
            scope.iter().copied().partition(is_software);
        for item in &software {
            self.list_software(*item, &pulled, &mut evaluation);
        }
        self.configure(&software, &mut evaluation);
        for task in tasks {
            self.list_task(task, &mut evaluation);
        }
        if let Some(limit) = &request.limit {
            self.configure_alone(limit, &mut evaluation);
        }
        self.link(&scope, &pulled, &mut evaluation);
        evaluation
    }

    pub(super) fn winner(&self, item: ItemId) -> Option<DeploymentId> {
        self.cases.winner(item)
    }

    pub(super) fn wish(&self, item: ItemId) -> Option<&'w Wish> {
        self.winner(item).map(|id| &self.policy().deployment(id).wish)
    }

    pub(super) fn in_conflict(&self, item: ItemId) -> bool {
        matches!(self.ground.settled.get(&item), Some(Settled::Conflict(..)))
            || self.demands.conflicts.contains_key(&item)
    }

    fn is_unattested(&self, item: ItemId) -> bool {
        matches!(self.ground.settled.get(&item), Some(Settled::Unattested(_)))
    }

    pub(super) fn detected(&self, item: ItemId) -> Detected<'w> {
        detected(self.ground.subject, self.policy().items().entry(item).item.name())
    }

    /// The rules of an active item that hold.
    pub(super) fn rules(&self, item: ItemId) -> &[&'w RuleEntry] {
        self.demands.active.get(&item).map_or(&[], Vec::as_slice)
    }

    /// Where an item stands, on the assumption that whoever asks for it does not fail.
    pub(super) fn standing(&mut self, item: ItemId) -> Standing {
        match self.standings.get(&item) {
            Some(Some(known)) => return known.clone(),
            // Only items that exclude each other come back to themselves.
            Some(None) => return Standing::Settled(Reason::UpToDate),
            None => {}
        }
        self.standings.insert(item, None);
        let asked = self.demands.asked.get(&item);
        let (present, absent) = asked
            .map_or((false, false), |asked| (!asked.present.is_empty(), !asked.absent.is_empty()));
        let standing = self.judge(item, present, absent).0;
        self.standings.insert(item, Some(standing.clone()));
        standing
    }

    /// Where an item stands if it must be there, or gone; and whether an offer from outside was missing.
    fn judge(&mut self, item: ItemId, present: bool, absent: bool) -> (Standing, Option<Missing>) {
        if self.wish(item) == Some(&Wish::Ignored) {
            return (Standing::Ignored, None);
        }
        if self.is_unattested(item) {
            return (Standing::Unattested, None);
        }
        if self.in_conflict(item) {
            return (Standing::Conflict, None);
        }
        let winner = self.winner(item);
        // A mandatory winner is not moved by those that contradict each other.
        let heard = !self.ground.is_overruled(item, present, self.demands);
        let there = || Asked::Present(self.demands.bounds(item));
        let need = match self.wish(item) {
            Some(_) if !heard => winner.map_or_else(there, Asked::Winner),
            Some(Wish::UpdateIfFound) if present && self.detected(item) == Detected::Missing => {
                there()
            }
            Some(Wish::UpdateIfFound)
                if absent && matches!(self.detected(item), Detected::Version(_)) =>
            {
                Asked::Absent
            }
            Some(_) => winner.map_or_else(there, Asked::Winner),
            None if absent => Asked::Absent,
            None => there(),
        };
        let name = self.policy().items().entry(item).item.name();
        let (standing, missing) = of_answer(&self.cases.answer(item, &need), name);
        // What is not there and not needed there is a success that has no prerequisites.
        let met = matches!(standing, Standing::Settled(_) | Standing::Change(_))
            && standing != Standing::Settled(Reason::SoftwareMissing);
        let hindered = if met { self.prerequisites(item) } else { None };
        (hindered.unwrap_or(standing), missing)
    }

    /// Whether its winner only updates what is found, and nothing is.
    pub(super) fn waits_to_be_found(&self, item: ItemId) -> bool {
        self.wish(item) == Some(&Wish::UpdateIfFound) && self.detected(item) == Detected::Missing
    }

    /// The items that may stand in the plan: what is covered and all that it asks of others.
    fn scope(&self, covered: &[ItemId], request: &Request) -> Vec<ItemId> {
        let mut scope: FxHashSet<ItemId> = FxHashSet::default();
        let mut open: Vec<ItemId> = covered.to_vec();
        if request.limit.is_none() {
            open.extend(self.demands.asked.keys());
        }
        while let Some(item) = open.pop() {
            if scope.insert(item) {
                open.extend(self.targets(item));
                let task = self.policy().rules().configuration(item);
                open.extend(task.into_iter().flat_map(|task| self.targets(task)));
            }
        }
        let mut scope: Vec<ItemId> = scope.into_iter().collect();
        scope.sort();
        scope
    }

    fn targets(&self, item: ItemId) -> Vec<ItemId> {
        self.rules(item).iter().flat_map(|rule| rule.demand.items()).copied().collect()
    }

    fn list_software(&mut self, item: ItemId, pulled: &Pulled, evaluation: &mut Evaluation) {
        let winner = self.winner(item);
        let (present, absent) = (pulled.present.contains(&item), pulled.absent.contains(&item));
        let (standing, missing) = self.judge(item, present, absent);
        let acts = matches!(standing, Standing::Change(_));
        let has_winner = self.ground.settled.contains_key(&item);
        let stands = has_winner || standing == Standing::Conflict || (acts && (present || absent));
        if !stands {
            return;
        }
        evaluation.unknown.extend(missing);
        let shown = standing != Standing::Ignored;
        let from = shown.then(|| self.detected(item).version()).flatten();
        let recipient = Recipient::new(item, winner);
        let standing = standing.with_message(|| self.cases.missing(recipient));
        evaluation.listed.insert(item, Listed { standing, recipient, from });
    }

    /// Lists a task with the values that it takes from the software it configures,
    /// the first one by `order` and name where there are several.
    fn list_task(&mut self, item: ItemId, evaluation: &mut Evaluation) {
        let behind = evaluation.configures.get(&item).into_iter().flatten().copied();
        let first = behind.min_by_key(|software| self.policy().items().position(*software));
        self.list_task_of(item, first, evaluation);
    }

    fn list_task_of(
        &mut self,
        item: ItemId,
        software: Option<ItemId>,
        evaluation: &mut Evaluation,
    ) {
        let configures = software.map(|software| (software, self.winner(software)));
        let recipient = Recipient { item, winner: self.winner(item), configures };
        let (standing, unknown) = if self.is_unattested(item) {
            (Standing::Unattested, None)
        } else if self.in_conflict(item) {
            (Standing::Conflict, None)
        } else {
            let missing = self.cases.missing(recipient);
            task::standing(self.ground.subject, item, self.wish(item), missing, || {
                self.cases.undecided(recipient)
            })
        };
        evaluation.unknown.extend(unknown);
        let met = matches!(standing, Standing::Settled(_) | Standing::Change(_));
        let hindered = if met { self.prerequisites(item) } else { None };
        let standing = hindered.unwrap_or(standing);
        evaluation.listed.insert(item, Listed { standing, recipient, from: None });
    }

    /// Records the edges between items that stand in the plan, or are met and alive.
    fn link(&self, scope: &[ItemId], pulled: &Pulled, evaluation: &mut Evaluation) {
        let counts =
            |item: &ItemId| evaluation.listed.contains_key(item) || pulled.alive.contains(item);
        let missing = |item: &ItemId| {
            let listed = evaluation.listed.get(item);
            listed.is_some_and(|one| one.standing == Standing::Settled(Reason::SoftwareMissing))
        };
        let mut edges = FxHashMap::default();
        let none = Vec::new();
        let all = scope.iter().chain(evaluation.configures.keys());
        for item in all.filter(|item| counts(item) && !missing(item)) {
            // What a configuration task stands behind comes before it by position.
            let before = evaluation.configures.get(item).unwrap_or(&none);
            let mut targets = self.targets(*item);
            targets.retain(|target| counts(target) && !before.contains(target));
            targets.sort();
            targets.dedup();
            if !targets.is_empty() {
                edges.insert(*item, targets);
            }
        }
        evaluation.edges = edges;
    }

    /// Adds the configuration tasks of software that is there or about to be.
    fn configure(&mut self, software: &[ItemId], evaluation: &mut Evaluation) {
        let mut wanted: Vec<ItemId> = Vec::new();
        for item in software {
            let Some(listed) = evaluation.listed.get(item) else {
                continue;
            };
            let task = self.policy().rules().configuration(*item);
            if let Some(task) = task.filter(|_| will_be_there(&listed.standing)) {
                evaluation.configures.entry(task).or_default().push(*item);
                wanted.push(task);
            }
        }
        for task in wanted {
            self.list_task(task, evaluation);
        }
    }

    /// A session for a configuration task alone: it takes the values of its
    /// software, and is listed without a winner of its own where that is there.
    fn configure_alone(&mut self, limit: &crate::resolve::Limit, evaluation: &mut Evaluation) {
        let crate::resolve::Limit::Item(named) = limit else {
            return;
        };
        let policy = self.policy();
        let pairs = policy.rules().configurations();
        let mut of_named: Vec<(ItemId, ItemId)> =
            pairs.filter(|(_, task)| policy.items().entry(*task).item == *named).collect();
        of_named.sort_by_key(|(software, _)| policy.items().position(*software));
        let mut done: Vec<ItemId> = evaluation.configures.keys().copied().collect();
        for (software, task) in of_named {
            let wished =
                matches!(self.wish(software), Some(Wish::Installed(_) | Wish::UpdateIfFound));
            let there = matches!(self.detected(software), Detected::Version(_));
            let stands = wished && there && will_be_there(&self.standing(software));
            if stands && !done.contains(&task) {
                self.list_task_of(task, Some(software), evaluation);
                done.push(task);
            }
        }
    }
}

/// Whether a software is there once this is done.
pub(super) fn will_be_there(standing: &Standing) -> bool {
    match standing {
        Standing::Settled(reason) => *reason == Reason::UpToDate,
        Standing::Change(changes) => changes.last().is_some_and(|change| change.to.is_some()),
        _ => false,
    }
}
