//! Which computers a change really gives something else to do.

use roaring::RoaringBitmap;

use super::documents::asks_the_same;
use super::{Changed, Values, touched};
use crate::diff::differ;
use crate::fleet::World;
use crate::item::{Item, Reason};
use crate::plan::{Action, ComputerPlan, Conflict, Planner};
use crate::policy::Policy;
use crate::resolve::{Request, Rule};

/// The computers, as places in the fleet, for which another action, version or
/// winner stands in the plan, or whose winners ask for something else, be it with
/// other values. Both worlds must be of the same computers.
pub fn woken(before: &World<'_>, after: &World<'_>, changed: &Changed) -> RoaringBitmap {
    woken_for(before, after, changed, None)
}

/// The same for one item, `software/NAME` or `task/NAME`, all its instances included.
pub fn woken_for(
    before: &World<'_>,
    after: &World<'_>,
    changed: &Changed,
    item: Option<&str>,
) -> RoaringBitmap {
    let request = Request::default();
    let touched = touched(before, after, changed, &request);
    let (old, new) = (Planner::new(before, &request), Planner::new(after, &request));
    // Both stand in the order of the fleet; a computer may be missing on either side.
    let (mut old, mut new) = (old.only(&touched).peekable(), new.only(&touched).peekable());
    let values = Values::new(before, after);
    let mut places = RoaringBitmap::new();
    for place in &touched {
        let facts = &after.fleet.computers()[place as usize];
        let own = |plan: &ComputerPlan| plan.tenant == facts.tenant && plan.computer == facts.name;
        let (old, new) = (old.next_if(own), new.next_if(own));
        let sides = ((before.policy, old.as_ref()), (after.policy, new.as_ref()));
        if is_other(sides.0, sides.1, changed, &values, item) {
            places.insert(place);
        }
    }
    places
}

fn is_other(
    (before, old): (&Policy, Option<&ComputerPlan>),
    (after, new): (&Policy, Option<&ComputerPlan>),
    changed: &Changed,
    values: &Values<'_>,
    only: Option<&str>,
) -> bool {
    let Some(new) = new else {
        // It is left alone now: nothing is there to be started.
        return false;
    };
    let Some(old) = old else { return true };
    let (old_rows, new_rows) = (rows(old, only), rows(new, only));
    old_rows.len() != new_rows.len()
        || conflicts(old, only) != conflicts(new, only)
        || old_rows.into_iter().zip(new_rows).any(|(a, b)| {
            a.item != b.item
                || differ(Some(a), Some(b))
                || asks_for_other((before, a), (after, b), changed)
                || !values.differing((&new.tenant, &new.computer), a, b).is_empty()
        })
}

/// Whether a row is about an item, or there is none to be about.
fn is_about(item: &Item, only: Option<&str>) -> bool {
    only.is_none_or(|only| {
        let text = item.to_string();
        text.strip_prefix(only).is_some_and(|rest| rest.is_empty() || rest.starts_with('#'))
    })
}

fn rows<'a>(plan: &'a ComputerPlan, only: Option<&str>) -> Vec<&'a Action> {
    plan.actions.iter().filter(|action| is_about(&action.item, only)).collect()
}

fn conflicts<'a>(
    plan: &'a ComputerPlan,
    only: Option<&str>,
) -> Vec<(&'a Item, Rule, Vec<&'a str>)> {
    let own = plan.conflicts.iter().filter(|conflict| is_about(&conflict.item, only));
    own.map(without_lines).collect()
}

/// A conflict with the files that take part, wherever their lines stand.
fn without_lines(conflict: &Conflict) -> (&Item, Rule, Vec<&str>) {
    let files =
        conflict.by.iter().map(|place| place.rsplit_once(':').map_or(&**place, |(file, _)| file));
    (&conflict.item, conflict.rule, files.collect())
}

/// Whether the same row now stands for something else.
fn asks_for_other(
    (before, old): (&Policy, &Action),
    (after, new): (&Policy, &Action),
    changed: &Changed,
) -> bool {
    let definition = &after.document(after.items().entry(new.id).document).path;
    let other_winner = match (old.deployment, new.deployment) {
        (Some(a), Some(b)) => !asks_the_same((before, a), (after, b)),
        (None, None) => false,
        _ => true,
    };
    // What is not known of a computer may concern it: its session finds out.
    let may_differ = new.reason == Reason::Unknown && changed.rewritten.contains(definition);
    other_winner || may_differ || changed.redefined.contains(definition)
}
