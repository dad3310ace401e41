//! The finished plan of one computer: standings in order, put into words.

use rustc_hash::{FxHashMap, FxHashSet};

use super::evaluate::Evaluation;
use super::row::{Action, Because, ComputerPlan, Conflict, Place, Shadowed};
use super::sequence::{onboarding_part, order};
use super::standing::{Listed, Standing};
use crate::fleet::Subject;
use crate::item::{Act, Phase, Reason};
use crate::policy::{ItemId, Policy};
use crate::resolve::{Missing, Request, Resolution, Rule, Settled, unknown_exclusion};

/// Puts everything in order and words.
pub(super) fn finish(
    subject: &Subject<'_>,
    resolution: &Resolution,
    evaluation: &Evaluation,
    request: &Request,
) -> ComputerPlan {
    let policy = subject.world.policy;
    let onboarding = onboarding_part(policy, evaluation);
    let order = order(policy, evaluation, &onboarding);
    let rows = Rows::new(policy, evaluation, &onboarding, &order);
    let position = |item: ItemId| policy.items().position(item);
    let free = |item: ItemId| {
        let found =
            evaluation.free.binary_search_by_key(&position(item), |(own, _)| position(*own));
        found.ok().map(|index| &evaluation.free[index].1)
    };
    let mut actions: Vec<Action> = Vec::with_capacity(order.len());
    for item in order {
        let listed =
            if policy.rules().ties(item) { evaluation.listed.get(&item) } else { free(item) };
        if let Some(listed) = listed {
            rows.add(item, listed, &mut actions);
        }
    }
    let lists = |item: ItemId| evaluation.lists(policy, item, request);
    let mut unknown: Vec<Missing> = evaluation.unknown.clone();
    let concerns = |item: &ItemId| request.covers(policy, *item) || lists(*item);
    unknown.extend(
        resolution
            .unknown
            .iter()
            .filter(|(item, _)| concerns(item))
            .map(|(_, missing)| missing.clone()),
    );
    unknown.extend(unknown_exclusion(subject));
    unknown.sort();
    unknown.dedup();
    ComputerPlan {
        computer: subject.facts.name.clone(),
        tenant: subject.facts.tenant.clone(),
        actions,
        shadowed: shadowed(policy, resolution, lists),
        conflicts: conflicts(policy, resolution, evaluation, |item| lists(*item)),
        unknown,
    }
}

/// Puts standings into words.
struct Rows<'a> {
    policy: &'a Policy,
    evaluation: &'a Evaluation,
    onboarding: &'a FxHashSet<ItemId>,
    /// Where the tied items stand in the order.
    places: FxHashMap<ItemId, usize>,
    /// Who needs an item directly.
    dependants: FxHashMap<ItemId, Vec<ItemId>>,
}

impl<'a> Rows<'a> {
    fn new(
        policy: &'a Policy,
        evaluation: &'a Evaluation,
        onboarding: &'a FxHashSet<ItemId>,
        order: &[ItemId],
    ) -> Self {
        let tied = (0..).zip(order).filter(|(_, item)| policy.rules().ties(**item));
        let places = tied.map(|(place, item)| (*item, place)).collect();
        let mut dependants: FxHashMap<ItemId, Vec<ItemId>> = FxHashMap::default();
        for (dependant, targets) in &evaluation.edges {
            for target in targets {
                dependants.entry(*target).or_default().push(*dependant);
            }
        }
        Self { policy, evaluation, onboarding, places, dependants }
    }

    /// Adds the rows of one item.
    fn add(&self, item: ItemId, listed: &Listed, rows: &mut Vec<Action>) {
        match &listed.standing {
            Standing::Change(changes) => {
                let row = self.row(item, listed);
                let changed = changes.iter().map(|change| Action {
                    act: change.act,
                    reason: change.reason,
                    from: change.from.clone(),
                    to: change.to.clone(),
                    ..row.clone()
                });
                rows.extend(changed);
            }
            _ => rows.push(self.row(item, listed)),
        }
    }

    /// The row of an item for which nothing is done.
    fn row(&self, item: ItemId, listed: &Listed) -> Action {
        let (reason, failed) = match &listed.standing {
            Standing::Ignored => (Reason::Ignored, false),
            Standing::Conflict => (Reason::Conflict, true),
            Standing::Unattested => (Reason::Unattested, false),
            Standing::NotApplicable => (Reason::NotApplicable, false),
            Standing::Unknown => (Reason::Unknown, false),
            Standing::Settled(reason) => (*reason, false),
            Standing::Fails(reason, _) => (*reason, true),
            Standing::Change(changes) => (changes[0].reason, false),
        };
        let message = match &listed.standing {
            Standing::Fails(_, message) => message.clone(),
            _ => None,
        };
        let because = self.because(item);
        let undecided = matches!(listed.standing, Standing::Conflict | Standing::Unattested);
        let by = if undecided { None } else { self.by(listed, because) };
        let in_onboarding = self.onboarding.contains(&item) && !undecided;
        let is_change = matches!(listed.standing, Standing::Change(_));
        Action {
            item: self.policy.items().entry(item).item.clone(),
            id: item,
            act: Act::None,
            reason,
            from: listed.from.clone().filter(|_| !is_change),
            to: None,
            by,
            deployment: listed.recipient.winner,
            recipient: listed.recipient,
            because: because.map(|(other, configures)| self.word(other, configures)),
            waits_for: self.waits_for(item),
            phase: if in_onboarding { Phase::Onboarding } else { Phase::Main },
            failed,
            message,
        }
    }

    /// The item before, or after, which this one stands; true for a configuration.
    fn because(&self, item: ItemId) -> Option<(ItemId, bool)> {
        let first = |items: &[ItemId]| {
            items.iter().copied().min_by_key(|other| self.places.get(other).copied())
        };
        if let Some(software) = self.evaluation.configures.get(&item) {
            return first(software).map(|software| (software, true));
        }
        first(self.dependants.get(&item)?).map(|dependant| (dependant, false))
    }

    fn word(&self, other: ItemId, configures: bool) -> Because {
        let other = self.policy.items().entry(other).item.clone();
        if configures { Because::ConfigurationOf(other) } else { Because::PrerequisiteOf(other) }
    }

    /// The winner's file; without one, the file of the software that brought the item in.
    fn by(&self, listed: &Listed, because: Option<(ItemId, bool)>) -> Option<Place> {
        if let Some(winner) = listed.recipient.winner {
            let winner = self.policy.deployment(winner);
            return Some(Place { path: winner.path.clone(), line: winner.line });
        }
        let (software, _) = because?;
        let document = self.policy.document(self.policy.items().entry(software).document);
        Some(Place { path: document.path.clone(), line: document.span.line })
    }

    fn waits_for(&self, item: ItemId) -> Vec<crate::item::Item> {
        let Some(targets) = self.evaluation.edges.get(&item) else {
            return Vec::new();
        };
        let listed = |target: &ItemId| self.evaluation.listed.contains_key(target);
        let mut targets: Vec<ItemId> = targets.iter().copied().filter(listed).collect();
        targets.sort_by_key(|target| self.places.get(target).copied());
        targets.into_iter().map(|target| self.policy.items().entry(target).item.clone()).collect()
    }
}

/// The candidates that lost, by item, file and line.
pub(super) fn shadowed(
    policy: &Policy,
    resolution: &Resolution,
    listed: impl Fn(ItemId) -> bool,
) -> Vec<Shadowed> {
    let items = resolution.items.iter().filter(|(item, _)| listed(*item));
    let losers = items.flat_map(|(item, decision)| {
        decision.shadowed.iter().map(move |(id, rule)| (*item, *id, *rule))
    });
    let mut shadowed: Vec<Shadowed> = losers
        .map(|(item, id, rule)| {
            let loser = policy.deployment(id);
            let by = Place { path: loser.path.clone(), line: loser.line };
            Shadowed { item: policy.items().entry(item).item.clone(), deployment: id, by, rule }
        })
        .collect();
    shadowed.sort_by(|a, b| (&a.item, &a.by).cmp(&(&b.item, &b.by)));
    shadowed
}

fn conflicts(
    policy: &Policy,
    resolution: &Resolution,
    evaluation: &Evaluation,
    listed: impl Fn(&ItemId) -> bool,
) -> Vec<Conflict> {
    let mut conflicts: Vec<Conflict> = resolved_conflicts(policy, resolution, &listed);
    for (item, places) in evaluation.conflicts.iter().filter(|(item, _)| listed(item)) {
        let by = places.iter().map(ToString::to_string);
        conflicts.push(conflict(policy, *item, Rule::Prerequisite, by.collect()));
    }
    conflicts.sort_by(|a, b| a.item.cmp(&b.item));
    conflicts
}

/// The conflicts among deployments, by item.
pub(super) fn resolved_conflicts(
    policy: &Policy,
    resolution: &Resolution,
    listed: impl Fn(&ItemId) -> bool,
) -> Vec<Conflict> {
    let mut found = Vec::new();
    for (item, decision) in resolution.items.iter().filter(|(item, _)| listed(item)) {
        if let Settled::Conflict(rule, ids) = &decision.settled {
            let places = ids.iter().map(|id| {
                let one = policy.deployment(*id);
                format!("{}:{}", one.path, one.line)
            });
            found.push(conflict(policy, *item, *rule, places.collect()));
        }
    }
    found.sort_by(|a, b| a.item.cmp(&b.item));
    found
}

fn conflict(policy: &Policy, item: ItemId, rule: Rule, mut by: Vec<String>) -> Conflict {
    by.sort();
    by.dedup();
    Conflict { item: policy.items().entry(item).item.clone(), rule, by }
}
