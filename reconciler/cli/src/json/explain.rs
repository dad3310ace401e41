//! `explain --format json`.

use std::collections::BTreeMap;

use ordain_core::explain::{self, Explanation};
use serde::Serialize;
use serde_json::Value;

use super::plan::{ActionRow, Conflict, Shadowed, Unknown};

/// Why one item stands where it stands on one computer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report<'a> {
    computer: &'a str,
    tenant: &'a str,
    item: String,
    winner: Option<Winner>,
    shadowed: Vec<Shadowed>,
    conflict: Option<Conflict<'a>>,
    action: Option<ActionRow>,
    parameters: BTreeMap<&'a str, Origin<'a>>,
    facts: &'a BTreeMap<String, Value>,
    unknown: Vec<Unknown>,
    prerequisites: Vec<ActionRow>,
    ring: Option<u32>,
    held_by: Vec<Held<'a>>,
}

#[derive(Serialize)]
struct Winner {
    by: String,
    line: u32,
    scope: &'static str,
    selector: &'static str,
}

/// A parameter's value and where it comes from.
#[derive(Serialize)]
struct Origin<'a> {
    value: &'a Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    cel: Option<&'a str>,
    by: String,
    line: u32,
    scope: &'static str,
}

/// What holds the action back.
#[derive(Serialize)]
struct Held<'a> {
    what: &'a str,
    until: Option<String>,
}

impl<'a> Report<'a> {
    /// The report on an explanation; of two actions on the item, a base and
    /// its patch, it shows the one that fulfils the wish.
    pub(crate) fn new(one: &'a Explanation) -> Self {
        let winner = one.winner.as_ref().map(|winner| Winner {
            by: winner.by.path.to_string(),
            line: winner.by.line,
            scope: winner.scope,
            selector: winner.selector,
        });
        let held_by = one.held_by.iter().map(|held| Held {
            what: &held.what,
            until: held.until.map(|until| until.to_string()),
        });
        Self {
            computer: &one.computer,
            tenant: &one.tenant,
            item: one.item.to_string(),
            winner,
            shadowed: one.shadowed.iter().map(Shadowed::new).collect(),
            conflict: one.conflict.as_ref().map(Conflict::new),
            action: one.actions.last().map(ActionRow::new),
            parameters: one.parameters.iter().map(|(name, from)| (&**name, origin(from))).collect(),
            facts: &one.facts,
            unknown: one.unknown.iter().map(Unknown::new).collect(),
            prerequisites: one.prerequisites.iter().map(ActionRow::new).collect(),
            ring: one.ring,
            held_by: held_by.collect(),
        }
    }
}

fn origin(from: &explain::Origin) -> Origin<'_> {
    Origin {
        value: &from.value,
        cel: from.computed.as_deref(),
        by: from.by.path.to_string(),
        line: from.by.line,
        scope: from.scope,
    }
}
