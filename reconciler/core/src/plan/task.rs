//! What comes of a task on one computer.

use std::rc::Rc;

use super::standing::Standing;
use super::wish::Change;
use crate::fleet::Subject;
use crate::item::{Act, Item, Reason};
use crate::policy::{ItemId, Policy, Wish};

/// Where a task stands; without a wish of its own it is enforced.
pub(super) fn standing(
    subject: &Subject<'_>,
    policy: &Policy,
    item: ItemId,
    wish: Option<&Wish>,
) -> Standing {
    let answer = subject.facts.tasks.get(&key(&policy.items().entry(item).item)).copied();
    judge(wish, answer)
}

/// What a wish makes of a test's answer.
pub(super) fn judge(wish: Option<&Wish>, answer: Option<bool>) -> Standing {
    match (wish, answer) {
        (Some(Wish::Ignored), _) => Standing::Ignored,
        (Some(Wish::Monitor), _) => Standing::Settled(Reason::Monitored),
        (_, None) => Standing::Unknown,
        (_, Some(true)) => Standing::Settled(Reason::Compliant),
        (Some(Wish::Audit), Some(false)) => Standing::Settled(Reason::NotCompliant),
        (_, Some(false)) => Standing::Change(Rc::new([Change {
            act: Act::Set,
            reason: Reason::NotCompliant,
            from: None,
            to: None,
        }])),
    }
}

/// The name under which an inventory keeps a task's last answer.
fn key(item: &Item) -> String {
    match item {
        Item::Task { name, instance: Some(instance) } => format!("{name}#{instance}"),
        other => other.name().to_owned(),
    }
}
