//! Deciding between the candidates of one item on one computer.

use std::cmp::Ordering;

use super::Rule;
use crate::policy::{DeploymentId, Policy, Precedence, Wish};

/// What was decided for one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The winner, or that there is none.
    pub settled: Settled,
    /// Those that lost, with the rule that decided.
    pub shadowed: Vec<(DeploymentId, Rule)>,
}

/// The winner, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// This one.
    Winner(DeploymentId),
    /// These contradict each other; by path and line.
    Conflict(Rule, Vec<DeploymentId>),
    /// Whether these reach the computer only the controller knows, it is not
    /// believed, and they would change what is done.
    Unattested(Vec<DeploymentId>),
}

impl Settled {
    /// The winner, where there is one.
    pub fn winner(&self) -> Option<DeploymentId> {
        match self {
            Self::Winner(id) => Some(*id),
            Self::Conflict(..) | Self::Unattested(_) => None,
        }
    }
}

/// A candidate of one item on one computer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Contender {
    /// Which.
    pub id: DeploymentId,
    /// Whether it reaches the computer for certain; else only the controller
    /// knows, and it is not believed.
    pub certain: bool,
}

/// Decides between contenders, which stand as [`decide`] wants them. What is
/// not certain decides nothing, and where it would change what is done, nothing is.
pub fn decide_among(policy: &Policy, contenders: &[Contender]) -> Decision {
    let of = |certain: bool| -> Vec<DeploymentId> {
        contenders.iter().filter(|one| one.certain == certain).map(|one| one.id).collect()
    };
    let (sure, doubtful) = (of(true), of(false));
    if sure.is_empty() {
        return Decision { settled: Settled::Unattested(doubtful), shadowed: Vec::new() };
    }
    let mut decision = decide(policy, &sure);
    if let Some(winner) = decision.settled.winner().map(|id| policy.deployment(id)) {
        let changes = |id: &DeploymentId| {
            let one = policy.deployment(*id);
            one.precedence >= winner.precedence && !one.says_the_same(winner)
        };
        let doubtful: Vec<DeploymentId> = doubtful.into_iter().filter(changes).collect();
        if !doubtful.is_empty() {
            decision.settled = Settled::Unattested(doubtful);
        }
    }
    decision
}

/// Decides between candidates of one item, which stand in the order of their
/// precedence and then by path and line. There must be at least one.
pub fn decide(policy: &Policy, candidates: &[DeploymentId]) -> Decision {
    let best = policy.deployment(candidates[0]).precedence;
    let top_length =
        candidates.iter().take_while(|id| policy.deployment(**id).precedence == best).count();
    let (top, rest) = candidates.split_at(top_length);
    let (unbeaten, mut shadowed) = by_state(policy, top);
    let (settled, duplicates) = by_path(policy, &unbeaten);
    shadowed.extend(duplicates);
    shadowed.extend(
        rest.iter().map(|id| (*id, first_difference(&best, &policy.deployment(*id).precedence))),
    );
    Decision { settled, shadowed }
}

fn first_difference(best: &Precedence, other: &Precedence) -> Rule {
    if best.mandatory != other.mandatory {
        Rule::Mandatory
    } else if (best.class, best.nearness) != (other.class, other.nearness) {
        Rule::Scope
    } else if best.priority != other.priority {
        Rule::Priority
    } else if best.selector != other.selector {
        Rule::Selector
    } else {
        Rule::Only
    }
}

type Shadowed = Vec<(DeploymentId, Rule)>;

/// Those that no other state beats: the highest rank, and beside anything but `ignored` every `absent`.
fn by_state(policy: &Policy, top: &[DeploymentId]) -> (Vec<DeploymentId>, Shadowed) {
    let rank = |id: &DeploymentId| policy.deployment(*id).wish.rank();
    let highest = top.iter().filter_map(rank).max();
    let ignored = Wish::Ignored.rank();
    let stays =
        |id: &DeploymentId| rank(id) == highest || (rank(id).is_none() && highest != ignored);
    let (unbeaten, beaten): (Vec<_>, Vec<_>) = top.iter().copied().partition(stays);
    (unbeaten, beaten.into_iter().map(|id| (id, Rule::State)).collect())
}

/// Of those that say the same the first stands for all; of different ones none wins.
fn by_path(policy: &Policy, unbeaten: &[DeploymentId]) -> (Settled, Shadowed) {
    let mut distinct: Vec<DeploymentId> = Vec::new();
    let mut duplicates = Vec::new();
    for id in unbeaten {
        let one = policy.deployment(*id);
        if distinct.iter().any(|other| policy.deployment(*other).says_the_same(one)) {
            duplicates.push((*id, Rule::Path));
        } else {
            distinct.push(*id);
        }
    }
    if let [winner] = distinct[..] {
        return (Settled::Winner(winner), duplicates);
    }
    let absent = distinct.iter().filter(|id| policy.deployment(**id).wish == Wish::Absent).count();
    let rule = match absent.cmp(&0) {
        Ordering::Greater if absent < distinct.len() => Rule::State,
        _ => Rule::Path,
    };
    (Settled::Conflict(rule, distinct), duplicates)
}
