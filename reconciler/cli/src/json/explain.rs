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
    held_by: Vec<Held>,
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

/// What holds a session back; nothing does before a controller runs.
#[derive(Serialize)]
struct Held {
    what: String,
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
        let excluded =
            one.excluded.then(|| Held { what: "the computer is excluded".to_owned(), until: None });
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
            held_by: excluded.into_iter().collect(),
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
