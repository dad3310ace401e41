//! What comes of a task on one computer.

use std::rc::Rc;
use std::sync::Arc;

use super::applies::{Applies, applies};
use super::standing::Standing;
use super::wish::Change;
use crate::fleet::Subject;
use crate::item::{Act, Item, Reason};
use crate::policy::{ItemId, Wish};
use crate::resolve::Missing;

/// Where a task stands, and what could not be known; without a wish of its own
/// it is enforced. `missing` is what its parameters lack, for people; `values`
/// tells what its computed ones wait for.
pub(super) fn standing(
    subject: &Subject<'_>,
    item: ItemId,
    wish: Option<&Wish>,
    missing: Option<Arc<str>>,
    values: impl FnOnce() -> Option<Missing>,
) -> (Standing, Option<Missing>) {
    let entry = subject.world.policy.items().entry(item);
    let judged = |answer| judge(wish, missing, answer);
    if wish == Some(&Wish::Ignored) {
        return (Standing::Ignored, None);
    }
    match applies(subject, item) {
        Applies::Yes => match judged(subject.facts.tasks.get(&key(&entry.item)).copied()) {
            failed @ Standing::Fails(..) => (failed, None),
            standing => match values() {
                Some(fact) => (Standing::Unknown, Some(fact)),
                None => (standing, None),
            },
        },
        Applies::No => (Standing::NotApplicable, None),
        // A missing value comes before what is not known.
        Applies::Unknown(fact) => match judged(None) {
            failed @ Standing::Fails(..) => (failed, None),
            _ => (Standing::Unknown, Some(fact)),
        },
    }
}

/// What a wish makes of a test's answer.
pub(super) fn judge(
    wish: Option<&Wish>,
    missing: Option<Arc<str>>,
    answer: Option<bool>,
) -> Standing {
    if wish == Some(&Wish::Ignored) {
        return Standing::Ignored;
    }
    // What is undone needs no required parameter, as what is uninstalled.
    if let Some(message) = missing.filter(|_| wish != Some(&Wish::Absent)) {
        return Standing::Fails(Reason::MissingValue, Some(message.to_string()));
    }
    match (wish, answer) {
        (Some(Wish::Monitor), _) => Standing::Settled(Reason::Monitored),
        (_, None) => Standing::Unknown,
        (Some(Wish::Absent), Some(true)) => set(),
        (Some(Wish::Absent), Some(false)) | (_, Some(true)) => Standing::Settled(Reason::Compliant),
        (Some(Wish::Audit), Some(false)) => Standing::Settled(Reason::NotCompliant),
        (_, Some(false)) => set(),
    }
}

/// It is put right, which for `absent` means undone.
fn set() -> Standing {
    Standing::Change(Rc::new([Change {
        act: Act::Set,
        reason: Reason::NotCompliant,
        from: None,
        to: None,
    }]))
}

/// The name under which an inventory keeps a task's last answer.
fn key(item: &Item) -> String {
    match item {
        Item::Task { name, instance: Some(instance) } => format!("{name}#{instance}"),
        other => other.name().to_owned(),
    }
}
